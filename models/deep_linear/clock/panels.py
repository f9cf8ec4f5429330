"""Time along a phase: dt/dv integrated panel by panel, and inverted."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing
from toysim.models.deep_linear.clock.pace import Pace, distance_left, strength_now
from toysim.models.deep_linear.clock.paths import (
    MAX_ITERATIONS,
    ROUNDING,
    Account,
    Paths,
    open_sharpness,
    strengths,
)
from toysim.numerics.copies import put
from toysim.numerics.elementary import exp, expm1
from toysim.numerics.quadrature import HALF_WEIGHTS, NODES, POINTS, WEIGHTS

Array = npt.NDArray[np.float64]

SHORTEST = 1e-3  # share of the panel asked for
# Two rules that differ by this share mean an error of its square in the better one.
SMOOTH = 1e-7
NEARER_END = math.log(2.0)


@borrowing
def time_per_v(v: float, pace: Pace, paths: Paths) -> float:
    """dt/dv = kappa w / Omega; sets paths.p to the first layers at v."""
    return pace.kappa * distance_left(v, pace) / (pace.level - strength_now(v, pace, paths))


@borrowing
def times_per_v(n: int, v: float, length: float, pace: Pace, paths: Paths) -> None:
    """``time_per_v`` at the first n nodes of the panel from v on, into paths.nodes[3]."""
    nodes = paths.nodes
    for q in range(n):
        nodes[0, q] = pace.w0 * exp(-pace.kappa * (v + length * NODES[q]))
        nodes[1, q] = pace.w0 - nodes[0, q]
    if v < NEARER_END or pace.kappa < 0.0:  # where this difference is used, and would lose digits
        for q in range(n):
            nodes[1, q] = -pace.w0 * expm1(-pace.kappa * (v + length * NODES[q]))
    strengths(n, paths)
    for q in range(n):
        nodes[3, q] = pace.kappa * nodes[0, q] / (pace.level - nodes[3, q])


@borrowing
def time_between(v_from: float, v_to: float, pace: Pace, paths: Paths) -> float:
    """int dt/dv dv over at most one panel, by Gauss-Legendre."""
    n = len(WEIGHTS)  # for a literal Numba would compile it all twice
    times_per_v(n, v_from, v_to - v_from, pace, paths)
    total = 0.0
    for q in range(POINTS):
        total += WEIGHTS[q] * paths.nodes[3, q]
    return total * (v_to - v_from)


@borrowing
def smooth_panel(
    v: float, length: float, pace: Pace, paths: Paths, account: Account
) -> tuple[float, float]:
    """End and time of the longest panel from v, up to ``length``, that Gauss-Legendre does exactly.

    Halved until the rule of half the points agrees: a start far from 0 (strength much above S, or
    below 0 at c > 0) lies close to the pole of K(x) behind it.
    """
    previous, asked = math.inf, length
    while True:
        account.iterations[0] += 1
        v_to = min(v + length, pace.v_linear)
        times_per_v(len(NODES), v, v_to - v, pace, paths)
        time, rough = 0.0, 0.0
        for q in range(POINTS):
            time += WEIGHTS[q] * paths.nodes[3, q]
        for q in range(len(HALF_WEIGHTS)):
            rough += HALF_WEIGHTS[q] * paths.nodes[3, POINTS + q]
        apart = abs(rough - time)
        # Halving gains 2^16 on a smooth panel; where it gains next to nothing it is the rounding of
        # Omega.
        rounding = length < 0.1 * asked and apart > 0.1 * previous
        if not apart > SMOOTH * abs(time) or rounding or length <= SHORTEST * asked:
            put(paths.nodes[3], paths.nodes[4])
            return v_to, time * (v_to - v)
        length, previous = 0.5 * length, apart


@borrowing
def share_of_panel(wanted: float, rates: Array) -> float:
    """About where in a panel of length 1 the integral of dt/dv is ``wanted``, from dt/dv at its
    nodes (Q,): each stands for as much of the panel as its weight.
    """
    share, left, q = 0.0, wanted, 0
    while q < POINTS - 1 and left > WEIGHTS[q] * rates[q]:
        left -= WEIGHTS[q] * rates[q]
        share += WEIGHTS[q]
        q += 1
    return float(min(share + left / rates[q], 1.0))


@borrowing
def invert_time(
    passed: float,
    wanted: float,
    v_from: float,
    v_to: float,
    panel: float,
    target: float,
    pace: Pace,
    paths: Paths,
    account: Account,
) -> float:
    """The v in [v_from, v_to] with time_between(v_from, v) = wanted <= panel = time_between(v_from,
    v_to). ``passed``: time at v_from, whose rounding is part of the error.
    """
    v = v_from + (v_to - v_from) * share_of_panel(wanted / (v_to - v_from), paths.nodes[4])
    error, previous = math.inf, math.inf
    for _ in range(MAX_ITERATIONS):
        account.iterations[0] += 1
        error = time_between(v_from, v, pace, paths) - wanted
        # Near the root time is known to the rounding of Omega only, 1e-9 of a panel: Newton stalls
        # there.
        if abs(error) <= ROUNDING * wanted or (
            abs(error) <= 1e-6 * panel and abs(error) > 0.5 * previous
        ):
            break
        v = min(max(v - error / time_per_v(v, pace, paths), v_from), v_to)
        previous = abs(error)
    residual = pace.level - strength_now(v, pace, paths)
    error = max(abs(error), ROUNDING * (passed + wanted))
    account.residual[0] = max(
        account.residual[0], error * abs(residual * open_sharpness(paths)) / target
    )
    return v
