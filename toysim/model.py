"""The contract a family is written against: a model with its parameters, observables and checks.

This module imports nothing heavier than pydantic, so that listing models stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import ValidationError

from toysim.errors import ToysimError, suggest
from toysim.landmarks import Landmark
from toysim.observables import (
    RECORD,
    STATUS,
    STATUS_STEP,
    STORE_DIMS,
    VALID,
    Dim,
    FiniteSize,
    Observable,
    Rows,
    Side,
)
from toysim.parameters import Matrix, Parameter, Parameters, Tensor, Vector, described, parameter
from toysim.records import Clock
from toysim.references import loaded

__all__ = [
    "RESERVED",
    "Check",
    "Dim",
    "Discretisation",
    "FiniteSize",
    "Landmark",
    "Matrix",
    "Model",
    "Observable",
    "Parameters",
    "Rows",
    "Side",
    "Tensor",
    "Vector",
    "parameter",
]

Function = Callable[[Any], Rows]  # of a side: it takes a ``Batch``

# Words of the engine: a model's parameter of that name could not be told from them.
RESERVED = frozenset(
    (
        "seed replicas store workers preset backend block time_limit progress yes zip retry repair "
        "common_random_numbers name model scheduler simulation theory fixed axes question cell "
        "replica state status status_step valid data free guess beginnings results listen names "
        "formats refine sets where stop_after create_only cluster"
    ).split()
)


WIDTH = 100  # of a model as text
WANTED = {"int": "a whole number", "float": "a number", "bool": "true or false"}


def _wanted(p: Parameter, problem: str) -> str:
    """What a value should have been, in words."""
    if problem.startswith(("greater", "less")):
        return "is out of range"
    if problem == "finite_number":
        return "must be a finite number"
    if p.kind == "choice":
        return f"must be one of {p.allowed}"
    return f"must be a {p.type}" if p.ndim else f"must be {WANTED[p.kind]}"


@dataclass(frozen=True)
class Discretisation:
    """The simulation errs by O(step**order) where ``applies``: then the order is the tolerance.

    A sweep then runs rows again at smaller steps (``/refinement``), and compare reads them.
    """

    parameter: str
    order: int
    applies: Callable[[Any], bool]


@dataclass(frozen=True)
class Check:
    """Cells where simulation and theory must agree; the conformance tests run them, and wrong
    theories too.

    ``shifted`` turns a cell's parameter values into those of a theory that is one update off; the
    comparison must then fail. None where a model has no updates.
    """

    fixed: Mapping[str, Any]
    axes: Mapping[str, Any] = field(default_factory=dict)
    replicas: int = 1
    shifted: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None


def a_millisecond(parameters: Any) -> float:
    """What a row takes where a model does not say."""
    return 1e-3


@dataclass(frozen=True, repr=False)
class Model:
    """A model: typed parameters in, named observables out, by simulation and by theory.

    ``simulate`` and ``theory`` are functions, or "module:function" references that are loaded on
    first use. Both take a ``Batch`` and return a dict from observable name to an array
    (n_rows, *dims); either may leave names out, and ``simulate`` may add ``ended(...)``, how its
    rows ended.
    ``theory`` may add ``valid`` (n_rows, bool): false where it does not hold, and NaN where it says
    nothing.
    ``clock``: what time courses are recorded against; it brings the dimension ``record``.
    ``stochastic``: the simulation draws random numbers, so means over replicas are compared, with
    their errors.
    ``paired``: theory takes the row's own draws and is compared replica by replica.
    ``theory_ignores``: parameters the theory does not depend on; rows that differ in nothing else
    share one solve.
    ``theory_omits``: observables the theory never predicts.
    ``realised``: from a batch, the values of parameters that its simulation rounds to a whole
    number of something; ``compare`` holds theory at these.
    ``seconds`` estimates the cost of one row, in seconds to a factor of ten; blocks are sized by
    it.
    ``theory_seconds`` the same of one row's theory, where that takes long or far less than
    ``seconds``: sweeps of theory alone go by it.
    ``landmarks``: the named numbers that people come for, a capacity or a threshold.
    ``version``: raise it when numbers change; stores of another version are refused.
    """

    id: str
    title: str
    parameters_class: type[Parameters]
    observables: tuple[Observable, ...]
    simulate: str | Function
    theory: str | Function | None = None
    clock: Clock | None = None
    dims: tuple[Dim, ...] = ()
    diagnostics: tuple[Observable, ...] = ()
    equations: str = ""
    sources: tuple[str, ...] = ()
    stochastic: bool = False
    paired: bool = False
    theory_ignores: tuple[str, ...] = ()
    theory_omits: tuple[str, ...] = ()
    discretisation: Discretisation | None = None
    realised: Callable[[Any], Mapping[str, Any]] | None = None
    seconds: Callable[[Any], float] = a_millisecond
    theory_seconds: Callable[[Any], float] = a_millisecond
    checks: tuple[Check, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        clash = RESERVED & set(self.parameters_class.model_fields)
        if clash:
            raise TypeError(
                f"{self.id}: parameter names {sorted(clash)} are words of the engine; rename them"
            )
        taken = STORE_DIMS & {dim.name for dim in self.dims}
        if taken:
            raise TypeError(
                f"{self.id}: dimensions {sorted(taken)} are those of the store; rename them"
            )
        if self.clock is not None:
            record = Dim(RECORD, "record of the time course", self.clock.n_records)
            object.__setattr__(self, "dims", (*self.dims, record))

    def __repr__(self) -> str:
        """What ``toysim show`` says."""
        from toysim.describing import told

        return "\n".join(told(self, WIDTH))

    def _repr_html_(self) -> str:
        from toysim.describing import as_html

        return as_html(self)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        return described(self.parameters_class)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        return {name: p.default for name, p in self.parameters.items()}

    def validate(self, values: Mapping[str, Any], where: str = "") -> Any:
        """The typed parameters, or one line that names parameter, value, range, nearest name."""
        try:
            return self.parameters_class(**values)
        except ValidationError as error:
            first = error.errors()[0]
            key = str(first["loc"][0]) if first["loc"] else self._culprit(values)
            raise ToysimError(where + self._explain(first), key) from None

    def _culprit(self, values: Mapping[str, Any]) -> str | None:
        """Of values that clash, the last one that could be left out instead."""
        for name in reversed(list(values)):
            try:
                self.parameters_class(**{n: v for n, v in values.items() if n != name})
            except ValidationError:
                continue
            return name
        return None

    def _explain(self, first: Mapping[str, Any]) -> str:
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            return f"unknown parameter {name!r} of {self.id}: {self._near(name)}"
        if not name:
            return str(first["msg"]).removeprefix("Value error, ")
        p = self.parameters[name]
        told = _wanted(p, first["type"])
        if first["type"] == "value_error":
            told = f"is refused: {first['msg'].removeprefix('Value error, ')}"
        return (
            f"{name} = {first['input']!r} {told} "
            f"({name} is {p.type}, allowed: {p.allowed}, default {p.default!r})"
        )

    def _near(self, name: str) -> str:
        return suggest(name, self.parameters, f"toysim show {self.id}")

    def refuse_unknown(self, names: Mapping[str, Any]) -> None:
        """Raise unless every name is a parameter; the nearest known one is offered."""
        for name in names:
            if name not in self.parameters:
                known = self._near(name)
                raise ToysimError(f"unknown parameter {name!r} of {self.id}: {known}", name)

    def sizes(self, parameters: Any) -> dict[str, int]:
        """Length of every observable dimension at these parameters."""
        return {dim.name: int(dim.size(parameters)) for dim in self.dims}

    def sides(self, simulation: bool = True) -> tuple[Side, ...]:
        """What a sweep of this model computes: both sides where there is a theory; without
        simulation theory alone.
        """
        both: tuple[Side, ...] = ("simulation", "theory") if self.theory else ("simulation",)
        return both if simulation else both[1:]

    def per_replica(self, side: Side) -> bool:
        """Whether a side has a row for every replica, not one a cell."""
        return side == "simulation" or self.paired

    @property
    def of_means(self) -> bool:
        """Whether theory speaks of the mean over replicas, not of each draw."""
        return self.stochastic and not self.paired

    def outputs(self, side: Side) -> tuple[Observable, ...]:
        """What one side yields: observables, then status or validity and diagnostics."""
        if side == "simulation":
            return (*self.observables, STATUS, STATUS_STEP)
        predicted = tuple(o for o in self.observables if o.name not in self.theory_omits)
        return (*predicted, *self.diagnostics, VALID)

    def load(self, side: Literal["simulate", "theory"]) -> Function:
        """The function of one side, imported now; it takes a ``Batch``."""
        reference: str | Function | None = getattr(self, side)
        if reference is None:
            raise ToysimError(f"{self.id} has no theory")
        function: Function = loaded(reference)
        return function
