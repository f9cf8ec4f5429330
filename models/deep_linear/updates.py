"""Gradient descent's own count of time: flow times in updates, and when a mode is learned."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing

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


@borrowing
def half_crossing(
    now: float,
    earlier: float,
    before: float,
    after: float,
    goal: float,
    share: float = 1.0,
    last: float = 1.0,
) -> float:
    """When the strength reaches ``goal``, in updates: between now - ``share`` (``before``) and
    ``now`` (``after``), on the parabola through these and ``earlier``, ``last`` before ``before``
    (derived).

    ``earlier`` is NaN at the start of a phase: then on the line. On the line alone the time errs by
    step^2 times a part that depends on where in the update the crossing falls, and extrapolation to
    step 0 stumbles over it.
    """
    rise = (after - before) / share
    bend = last * after - (share + last) * before + share * earlier
    bend /= share * last * (share + last)
    if math.isnan(bend):
        bend = 0.0
    # bend s^2 + (rise - share bend) s = missing, for the s in (0, share]
    missing, slope = goal - before, rise - share * bend
    root = math.sqrt(max(0.0, slope * slope + 4.0 * bend * missing))
    return now - share + 2.0 * missing / (slope + root)
