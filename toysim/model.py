"""The contract a family is written against: parameters, observables, a model, and the rows it is
handed.

This module imports nothing heavier than pydantic, so that listing models stays quick.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from toysim.errors import ToysimError, suggest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from toysim.streams import Keys

Vector = tuple[float, ...]
Matrix = tuple[tuple[float, ...], ...]
Rows = dict[str, "npt.NDArray[Any]"]
Side = Literal["simulation", "theory"]

# Words of the engine: a model's parameter of that name could not be told from them.
RESERVED = frozenset(
    [
        "seed",
        "replicas",
        "store",
        "workers",
        "preset",
        "backend",
        "block",
        "time_limit",
        "progress",
        "yes",
        "zip",
        "common_random_numbers",
        "name",
        "model",
        "scheduler",
        "simulation",
        "fixed",
        "axes",
        "question",
        "cell",
        "replica",
        "state",
        "status",
        "status_step",
        "valid",
    ]
)
STATUSES = ("ok", "diverged", "step_budget", "not_converged")


def parameter(
    default: Any,
    *,
    symbol: str,
    unit: str = "1",
    meaning: str,
    stream: bool = True,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> Any:
    """A field of a ``Parameters`` class: its type is the annotation, its range the bounds given
    here.

    ``stream=False`` keeps the value out of the random streams: for recording intervals, integrators
    and step sizes, whose change must leave the draws alone.
    """
    extra: dict[str, Any] = {"symbol": symbol, "unit": unit, "stream": stream}
    return Field(default, ge=ge, gt=gt, le=le, lt=lt, description=meaning, json_schema_extra=extra)


class Parameters(BaseModel):
    """Base of a model's typed parameters; annotate with int, float, bool, Literal, Vector or
    Matrix.

    Cross-checks between parameters are pydantic ``model_validator(mode="after")`` methods that
    raise ValueError with the mend in the text.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=()
    )

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        """NumPy scalars and arrays, lists, and whole floats for integers, are what users pass."""
        if not isinstance(data, Mapping):
            return data
        return {k: _plain_value(v, cls.model_fields.get(k)) for k, v in data.items()}


def _plain_value(value: Any, info: FieldInfo | None) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(_plain_value(v, None) for v in value)
    if (
        info is not None
        and info.annotation is int
        and isinstance(value, float)
        and value.is_integer()
    ):
        return int(value)
    return value


@dataclass(frozen=True)
class Parameter:
    """What the engine knows of one parameter: read off the field's annotation and declaration."""

    name: str
    kind: Literal["int", "float", "bool", "choice"]
    ndim: int
    default: Any
    choices: tuple[str, ...]
    allowed: str
    symbol: str
    unit: str
    meaning: str
    stream: bool

    @property
    def dtype(self) -> str:
        return {"int": "int64", "float": "float64", "bool": "bool", "choice": "U"}[self.kind]


_KINDS: dict[Any, tuple[Literal["int", "float", "bool"], int]] = {
    int: ("int", 0),
    float: ("float", 0),
    bool: ("bool", 0),
    tuple[int, ...]: ("int", 1),
    Vector: ("float", 1),
    Matrix: ("float", 2),
}


def _describe(name: str, info: FieldInfo) -> Parameter:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    choices: tuple[str, ...] = ()
    kind: Literal["int", "float", "bool", "choice"]
    if get_origin(info.annotation) is Literal:
        kind, ndim, choices = "choice", 0, tuple(get_args(info.annotation))
    elif info.annotation in _KINDS:
        kind, ndim = _KINDS[info.annotation]
    else:
        raise TypeError(f"parameter {name}: type {info.annotation} is none of the supported ones")
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    bounds = [
        f"{signs[b]} {getattr(m, b):g}" for m in info.metadata for b in signs if hasattr(m, b)
    ]
    allowed = (
        ", ".join(choices)
        if choices
        else " and ".join(bounds) or {"bool": "true, false"}.get(kind, "any")
    )
    return Parameter(
        name=name,
        kind=kind,
        ndim=ndim,
        default=info.default,
        choices=choices,
        allowed=allowed,
        symbol=str(extra.get("symbol", name)),
        unit=str(extra.get("unit", "1")),
        meaning=info.description or "",
        stream=bool(extra.get("stream", True)),
    )


@dataclass(frozen=True)
class FiniteSize:
    """A declared bound on |mean - theory| at finite size: ``constant * size**-power``, size a
    parameter.
    """

    constant: float
    parameter: str
    power: float


