"""Roots and crossings of a theory along one parameter, for what no landmark names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from toysim.errors import ToysimError, suggest
from toysim.model import Model
from toysim.parameters import Kind
from toysim.plan import build_sweep, split_arguments
from toysim.registry import load_model
from toysim.runner.cost import announce_theory
from toysim.runner.work import compute, one_blas_thread

SCAN = 33  # points at which both sides are computed first
AFTER_SCAN = 12  # points that follow the change of sign, usually
TERM = re.compile(r"^\s*(\w+)\s*(?:\[([^\]]*)\])?\s*$")


@dataclass(frozen=True)
class Crossing:
    """Where two sides of an equation meet: ``at``, with both sides there.

    ``valid``: whether the theory holds on both sides of it; ``bracket``: the neighbouring points
    of the scan.
    """

    along: str
    at: float
    left: float
    right: float
    valid: bool
    bracket: tuple[float, float]

    def __float__(self) -> float:
        return self.at


@dataclass(frozen=True)
class Term:
    """One side of an equation: a number, or an observable or diagnostic of the theory.

    ``where``: its place by dimension, or other values of parameters.
    """

    text: str
    name: str = ""
    where: Mapping[str, Any] | None = None
    number: float = np.nan


def find(
    model: str | Model,
    equation: str,
    *,
    along: Mapping[str, tuple[float, float]],
    tolerance: float = 1e-12,
    yes: bool = False,
    **parameters: Any,
) -> Crossing:
    """Where an equation between numbers of a theory holds along one parameter.

    equation: ``"entropy = 0"``, ``"overlap = error"``,
        ``"free_entropy[branch=low] = free_entropy[branch=high]"``. Either side is a number, or an
        observable or diagnostic of the theory, in brackets its index by dimension or another value
        of a parameter.
    along: ``{"alpha": (0.5, 1.2)}``, the parameter and the bracket.
    tolerance: relative, of the place.
    yes: go on where that takes more than a minute, by the model's declared cost; above two seconds
        it is said first (``LongCall``).

    The bracket is scanned at 33 points, then the change of sign is followed by bisection and
    inverse interpolation. Raises ToysimError, in one line, where there is none, where there are
    several, or where the difference jumps across zero.
    """
    found = load_model(model)
    (name, (low, high)) = _along(found, along)
    sides = [_term(found, text) for text in _halves(equation)]
    theory = _Theory(found, name, parameters)
    announce_theory(found, theory.parameters(low), _points(sides), yes)

    def difference(points: np.ndarray) -> np.ndarray:
        left, right = (theory.at(points, side) for side in sides)
        return np.asarray(left - right)

    points = np.linspace(low, high, SCAN)
    a, b = _one_change(equation, name, points, difference(points))
    at = _root(lambda x: float(difference(np.array([x]))[0]), a, b, tolerance)
    _refuse_jump(equation, name, at, a, b, difference)
    left, right = (float(theory.at(np.array([at]), side)[0]) for side in sides)
    return Crossing(name, at, left, right, theory.valid(np.array([a, b]), sides), (a, b))


def _points(sides: list[Term]) -> int:
    """Points at which theory is solved, about: the scan, the root and what lies beside it."""
    asked = {str(side.where) for side in sides if side.where is not None}
    return (SCAN + AFTER_SCAN) * len(asked)


def _along(model: Model, along: Mapping[str, tuple[float, float]]) -> Any:
    if len(along) != 1:
        raise ToysimError(f"along names {len(along)} parameters; give one, with a bracket", "along")
    ((name, bracket),) = along.items()
    model.refuse_unknown({name: bracket})
    if model.parameters[name].kind != "float" or model.parameters[name].ndim:
        raise ToysimError(f"along {name}: a {model.parameters[name].type}; give a float", "along")
    low, high = (float(end) for end in bracket)
    if not low < high:
        raise ToysimError(
            f"along {name}: {low:g} to {high:g} is no bracket; give low:high", "along"
        )
    return name, (low, high)


def _halves(equation: str) -> list[str]:
    """Both sides; an equals sign in brackets belongs to an index."""
    halves = re.split(r"=(?![^\[]*\])", equation)
    if len(halves) != 2:
        raise ToysimError(
            f"{equation!r}: write LEFT = RIGHT, for example 'entropy = 0'", "equation"
        )
    return halves


def _term(model: Model, text: str) -> Term:
    try:
        return Term(text, number=float(text))
    except ValueError:
        pass
    parts = TERM.match(text)
    if parts is None:
        raise ToysimError(
            f"{text.strip()!r}: a number, or a name with an index, NAME[DIM=0]", "equation"
        )
    name, inside = parts.groups()
    known = {o.name: o for o in model.outputs("theory") if o.dtype.startswith("float")}
    if name not in known:
        raise ToysimError(
            f"theory of {model.id} has no {name!r}: {suggest(name, known)}", "equation"
        )
    where = dict(_index(model, name, word) for word in (inside or "").split(",") if word.strip())
    for dim in known[name].dims:
        if dim not in where:
            raise ToysimError(f"{name} has a dimension {dim}; write {name}[{dim}=0]", "equation")
    return Term(text, name, where)


def _index(model: Model, name: str, word: str) -> tuple[str, Any]:
    key, _, value = (part.strip() for part in word.partition("="))
    dims = {dim.name for dim in model.dims}
    if key in dims and value.lstrip("-").isdigit():
        return key, int(value)
    if key in dims or key not in model.parameters:
        known = suggest(key, [*dims, *model.parameters])
        raise ToysimError(f"{name}[{word}]: write a dimension and an index; {known}", "equation")
    return key, _typed(model.parameters[key].kind, value)


def _typed(kind: Kind, value: str) -> Any:
    """A parameter's value as written in an index."""
    if kind == "bool":
        return value == "true"
    if kind == "choice":
        return value
    return int(value) if kind == "int" else float(value)


