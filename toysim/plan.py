"""A sweep as data: model, fixed values, dimensions, replicas, seed; validated before it runs."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.constraint import kept_cells
from toysim.design import Dimension, dimensions, nesting, parse_axis
from toysim.errors import ToysimError, short
from toysim.focus import Focus, parse_focus
from toysim.model import Model, Side, a_millisecond
from toysim.shown import identified

COORDINATES = {"cell", "replica", "state", "status", "status_step", "valid"}  # of every store
SPREAD_CELLS = 8  # that stand for all where a sweep's cost is estimated
REPLICAS = "a whole number of at least 1 and at most 1e8"
MOST_ROWS = 10**15  # that can be counted; a run of more than 1e8 wants a yes
MANY_LEVELS = 1000  # beyond it only an axis' ends are validated: ranges are intervals


@dataclass(frozen=True)
class Sweep:
    """A validated sweep. ``store_name`` is the folder below ``results/`` that it grows."""

    name: str
    store_name: str
    model: Model
    fixed: dict[str, Any]
    dimensions: tuple[Dimension, ...]
    replicas: int
    seed: int
    common_random_numbers: bool
    question: str
    text: str
    parameters: Any  # the typed parameters of the first cell
    simulation: bool = True  # false: theory alone
    focus: Focus | None = None
    kept: npt.NDArray[np.int64] | None = None  # cells of the product that ``where`` keeps, or all

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(d) for d in self.dimensions)

    @property
    def n_cells(self) -> int:
        return math.prod(self.shape) if self.kept is None else len(self.kept)

    @property
    def axis_names(self) -> list[str]:
        return [name for d in self.dimensions for name in d.values]

    @property
    def sides(self) -> tuple[Side, ...]:
        """What is computed and stored."""
        return self.model.sides(self.simulation)

    def columns(self, cells: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
        """Axis values of cells given by their number, last dimension fastest."""
        return {
            name: np.ascontiguousarray(values[level])
            for d, level in zip(self.dimensions, self.levels(cells), strict=True)
            for name, values in d.values.items()
        }

    def levels(self, cells: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
        """Index along each dimension of cells given by their number."""
        places = cells if self.kept is None else self.kept[cells]
        return np.unravel_index(places, self.shape) if self.dimensions else ()

    def batch(self, cells: npt.NDArray[np.int64], replicas: int = 1) -> Batch:
        """Rows of some cells, replicas fastest."""
        return Batch.of_cells(
            self.model,
            self.columns(cells),
            self.fixed,
            np.arange(replicas),
            len(cells),
            self.seed,
            self.common_random_numbers,
        )

    def spread_cells(self) -> npt.NDArray[np.int64]:
        """A few cells, evenly spread over the product."""
        return np.unique(np.linspace(0, self.n_cells - 1, SPREAD_CELLS).astype(np.int64))

    @cached_property
    def seconds_a_row(self) -> float:
        """Mean cost of a row by the model's own estimate, also of rows that a run would refuse:
        axes may change it by orders of magnitude. Of theory alone where only that is asked for,
        and known.
        """
        cells, model = self.spread_cells(), self.model
        batch, typed = self.batch(cells), model.parameters_class.model_construct
        alone = self.sides == ("theory",) and model.theory_seconds is not a_millisecond
        cost = model.theory_seconds if alone else model.seconds
        return float(np.mean([cost(typed(**batch.values(i))) for i in range(len(cells))]))

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What a store is the store of; axes' values and replicas are growth, not part of it."""
        fixed = {n: identified(v) for n, v in self.fixed.items()}
        return {
            "model": self.model.id,
            "version": self.model.version,
            "fixed": fixed,
            "axes": {d.name: list(d.values) for d in self.dimensions},
            "seed": self.seed,
            "common_random_numbers": self.common_random_numbers,
            "simulation": self.simulation,
        }

    @cached_property
    def request_hash(self) -> str:
        """Hash of identity, levels and replicas: the same request needs no matching of cells."""
        asked = json.dumps([self.identity, self.replicas], sort_keys=True).encode()
        digest = hashlib.blake2b(asked, digest_size=16)
        for d in self.dimensions:
            for name, values in d.values.items():
                digest.update(name.encode() + str(values.dtype).encode() + values.tobytes())
        if self.kept is not None:
            digest.update(b"where" + self.kept.tobytes())
        return digest.hexdigest()


