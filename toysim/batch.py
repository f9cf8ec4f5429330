"""The rows handed to ``simulate`` and ``theory``: parameters, record times, random streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from toysim.model import Model, Rows
from toysim.records import Clock
from toysim.streams import Keys, RowGenerators, row_keys, stream_word

__all__ = ["Batch", "Row", "Rows", "prepared", "stacked"]

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]
Made = TypeVar("Made")
TYPED = 4096  # rows whose typed parameters are kept, of some 3 kB each


class Batch:
    """Rows of a model: a row is one replica of one cell.

    ``batch["depth"]`` is a contiguous array (n_rows,), or (n_rows, ...) for vector parameters, in
    the declared type (choices as strings); ``batch.record_at`` (n_rows, R) when rows are recorded;
    ``batch.rows()`` one row after the other, typed.
    """

    def __init__(
        self,
        model: Model,
        columns: Columns,
        fixed: Mapping[str, Any],
        replica: npt.NDArray[np.int64],
        seed: int,
        common_random_numbers: bool = False,
        keys: Keys | None = None,
        record_at: Array | None = None,
    ) -> None:
        self.model = model
        self.replica = replica
        self.columns = dict(columns)
        self.fixed = {**model.defaults, **fixed}
        self.seed = seed
        self.common_random_numbers = common_random_numbers
        self._given_keys = keys
        self._given_times = record_at
        self._repeated: dict[str, Array] = {}
        self._generators: dict[str, RowGenerators] = {}
        self._validated: tuple[dict[str, Any], Any] | None = None
        self._typed_rows: dict[int, Any] = {}

    @classmethod
    def of_cells(
        cls,
        model: Model,
        columns: Columns,
        fixed: Mapping[str, Any],
        replicas: Array,
        n_cells: int,
        seed: int,
        common_random_numbers: bool = False,
    ) -> Batch:
        """Every replica of some cells, replicas fastest; ``columns`` has one entry a cell."""
        rows = {name: np.repeat(column, len(replicas), axis=0) for name, column in columns.items()}
        replica = np.tile(np.asarray(replicas, np.int64), n_cells)
        return cls(model, rows, fixed, replica, seed, common_random_numbers)

    def __len__(self) -> int:
        return len(self.replica)

    def __getitem__(self, name: str) -> Array:
        if name in self.columns:
            return self.columns[name]
        if name not in self._repeated:
            value = self._typed(name, self.fixed[name])
            # Not a broadcast view: another memory layout would compile every kernel anew.
            repeated = np.empty((len(self), *value.shape), value.dtype)
            repeated[...] = value
            self._repeated[name] = repeated
        return self._repeated[name]

    def listed(self, name: str) -> list[Any]:
        """A parameter's plain values, a list as a tuple, of every row."""
        given = name in self.columns
        values = self.columns[name] if given else self._typed(name, self.fixed[name])
        plain: Any = values.tolist()
        if given:
            return [tuple(v) if isinstance(v, list) else v for v in plain]
        return [tuple(plain) if isinstance(plain, list) else plain] * len(self)

    def chosen(self, name: str, choice: str) -> npt.NDArray[np.bool_]:
        """Where a parameter is ``choice`` (n_rows,); a fixed one is compared once."""
        if name in self.columns:
            return np.asarray(self.columns[name] == choice)
        return np.full(len(self), self.fixed[name] == choice)

    def __getattr__(self, name: str) -> Array:
        """``batch.depth`` is ``batch["depth"]``, so that a formula in ``p`` takes a batch too."""
        if name.startswith("_") or name not in self.model.parameters:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return self[name]

    def _typed(self, name: str, value: Any) -> Array:
        return np.asarray(value, self.model.parameters[name].dtype)

    # Other rows

    def take(self, rows: Array) -> Batch:
        """The batch of some of the rows, by index or mask; their streams stay theirs."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        keys = None if self._given_keys is None else self._given_keys[rows]
        times = None if self._given_times is None else self._given_times[rows]
        return self._like(columns, self.replica[rows], keys, times)

    def replacing(self, **columns: Array) -> Batch:
        """The same rows with other values (n_rows, ...) of some parameters; the draws stay."""
        typed = {name: self._typed(name, column) for name, column in columns.items()}
        return self._like({**self.columns, **typed}, self.replica, self.keys, self._given_times)

    def recorded_at(self, times: Array) -> Batch:
        """The same rows recorded at other times (n_rows, R), ascending, than their clock's."""
        return self._like(self.columns, self.replica, self._given_keys, np.array(times))

    def _like(
        self, columns: Columns, replica: Array, keys: Keys | None, times: Array | None
    ) -> Batch:
        common = self.common_random_numbers
        return Batch(self.model, columns, self.fixed, replica, self.seed, common, keys, times)

    # One row at a time

    def values(self, i: int) -> dict[str, Any]:
        """All parameter values of one row, as plain Python."""
        return {**self.fixed, **{name: column[i].tolist() for name, column in self.columns.items()}}

    def parameters(self, i: int) -> Any:
        """The typed parameters of one row; replicas of a cell, which follow each other, share
        them.
        """
        if i not in self._typed_rows:
            if len(self._typed_rows) == TYPED:
                self._typed_rows.clear()
            values = self.values(i)
            if self._validated is None or self._validated[0] != values:
                self._validated = values, self.model.validate(values)
            self._typed_rows[i] = self._validated[1]
        return self._typed_rows[i]

    def rows(self) -> Iterator[Row]:
        """The rows in turn."""
        for i in range(len(self)):
            yield Row(self, i)

    # When rows are recorded

    @cached_property
    def record_at(self) -> Array:
        """Record times (n_rows, R) on the model's clock: int64 updates, or float64 times."""
        clock = self.model.clock
        if clock is None:
            raise TypeError(f"{self.model.id} declares no clock")
        if self._given_times is not None:
            return self._given_times
        at = clock.record_at(self, self._n_records(clock) if len(self) else 0)
        return at if len(at) == len(self) else np.repeat(at, len(self), axis=0)

    def _n_records(self, clock: Clock) -> int:
        """Of the first row; typed parameters, which take longer than a record, where it counts by
        them.
        """
        if clock.spacing == "every":
            return clock.n_records(Row(self, 0).p)
        return int(self["n_records"][0])

    # Random numbers

    def normal(self, stream: str, *sizes: int | str) -> npt.NDArray[np.float64]:
        """Standard normal draws (n_rows, *sizes) of a named stream, each row from its own.

        A size is a number or the name of a parameter. Each row draws its own sizes; where other
        rows have larger ones the rest of it is 0, so that no row depends on its neighbours.
        """
        own = np.stack([self._size(size) for size in sizes], axis=1) if sizes else None
        shape = () if own is None else tuple(int(n) for n in own.max(axis=0, initial=0))
        draws = np.zeros((len(self), *shape))
        for i, generator in enumerate(self.generators(stream)):
            sizes_here = () if own is None else tuple(int(n) for n in own[i])
            here = tuple(slice(0, n) for n in sizes_here)
            draws[i, ...][here] = generator.standard_normal(sizes_here)
        return draws

    def _size(self, size: int | str) -> npt.NDArray[np.int64]:
        given = self[size] if isinstance(size, str) else np.full(len(self), size)
        return np.asarray(given, np.int64)

    def generators(self, stream: str) -> Iterator[np.random.Generator]:
        """The generators of the rows in turn, each at the start of a named stream; use one before
        the next.
        """
        for i in range(len(self)):
            yield self.generator(i, stream)

    def generator(self, i: int, stream: str) -> np.random.Generator:
        """The generator of row i at the start of a stream; valid until the next of that name."""
        if stream not in self._generators:
            self._generators[stream] = RowGenerators(self.keys)
        return self._generators[stream].at(i, stream)

    def words(self, stream: str) -> npt.NDArray[np.uint64]:
        """Two words (n_rows, 2) of a named stream, each row's own, that start a kernel's generator
        (``numerics.draws``): no time a row, where a generator takes microseconds.
        """
        return self.keys ^ np.uint64(stream_word(stream))

    def sharing(self, *names: str) -> Batch:
        """The same rows with streams that depend on the root seed and these parameters alone, so
        that replicas and cells that agree in them share their draws: a data set, a task.
        """
        nobody = np.full_like(self.replica, -1)  # no replica's own streams are those shared
        keys = self._keys_of(names, nobody)
        return self._like(self.columns, self.replica, keys, self._given_times)

    @cached_property
    def keys(self) -> Keys:
        """Philox keys of the rows, (n_rows, 2)."""
        if self._given_keys is not None:
            return self._given_keys
        known = self.model.parameters
        names = [] if self.common_random_numbers else [n for n, p in known.items() if p.stream]
        return self._keys_of(names, self.replica)

    def _keys_of(self, names: Sequence[str], replica: npt.NDArray[np.int64]) -> Keys:
        known = self.model.parameters
        names = [n for n in names if not self._is_at_default(n)]
        # A fixed value is one row that broadcasts: it is hashed once, not compared over all rows.
        values = {
            n: self.columns[n] if n in self.columns else self._typed(n, self.fixed[n])[None]
            for n in names
        }
        defaults = {n: self._typed(n, known[n].default).tolist() for n in names}
        return row_keys(self.seed, self.model.id, values, defaults, replica)

    def _is_at_default(self, name: str) -> bool:
        """In all rows, as plain values tell; such a parameter is in no key."""
        fixed, default = self.fixed[name], self.model.parameters[name].default
        plain = not isinstance(fixed, np.ndarray) and not isinstance(default, np.ndarray)
        return name not in self.columns and plain and bool(fixed == default)