@dataclass(frozen=True)
class Observable:
    """One named output, of simulation and theory alike.

    ``dims`` name the dimensions after (cell, replica); ``rtol`` and ``atol`` are the deterministic
    tolerance |simulation - theory| <= atol + rtol * |theory| where no discretisation order applies;
    ``scale`` is the observable's natural size where its theory may be next to zero (a residual at
    the end, a conserved quantity): comparisons measure against the larger of it and the theory's
    largest value; ``note_above`` makes a sweep say so when a value passes it.
    """

    name: str
    long_name: str
    unit: str = "1"
    dims: tuple[str, ...] = ()
    dtype: str = "float64"
    rtol: float = 1e-9
    atol: float = 1e-12
    scale: float = 0.0
    finite_size: FiniteSize | None = None
    note_above: float | None = None


STATUS = Observable("status", "outcome of the run: " + ", ".join(STATUSES), dtype="int8")
STATUS_STEP = Observable(
    "status_step", "update at which the status was set, -1 if none", dtype="int64"
)
VALID = Observable("valid", "theory holds at these parameters", dtype="bool")


@dataclass(frozen=True)
class Dim:
    """A dimension of observables: its length follows from parameters and may not change within a
    sweep.
    """

    name: str
    long_name: str
    size: Callable[[Any], int]


@dataclass(frozen=True)
class Discretisation:
    """The simulation errs by O(step**order) where ``applies``: then the order is the tolerance (see
    compare).
    """

    parameter: str
    order: int
    applies: Callable[[Any], bool]


