"""``refine`` of a sweep: along which axis, by which number and with how many cells more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toysim.design import Dimension
from toysim.errors import ToysimError, short, suggest
from toysim.model import Model

KEYS = ("along", "by", "side", "budget", "change", "width")
CHANGE = 0.05
WIDTH = 1e-4


@dataclass(frozen=True)
class Focus:
    """Halve intervals of ``along`` across which ``by`` changes by more than ``change`` of its span,
    or becomes NaN, down to ``width`` of the axis' range; at most ``budget`` cells more on each line
    of the other axes.
    """

    along: str
    by: str
    side: str
    budget: int
    change: float = CHANGE
    width: float = WIDTH


def parse_focus(
    raw: Any, model: Model, built: tuple[Dimension, ...], sides: tuple[str, ...]
) -> Focus | None:
    """A table ``refine`` checked against model and axes; every refusal is one line."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise ToysimError(f"refine = {short(raw)} must be a table", "refine")
    for key in raw:
        if key not in KEYS:
            raise ToysimError(f"unknown key {key!r} in refine: {suggest(key, KEYS)}", "refine")
    given = {"side": sides[0], "change": CHANGE, "width": WIDTH, **raw}
    axes = [d.name for d in built if _divisible(d)]
    _one_of("along", given.get("along"), axes, "an axis of fractions with two values or more")
    _one_of("side", given["side"], sides, "a side of this sweep")
    known = [o.name for o in model.outputs(given["side"])]
    _one_of("by", given.get("by"), known, f"a number of {given['side']}")
    budget = given.get("budget")
    if isinstance(budget, bool) or not isinstance(budget, int) or not 1 <= budget <= 10**6:
        raise ToysimError(f"refine: budget = {short(budget)} must be from 1 to 10^6", "budget")
    change, width = (_share(key, given[key]) for key in ("change", "width"))
    return Focus(given["along"], given["by"], given["side"], budget, change, width)


def _share(key: str, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 1:
        raise ToysimError(f"refine: {key} = {short(given)} must be between 0 and 1", key)
    return float(given)


def _divisible(d: Dimension) -> bool:
    values = next(iter(d.values.values()))
    return len(d.values) == 1 and values.ndim == 1 and values.dtype.kind == "f" and len(d) > 1


def _one_of(key: str, given: Any, known: Any, what: str) -> None:
    if given not in known:
        told = suggest(str(given), known)
        raise ToysimError(f"refine: {key} = {short(given)} must be {what}: {told}", key)