class Row:
    """One row of a batch: typed parameters ``p``, and its named random streams."""

    def __init__(self, batch: Batch, index: int) -> None:
        self.batch = batch
        self.index = index

    @cached_property
    def p(self) -> Any:
        """The parameters, an instance of the model's class; raises ToysimError if they clash."""
        return self.batch.parameters(self.index)

    @property
    def record_at(self) -> Array:
        """Record times (R,)."""
        return np.asarray(self.batch.record_at[self.index])

    def generator(self, stream: str) -> np.random.Generator:
        """At the start of a named stream; valid until another row asks for that name."""
        return self.batch.generator(self.index, stream)

    def normal(self, stream: str, *shape: int) -> npt.NDArray[np.float64]:
        """Standard normal draws of a named stream."""
        return np.asarray(self.generator(stream).standard_normal(shape))


def prepared(batch: Batch, make: Callable[[Row], Made]) -> Iterator[tuple[Row, Made]]:
    """The rows in turn, each with what ``make`` gives of the first replica of its cell: for what
    depends on parameters alone.
    """
    p = None
    for row in batch.rows():
        if row.p is not p:  # replicas of a cell follow each other, and share their parameters
            p, made = row.p, make(row)
        yield row, made


def stacked(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """One array (n_rows, ...) a name, from one mapping a row."""
    return {name: np.stack([np.asarray(row[name]) for row in rows]) for name in rows[0]}
