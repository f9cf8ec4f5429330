"""Sizes that a sampler can take, and what one instance of a size is off by."""

from collections.abc import Callable
from typing import Any

from toysim.model import FiniteSize, Observable
from toysim.outcomes import Status

MAX_ENUMERATED = 25  # 2^25 configurations
MIN_PASSED = 9  # below, the error of message passing does not fall with the size (measured)
# Means of weights in field space at N = 51, inverse temperatures 2, 5 and 20: up to a load of 1
# within the bounds declared; at 2, 4 and 8 losses off by .4, .9 and 1.5/N, overlaps by .7/N.
LIGHT = 1.5
MAX_ENTRIES = 2 * 10**8  # of the pattern matrix: three bytes each


def n_patterns(load: float, size: int) -> int:
    """P = alpha N, rounded to the nearest integer (halves to even)."""
    return round(load * size)


def realised_load(batch: Any, name: str) -> Any:
    """The loads (rows,) that whole patterns make of those asked for: ``n_patterns`` / N."""
    return (batch[name] * batch["size"]).round() / batch["size"]


def realised_overlap(batch: Any) -> Any:
    """Overlaps (rows,) of two teachers that differ in a whole number of weights, as ``flipped``."""
    flips = (0.5 * batch["size"] * (1.0 - batch["task_overlap"])).round()
    return 1.0 - 2.0 * flips / batch["size"]


def one_load(batch: Any) -> dict[str, Any]:
    """What an instance of one task realises."""
    return {"alpha": realised_load(batch, "alpha")}


def two_loads(batch: Any) -> dict[str, Any]:
    """What an instance of two tasks realises."""
    loads = {name: realised_load(batch, name) for name in ("alpha_1", "alpha_2")}
    return loads | {"task_overlap": realised_overlap(batch)}


def outcome(status: float, size: int, *loads: float) -> float:
    """A Status: that no pattern is left of a load above 0, else the one given."""
    lacks = any(load > 0.0 and n_patterns(load, size) == 0 for load in loads)
    return Status.NO_PATTERNS if lacks else status


def check_enumerable(size: int) -> None:
    """Raise ValueError unless all 2^size configurations can be visited, at an odd size.

    At an odd size no configuration is orthogonal to a pattern.
    """
    if size % 2 == 0 or size > MAX_ENUMERATED:
        raise ValueError(
            f"size = {size}: enumeration needs an odd size of at most {MAX_ENUMERATED}"
        )


def check_passable(size: int) -> None:
    """Raise ValueError where fields of a pattern are too few weights' sums to be Gaussian."""
    if size < MIN_PASSED:
        raise ValueError(
            f"size = {size}: message passing needs at least {MIN_PASSED} weights; or take "
            "sampler = enumeration, at an odd size"
        )


def check_patterns(size: int, *loads: float) -> None:
    """Raise ValueError where the patterns of a task would not fit into memory."""
    entries = max(loads) * size**2
    if entries > MAX_ENTRIES:
        raise ValueError(
            f"size = {size} at a load of {max(loads):g} makes {entries:.2g} pattern entries; "
            f"at most {MAX_ENTRIES:.0e}: lower size"
        )


def light(*loads: str) -> Callable[[Any], Any]:
    """Rows of loads up to which the bounds of field space were measured."""

    def known(batch: Any) -> Any:
        found = batch[loads[0]] <= LIGHT
        for load in loads[1:]:
            found = found & (batch[load] <= LIGHT)
        return found

    return known


def sampled(
    name: str,
    long_name: str,
    unit: str = "1",
    *,
    off: float = 0.2,
    scale: float = 0.0,
    imposed: bool = False,
    known: Callable[[Any], Any] | None = None,
) -> Observable:
    """An observable that a finite instance is off by at most ``off``/N where that is ``known``.

    Those without a unit are overlaps, distances and errors, from -1 to 1; ``imposed``: draws may be
    equal because they are made to, which hides nothing rare.
    """
    bound = FiniteSize(off, "size", 1.0, known)
    span = 2.0 if unit == "1" and not imposed else 0.0
    return Observable(name, long_name, unit, scale=scale, span=span, finite_size=bound)