@dataclass(frozen=True)
class Check:
    """Cells where simulation and theory must agree; the conformance tests run them and wrong
    theories too.

    ``shifted`` turns a cell's parameter values into those of a theory that is one update off; the
    comparison must then fail. None where a model has no updates.
    """

    fixed: Mapping[str, Any]
    axes: Mapping[str, Any] = field(default_factory=dict)
    replicas: int = 1
    shifted: Callable[[dict[str, Any]], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Model:
    """A model: typed parameters in, named observables out, by simulation and by theory.

    ``simulate`` and ``theory`` are "module:function" references, loaded on first use. Both take a
    ``Batch`` and return a dict from observable name to an array (n_rows, *dims); either may leave
    names out, and ``simulate`` may add ``status`` (index into STATUSES) and ``status_step`` (the
    update at which it happened, -1 if none). ``theory`` may add ``valid`` (n_rows, bool): false
    where it does not hold, and NaN where it says nothing. ``stochastic``: the simulation draws
    random numbers, so means over replicas are compared, with their errors. ``paired``: theory takes
    the row's own draws and is compared replica by replica. ``theory_ignores``: parameters the
    theory does not depend on; rows that differ in nothing else share one solve. ``theory_omits``:
    observables the theory never predicts. ``seconds`` estimates the cost of one row, in seconds to
    a factor of ten; blocks are sized by it. ``version``: raise it when numbers change; stores of
    another version are refused.
    """

    id: str
    title: str
    parameters_class: type[Parameters]
    observables: tuple[Observable, ...]
    simulate: str
    theory: str | None = None
    dims: tuple[Dim, ...] = ()
    diagnostics: tuple[Observable, ...] = ()
    equations: str = ""
    sources: tuple[str, ...] = ()
    stochastic: bool = False
    paired: bool = False
    theory_ignores: tuple[str, ...] = ()
    theory_omits: tuple[str, ...] = ()
    discretisation: Discretisation | None = None
    seconds: Callable[[Any], float] = lambda parameters: 1e-3
    checks: tuple[Check, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        clash = RESERVED & set(self.parameters_class.model_fields)
        if clash:
            raise TypeError(
                f"{self.id}: parameter names {sorted(clash)} are words of the engine; rename them"
            )

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        fields = self.parameters_class.model_fields
        return types.MappingProxyType(
            {name: _describe(name, info) for name, info in fields.items()}
        )

    @cached_property
    def defaults(self) -> dict[str, Any]:
        return {name: p.default for name, p in self.parameters.items()}

    def validate(self, values: Mapping[str, Any], where: str = "") -> Any:
        """The typed parameters, or one line that names parameter, value, range and nearest name."""
        try:
            return self.parameters_class(**values)
        except ValidationError as error:
            raise ToysimError(where + self._explain(error.errors()[0])) from None

    def _explain(self, first: Mapping[str, Any]) -> str:
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            return f"unknown parameter {name!r} of {self.id}: {suggest(name, self.parameters)}"
        if not name:
            return str(first["msg"]).removeprefix("Value error, ")
        p = self.parameters[name]
        shape = ("", "list of ", "list of lists of ")[p.ndim]
        return (
            f"{name} = {first['input']!r}: {first['msg'].removeprefix('Value error, ')} "
            f"({name} is {shape}{p.kind}, allowed: {p.allowed}, default {p.default!r})"
        )

    def sizes(self, parameters: Any) -> dict[str, int]:
        """Length of every observable dimension at these parameters."""
        return {dim.name: int(dim.size(parameters)) for dim in self.dims}

    def sides(self, simulation: bool = True) -> tuple[Side, ...]:
        """What a sweep of this model computes: both sides where there is a theory, without
        simulation theory alone.
        """
        both: tuple[Side, ...] = ("simulation", "theory") if self.theory else ("simulation",)
        return both if simulation else both[1:]

    def outputs(self, side: Side) -> tuple[Observable, ...]:
        """What one side of the model yields: observables, then status or validity and
        diagnostics.
        """
        if side == "simulation":
            return (*self.observables, STATUS, STATUS_STEP)
        predicted = tuple(o for o in self.observables if o.name not in self.theory_omits)
        return (*predicted, *self.diagnostics, VALID)

    def load(self, side: Literal["simulate", "theory"]) -> Callable[[Batch], Rows]:
        """The function of one side, imported now."""
        reference = getattr(self, side)
        if reference is None:
            raise ToysimError(f"{self.id} has no theory")
        module, _, name = reference.partition(":")
        function: Callable[[Batch], Rows] = getattr(import_module(module), name)
        return function


class Batch:
    """The rows handed to ``simulate`` and ``theory``: parameter columns and one random stream a
    row.

    ``batch["depth"]`` is a contiguous array (n_rows,) or (n_rows, ...) for vector parameters, in
    the declared type (choices as strings); ``len(batch)`` the number of rows; ``batch.replica``
    their replica indices.
    """

    def __init__(
        self,
        model: Model,
        columns: Mapping[str, npt.NDArray[Any]],
        fixed: Mapping[str, Any],
        replica: npt.NDArray[np.int64],
        seed: int,
        common_random_numbers: bool = False,
    ) -> None:
        self.model = model
        self.replica = replica
        self.columns = dict(columns)
        self.fixed = {**model.defaults, **fixed}
        self.seed = seed
        self.common_random_numbers = common_random_numbers
        self._repeated: dict[str, npt.NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.replica)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        import numpy as np

        if name in self.columns:
            return self.columns[name]
        if name not in self._repeated:
            value = self._typed(name, self.fixed[name])
            # A copy, not a broadcast view: another memory layout would compile every kernel once
            # more.
            self._repeated[name] = np.array(np.broadcast_to(value, (len(self), *value.shape)))
        return self._repeated[name]

    def _typed(self, name: str, value: Any) -> npt.NDArray[Any]:
        import numpy as np

        return np.asarray(value, self.model.parameters[name].dtype)

    def take(self, rows: npt.NDArray[Any]) -> Batch:
        """The batch of some of the rows, by index or mask; their streams stay theirs."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        replica = self.replica[rows]
        return Batch(
            self.model, columns, self.fixed, replica, self.seed, self.common_random_numbers
        )

    def row(self, i: int) -> dict[str, Any]:
        """All parameter values of one row, as plain Python."""
        axes = {name: column[i].tolist() for name, column in self.columns.items()}
        return {**self.fixed, **axes}

    def normal(self, stream: str, *shape: int) -> npt.NDArray[np.float64]:
        """Standard normal draws (n_rows, *shape) of a named stream, each row from its own."""
        import numpy as np

        draws = np.empty((len(self), *shape))
        for i in range(len(self)):
            self._generators.at(i, stream).standard_normal(
                out=draws[i, ...] if shape else draws[i : i + 1]
            )
        return draws

    def generators(self, stream: str) -> Iterator[np.random.Generator]:
        """The generators of the rows in turn, each at the start of a named stream; use one before
        the next.
        """
        for i in range(len(self)):
            yield self._generators.at(i, stream)

    @cached_property
    def keys(self) -> Keys:
        """Philox keys of the rows, (n_rows, 2)."""
        from toysim.streams import row_keys

        names = (
            []
            if self.common_random_numbers
            else [n for n, p in self.model.parameters.items() if p.stream]
        )
        # A fixed value is one row that broadcasts: it is hashed once, not compared over all rows.
        values = {
            n: self.columns[n] if n in self.columns else self._typed(n, self.fixed[n])[None]
            for n in names
        }
        defaults = {n: self._typed(n, self.model.parameters[n].default).tolist() for n in names}
        return row_keys(self.seed, self.model.id, values, defaults, self.replica)

    @cached_property
    def _generators(self) -> Any:
        from toysim.streams import RowGenerators

        return RowGenerators(self.keys)