class _Theory:
    """The theory of a model along one parameter; each point is solved once."""

    def __init__(self, model: Model, along: str, parameters: Mapping[str, Any]) -> None:
        self.model, self.along = model, along
        self.given = dict(parameters)
        self.solved: dict[Any, Mapping[str, Any]] = {}

    def parameters(self, point: float) -> Any:
        """Typed parameters at a point."""
        return self.model.validate({**self.given, self.along: point})

    def rows(self, points: np.ndarray, changed: Mapping[str, Any]) -> Mapping[str, Any]:
        key = (points.tobytes(), tuple(sorted(changed.items())))
        if key not in self.solved:
            self.solved[key] = self._solve(points, changed)
        return self.solved[key]

    def _solve(self, points: np.ndarray, changed: Mapping[str, Any]) -> Mapping[str, Any]:
        fixed, axes = split_arguments(self.model, {**self.given, **changed})
        if axes:
            raise ToysimError(
                f"{next(iter(axes))} holds several values; give one", next(iter(axes))
            )
        axis = {self.along: points.tolist()}
        sweep = build_sweep(self.model.id, self.model, fixed, axis)
        batch = sweep.batch(np.arange(sweep.n_cells), 1)
        with one_blas_thread():
            outcome = compute(self.model, "theory", batch, sweep.parameters)
        if len(outcome.errors) == len(batch):
            raise ToysimError(f"{self.model.id} failed: {outcome.errors[0]['message']}")
        return outcome.rows

    def at(self, points: np.ndarray, term: Term) -> np.ndarray:
        if term.where is None:
            return np.full(len(points), term.number)
        dims = {o.name: o.dims for o in self.model.outputs("theory")}[term.name]
        values = self.rows(points, self.changed(term))[term.name]
        place = tuple(term.where[dim] for dim in dims)
        try:
            return np.asarray(values[(slice(None), *place)], float)
        except IndexError:
            sizes = dict(zip(dims, values.shape[1:], strict=True))
            raise ToysimError(f"{term.text.strip()}: sizes are {sizes}", "equation") from None

    def changed(self, term: Term) -> dict[str, Any]:
        """The values of parameters that a side asks for."""
        return {k: v for k, v in (term.where or {}).items() if k in self.model.parameters}

    def valid(self, points: np.ndarray, terms: list[Term]) -> bool:
        asked = [term for term in terms if term.where is not None]
        return all(self.rows(points, self.changed(term))["valid"].all() for term in asked)


def _one_change(
    equation: str, name: str, points: np.ndarray, values: np.ndarray
) -> tuple[float, float]:
    """The two neighbours between which left - right changes sign."""
    known = np.isfinite(values)
    x, y = points[known], values[known]
    if not known.any():
        raise ToysimError(
            f"{equation}: theory says nothing for {name} in [{points[0]:g}, {points[-1]:g}]"
        )
    changes = np.flatnonzero((y[:-1] >= 0.0) != (y[1:] >= 0.0))
    if len(changes) == 0:
        raise ToysimError(
            f"{equation}: no crossing for {name} in [{x[0]:g}, {x[-1]:g}]; left - right runs from "
            f"{y[0]:.4g} to {y[-1]:.4g}, nearest to 0 at {x[np.argmin(np.abs(y))]:g}"
        )
    if len(changes) > 1:
        places = ", ".join(f"{x[i]:g}:{x[i + 1]:g}" for i in changes)
        raise ToysimError(f"{equation}: {len(changes)} crossings, in {places}; give one bracket")
    return float(x[changes[0]]), float(x[changes[0] + 1])


def _root(difference: Callable[[float], float], a: float, b: float, tolerance: float) -> float:
    rtol = max(tolerance, 4.0 * np.finfo(float).eps)
    return float(brentq(difference, a, b, xtol=tolerance * abs(b), rtol=rtol))


def _refuse_jump(
    equation: str,
    name: str,
    at: float,
    a: float,
    b: float,
    difference: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Where sides meet they are nearly equal close to the root, and not only on either side."""
    ends = np.abs(difference(np.array([a, b]))).max()
    near = 1e-6 * (b - a)
    left = np.abs(difference(np.array([at - near, at + near])))
    if not left.max() <= 1e-3 * ends + 1e-12:
        raise ToysimError(f"{equation}: left - right jumps across 0 at {name} = {at:.10g}")