def split_arguments(
    model: Model, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Python keywords into fixed values and axes: a dimension more than declared makes an axis."""
    model.refuse_unknown(arguments)
    fixed: dict[str, Any] = {}
    axes: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, Set | Iterator):
            kind = type(value).__name__
            raise ToysimError(f"{name} holds several values as a {kind}; give a list", name)
        is_axis = isinstance(value, Mapping) or nesting(value) > model.parameters[name].ndim
        (axes if is_axis else fixed)[name] = value
    return fixed, axes


def build_sweep(
    name: str,
    model: Model,
    fixed: Mapping[str, Any],
    axes: Mapping[str, Any],
    *,
    replicas: Any = 1,
    seed: Any = 0,
    common_random_numbers: Any = False,
    simulation: Any = True,
    question: Any = "",
    where: Any = "",
    text: str = "",
    store_name: str = "",
    refine: Any = None,
) -> Sweep:
    """Validate everything that can be known before running; every refusal is one line."""
    _typed("replicas", replicas, int, REPLICAS, lambda n: 1 <= n <= 10**8)
    _typed("seed", seed, int, "a whole number from 0 to 2^64 - 1", lambda n: 0 <= n < 2**64)
    _typed("common_random_numbers", common_random_numbers, bool, "true or false")
    _typed("simulation", simulation, bool, "true or false")
    _typed("question", question, str, "a text")
    _typed("where", where, str, 'a text such as "n_visits <= 2 * n_tasks"')
    if not model.sides(simulation):
        text = f"simulation = false leaves nothing to compute: {model.id} has no theory"
        raise ToysimError(text, "simulation")
    model.refuse_unknown(axes)
    for key in axes:
        if key in fixed:
            raise ToysimError(f"{key} is fixed and also an axis; drop one of the two", key)
    if where and refine:
        raise ToysimError(
            "refine needs a whole product of axes: between cells where a condition holds it may "
            "not; leave where out",
            "where",
        )
    _refuse_lists(model, fixed)
    built = dimensions([parse_axis(n, v) for n, v in axes.items()], model.parameters, seed)
    _refuse_taken_names(model, built)
    values = {**model.defaults, **fixed}
    kept = kept_cells(where, built, values, model.parameters) if where else None
    cells = math.prod(map(len, built)) if kept is None else len(kept)
    _refuse_countless(cells * int(replicas))
    parameters = _validate_levels(model, dict(fixed), built, kept)
    return Sweep(
        name=name,
        store_name=store_name or name,
        model=model,
        fixed={n: v for n, v in parameters.model_dump().items() if n not in axes},
        dimensions=built,
        replicas=int(replicas),
        seed=int(seed),
        common_random_numbers=common_random_numbers,
        question=question,
        text=text,
        parameters=parameters,
        simulation=simulation,
        focus=parse_focus(refine, model, built, model.sides(simulation)),
        kept=kept,
    )


def _typed(name: str, value: Any, kind: type, allowed: str, fits: Any = lambda value: True) -> None:
    """Refuse a value of another type or range; True is no whole number."""
    given = int(value) if isinstance(value, np.integer) else value
    right = isinstance(given, kind) and isinstance(given, bool) == (kind is bool)
    if not right or not fits(given):
        raise ToysimError(f"{name} = {short(value)} must be {allowed}", name)


def _refuse_countless(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ToysimError(f"{rows:.3g} rows are more than can be run; shorten an axis")


def _refuse_lists(model: Model, fixed: Mapping[str, Any]) -> None:
    for name, value in fixed.items():
        p = model.parameters.get(name)
        if p is not None and (isinstance(value, Mapping) or nesting(value) > p.ndim):
            text = f"{name} is fixed but holds several values; move it to the axes"
            raise ToysimError(text, name)


def _refuse_taken_names(model: Model, built: tuple[Dimension, ...]) -> None:
    """A dimension named like an output could not be read back."""
    outputs = {o.name for o in (*model.observables, *model.diagnostics)}
    clock = {model.clock.name} if model.clock else set()
    taken = COORDINATES | outputs | clock | {d.name for d in model.dims}
    for d in built:
        if d.name in taken:
            raise ToysimError(
                f"zip = {d.name!r} is the name of an output of {model.id} or of the engine; "
                f"rename it",
                d.name,
            )


def _validate_levels(
    model: Model,
    fixed: dict[str, Any],
    built: tuple[Dimension, ...],
    kept: npt.NDArray[np.int64] | None,
) -> Any:
    """Validate each level in the first cell that has it; sizes must not change."""
    shape = tuple(len(d) for d in built)
    first = _cell(built, np.unravel_index(0 if kept is None else kept[0], shape))
    parameters = model.validate({**fixed, **first})
    sizes = model.sizes(parameters)
    for k, d in enumerate(built):
        for places in _first_cells(k, d, shape, kept):
            where = f"axis {d.name}, value {places[k] + 1}: "
            changed = model.sizes(model.validate({**fixed, **_cell(built, places)}, where))
            if changed != sizes:
                _refuse_shape(d, places[k], changed, sizes)
    return parameters


def _cell(built: tuple[Dimension, ...], places: Any) -> dict[str, Any]:
    """The values of one cell, by its place along each dimension."""
    return {
        name: values[place].tolist()
        for d, place in zip(built, places, strict=True)
        for name, values in d.values.items()
    }


def _first_cells(
    k: int, d: Dimension, shape: tuple[int, ...], kept: npt.NDArray[np.int64] | None
) -> Iterator[tuple[int, ...]]:
    """The first cell of each level of dimension ``k``, by its place along every dimension."""
    if kept is None:
        for i in _levels_to_check(d):
            yield tuple(i if j == k else 0 for j in range(len(shape)))
        return
    levels = np.unravel_index(kept, shape)
    found, cells = np.unique(levels[k], return_index=True)
    there = Dimension(d.name, {name: values[found] for name, values in d.values.items()})
    for i in _levels_to_check(there):
        yield tuple(int(level[cells[i]]) for level in levels)


def _refuse_shape(
    d: Dimension, level: int, sizes: Mapping[str, int], first: Mapping[str, int]
) -> None:
    shown = ", ".join(f"{n} = {v[level].tolist()!r}" for n, v in d.values.items())
    key = next(name for name in sizes if sizes[name] != first[name])
    raise ToysimError(
        f"axis {d.name}: at {shown} the dimension {key!r} has length {sizes[key]} instead of "
        f"{first[key]}; observables must keep their shape, so sweep {d.name} in separate sweeps",
        d.name,
    )


def _levels_to_check(d: Dimension) -> list[int]:
    if len(d) <= MANY_LEVELS:
        return list(range(len(d)))
    ends: set[int] = {0, len(d) - 1}
    for values in d.values.values():
        if values.ndim > 1 or values.dtype.kind not in "if":
            return list(range(len(d)))
        ends |= {int(np.argmin(values)), int(np.argmax(values))}
    return sorted(ends)
