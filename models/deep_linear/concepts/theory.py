"""The balanced flow of a 2 x 2 map: four numbers, exact."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.deep_linear.concepts.problem import LEARNED, covariances, rotations

Array = npt.NDArray[np.float64]

RTOL = 1e-12
SMALL = 0.01
# Times at which the flow is looked at: splines between them err by 1e-8, extremes by the square of
# a spacing of 1/50 of the fastest rate.
POINTS, DENSE, MOST = 4001, 50, 400_001
NEAR = 1e-3  # of the level learned: an end so near to it hangs on the step
SHORT = 0.02  # of the duration: events this near to the end do


@kernel
def slope(state: Array, prompts: Array, images: Array, turned: float) -> Array:
    """W' = (W W')^(1/2) R + R (W'W)^(1/2),  (ln |det W|)' = 2 tr Q'R,  W = (W W')^(1/2) Q.

    ``state`` (5,): W by rows, ln |det W|; ``turned`` the sign of det W. From small starts det W
    falls to 1e-9 and less of what a product of W's entries can tell, and the second phase grows
    from it: with a start of 1e-14 the turn was off by 1.3 in 26. Derived.
    """
    a, b, c, d, log_det = state
    det = math.exp(log_det)
    root = math.sqrt(a * a + b * b + c * c + d * d + 2.0 * det)
    left = (a * a + b * b + det, a * c + b * d, c * c + d * d + det)
    right = (a * a + c * c + det, a * b + c * d, b * b + d * d + det)
    r = np.empty((2, 2))
    for j in range(2):
        r[0, j] = images[0, j] - a * prompts[0, j] - b * prompts[1, j]
        r[1, j] = images[1, j] - c * prompts[0, j] - d * prompts[1, j]
    out = np.empty(5)
    for j in range(2):
        first, second = (right[0], right[1]) if j == 0 else (right[1], right[2])
        out[j] = left[0] * r[0, j] + left[1] * r[1, j] + r[0, 0] * first + r[0, 1] * second
        out[2 + j] = left[1] * r[0, j] + left[2] * r[1, j] + r[1, 0] * first + r[1, 1] * second
    out[4] = 2.0 * ((a + turned * d) * r[0, 0] + (b - turned * c) * r[0, 1])
    out[4] += 2.0 * ((c - turned * b) * r[1, 0] + (d + turned * a) * r[1, 1])
    return out / root


def flow(row: Row, t: Array) -> Array:
    """The map and the logarithm of its determinant (5, times) at flow times, ascending from 0.

    In two stages: while the map is small its entries are kept relative to the start; later to
    1e-16, what rounding leaves of those that vanish.
    """
    p = row.p
    (u, v), (prompts, images) = rotations(row), covariances(p)
    turn = u @ v.T
    start = np.append(p.start_strength * turn, 2.0 * math.log(p.start_strength))
    turned = float(np.sign(turn[0, 0] * turn[1, 1] - turn[0, 1] * turn[1, 0]))
    grown = math.log(SMALL / p.start_strength) / (2.0 * float(np.linalg.norm(images, 2)))
    end = min(max(grown, 0.0), float(t[-1]))

    def solved(begin: float, stop: float, state: Array, at: Array, atol: float) -> Array:
        def right(_: float, now: Array) -> Array:
            return slope(now, prompts, images, turned)

        times, small = np.append(at, stop), np.append(np.full(4, atol), RTOL)
        found = solve_ivp(right, (begin, stop), state, "DOP853", times, rtol=RTOL, atol=small)
        return np.asarray(found.y)

    if end == 0.0:
        return solved(0.0, float(t[-1]), start, t[t < t[-1]], 1e-16)
    early = solved(0.0, end, start, t[t < end], RTOL * p.start_strength)
    if end == t[-1]:
        return early
    late = solved(end, float(t[-1]), early[:, -1], t[(t >= end) & (t < t[-1])], 1e-16)
    return np.concatenate([early[:, :-1], late], axis=1)


def seen(w: Array, sigma: Array) -> Array:
    """Coordinates and reach (4, times) of maps and ln |det| (5, times)."""
    a, b, c, d, log_det = w
    det = np.exp(log_det)
    root = np.sqrt(a * a + b * b + c * c + d * d + 2.0 * det)
    own = np.array([a * a + b * b + det, c * c + d * d + det]) / root
    out = math.sqrt(2.0) * np.array([a, c]) / sigma[:, None]
    return np.concatenate([out, np.sqrt(own / sigma[:, None])])


def last_rise(times: Array, curve: Array, level: float) -> float:
    """When a curve last passes a level upwards; NaN if it never does.

    By the signs at the grid first: where a curve is flat, ``CubicSpline.solve`` finds roots that
    are none.
    """
    rises = np.flatnonzero((curve[:-1] < level) & (curve[1:] >= level))
    if not len(rises):
        return math.nan
    k, spline = int(rises[-1]), CubicSpline(times, curve - level)
    return float(brentq(spline, times[k], times[k + 1], xtol=1e-13))


def predicted(row: Row) -> Rows:
    """One row; not valid where an event is so near to the end, or an end so near to the level, that
    the step decides.
    """
    p, sigma, at = row.p, np.array(row.p.signals), np.asarray(row.record_at)
    wanted = 1 + math.ceil(DENSE * p.duration * float(sigma.max()))
    grid = np.linspace(0.0, p.duration, min(max(POINTS, wanted), MOST))
    times = np.union1d(grid, at)
    course = seen(flow(row, times), sigma)
    ends = course[:, -1]
    passed = np.array([last_rise(times, curve, LEARNED) for curve in course])
    passed[ends < LEARNED] = np.nan
    turn = last_rise(times, course[int(np.argmin(sigma))], 0.0)
    late = np.append(passed, turn) > (1.0 - SHORT) * p.duration
    clear = not late.any() and bool((np.abs(ends - LEARNED) > NEAR).all())
    values = {
        "coordinate": course[:2, np.searchsorted(times, at)],
        "latent_coordinate": course[2:, np.searchsorted(times, at)],
        "learning_time": passed[:2],
        "latent_time": passed[2:],
        "lowest_coordinate": course[:2].min(axis=1),
        "turn_time": turn,
        "valid": clear,
    }
    return {name: np.asarray(value) for name, value in values.items()}


def predict(batch: Batch) -> Rows:
    """Every observable, at any orientation."""
    return stacked([predicted(row) for row in batch.rows()])
