"""Parameters drawn from a model's whole allowed range, over decades, with edges and zeros.

A draw moves a few parameters, and leaves the others at their defaults: a draw that moves all of
them would rarely leave a model that does anything. A moved one lies at an edge of its range or at
zero, anywhere in it, or within a decade of its default; where no range is declared, within two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from toysim.checking.arrays import drawn, lengths
from toysim.errors import ToysimError
from toysim.model import Model
from toysim.parameters import Parameter

FAR = 1e6  # times the default, where a range has no end
NEAR = 1e-12  # of the far end, where a range begins at zero
MOST_RECORDS = 6
TRIES = 200


@dataclass(frozen=True)
class Draw:
    """Values of parameters that differ from the defaults.

    ``smaller``: sizes were cut to a cost; ``costly``: that was not enough, a row takes longer.
    """

    values: dict[str, Any]
    smaller: bool
    costly: bool


def draw(
    model: Model,
    rng: np.random.Generator,
    longest: float,
    base: Mapping[str, Any] | None = None,
) -> Draw:
    """Values that the model allows, with rows of at most ``longest`` seconds by its estimate.

    What is not moved is as in ``base``, else at its default. So are parameters that the theory
    ignores: they are how well the experiment is made, not what it is made on.
    """
    names = [name for name in model.parameters if name not in model.theory_ignores]
    for _ in range(TRIES):
        n_moved = min(len(names), 1 + rng.geometric(0.3))
        moved = rng.choice(names, n_moved, replace=False)
        values = {str(n): _value(model.parameters[str(n)], rng) for n in moved}
        values |= _lists(model, {**(base or {}), **values}, [str(n) for n in moved], rng)
        allowed = _allowed(model, {**(base or {}), **values})
        if allowed is not None:
            return _affordable(model, allowed, longest)
    raise ToysimError(f"{model.id}: none of {TRIES} draws is allowed; its ranges clash")


def _lists(
    model: Model, values: Mapping[str, Any], moved: list[str], rng: np.random.Generator
) -> dict[str, Any]:
    """Half of the lists that are moved, with the shapes that the model takes beside the values."""
    found: dict[str, Any] = {}
    for name in moved:
        if model.parameters[name].ndim and rng.random() < 0.5:
            rest = {n: v for n, v in values.items() if n != name} | found
            sizes = lengths({**model.defaults, **rest})
            value = drawn(model.parameters[name], sizes, _taken_by(model, rest, name), rng)
            found |= {} if value is None else {name: value}
    return found


def _taken_by(model: Model, rest: dict[str, Any], name: str) -> Callable[[Any], bool]:
    return lambda value: _allows(model, {**rest, name: value})


def _allows(model: Model, values: Mapping[str, Any]) -> bool:
    try:
        model.validate(values)
    except ToysimError:
        return False
    return True


def _allowed(model: Model, values: dict[str, Any]) -> dict[str, Any] | None:
    """The values less those that clash with others; None where that does not help."""
    values = dict(values)
    while True:
        try:
            model.validate(values)
        except ToysimError as error:
            if error.key not in values:
                return None
            del values[error.key]
        else:
            return values


def _affordable(model: Model, values: dict[str, Any], longest: float) -> Draw:
    """Whole numbers above their least are halved, the largest first, until a row is cheap."""
    smaller = False
    cuttable = [
        name
        for name, p in model.parameters.items()
        if p.kind == "int" and not p.ndim and name not in model.theory_ignores
    ]
    while model.seconds(p := model.validate(values)) > longest:
        sizes = sorted(cuttable, key=lambda name: -getattr(p, name))
        halves = [{**values, n: getattr(p, n) // 2} for n in sizes if getattr(p, n) > 1]
        cut = next((h for h in halves if _cheaper(model, h, p)), None)
        if cut is None:
            return Draw(values, smaller, True)
        values, smaller = cut, True
    return Draw(values, smaller, False)


def _cheaper(model: Model, values: Mapping[str, Any], than: Any) -> bool:
    try:
        return model.seconds(model.validate(values)) < model.seconds(than)
    except ToysimError:
        return False


def _value(p: Parameter, rng: np.random.Generator) -> Any:
    if p.kind == "bool":
        return bool(rng.integers(2))
    if p.kind == "choice":
        return str(rng.choice(p.choices))
    if p.name == "n_records":
        return int(rng.integers(MOST_RECORDS + 1))
    if p.ndim:
        return _each(p, p.default, rng)
    if p.default and not any(map(math.isfinite, p.range)):
        return _near(p, rng, p.default)
    return _number(p, rng, p.default)


def _near(p: Parameter, rng: np.random.Generator, default: float) -> float | int:
    """Within two decades of the default: a range that nobody declared is no promise."""
    value = default * 10.0 ** rng.uniform(-2.0, 2.0)
    return round(value) if p.kind == "int" else float(value)


def _each(p: Parameter, default: Any, rng: np.random.Generator) -> Any:
    """A list of the default's shape, entry by entry."""
    if isinstance(default, tuple):
        return tuple(_each(p, entry, rng) for entry in default)
    return _number(p, rng, default)


def _number(p: Parameter, rng: np.random.Generator, default: float) -> float | int:
    low, high = p.range
    kind = rng.random()
    if kind < 0.25:
        ends = [x for x in (low, high, 0.0) if math.isfinite(x) and low <= x <= high]
        value = float(rng.choice(ends)) if ends else default
    elif kind < 0.65:
        value = _anywhere(low, high, abs(default) or 1.0, rng)
    else:
        value = default * 10.0 ** rng.uniform(-1.0, 1.0)
    value = min(max(value, low), high)
    return round(value) if p.kind == "int" else float(value)


def _anywhere(low: float, high: float, scale: float, rng: np.random.Generator) -> float:
    """Evenly in the logarithm of the size where the range is decades wide, else evenly."""
    low, high = max(low, -FAR * scale), min(high, FAR * scale)
    if low < 0.0 < high:
        end, sign = (high, 1.0) if rng.random() < 0.5 else (-low, -1.0)
        return sign * _decades(NEAR * end, end, rng)
    size = sorted((abs(low), abs(high)))
    sign = 1.0 if high > 0.0 else -1.0
    return sign * _decades(max(size[0], NEAR * size[1]), size[1], rng)


def _decades(low: float, high: float, rng: np.random.Generator) -> float:
    if not 0.0 < low < high:
        return high
    wide = high / low > 100.0
    return float(
        math.exp(rng.uniform(math.log(low), math.log(high))) if wide else rng.uniform(low, high)
    )
