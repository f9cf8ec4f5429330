"""Gradient descent's own count of time: flow times in updates, and when half a mode is learned."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]


def in_updates(times: Array, step: float | Array, end: float | Array) -> Array:
    """Record times in updates, at most ``end`` of them; whole where rounding alone makes them
    differ from it. The arguments broadcast.
    """
    at = times / step
    whole = np.rint(at)
    return np.asarray(
        np.minimum(np.where(np.abs(at - whole) <= 1e-9 * np.maximum(whole, 1.0), whole, at), end)
    )


@kernel
def half_crossing(n: int, earlier: float, before: float, after: float, target: float) -> float:
    """When the strength reaches target / 2, in updates: between update n - 1 (``before``) and n
    (``after``), on the parabola through these and ``earlier`` (derived).

    ``earlier``, at update n - 2, is NaN at the start of a phase: then on the line. On the line
    alone the time errs by step^2 times a part that depends on where in the update the crossing
    falls, and extrapolation to step 0 stumbles over it.
    """
    rise, bend = after - before, 0.5 * (after - 2.0 * before + earlier)
    if math.isnan(bend):
        bend = 0.0
    # bend s^2 + (rise - bend) s = missing, for the s in (0, 1]
    missing, slope = 0.5 * target - before, rise - bend
    root = math.sqrt(max(0.0, slope * slope + 4.0 * bend * missing))
    return n - 1 + 2.0 * missing / (slope + root)


@kernel
def note_half(
    n: int, earlier: float, before: float, after: float, target: float, half: Array
) -> None:
    """Note in ``half`` (1,) when the strength first reaches target / 2, see ``half_crossing``."""
    if math.isnan(half[0]) and after >= 0.5 * target:
        half[0] = half_crossing(n, earlier, before, after, target)
