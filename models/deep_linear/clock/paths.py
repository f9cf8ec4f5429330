"""The open pathways of a phase together: strength, its slope, and where they reach a level."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.deep_linear.clock.layer import layer_at, sharpness
from toysim.models.deep_linear.coordinate import coordinate, other_layers, strength_at

Array = npt.NDArray[np.float64]

ROUNDING = 4e-16
MAX_ITERATIONS = 200


class Paths(NamedTuple):
    """The pathways in one phase, arrays (P,).

    is_open; lag: how far behind the leading open pathway in x; c; depth (int); p: guess of the
    first layers, set to the last ones evaluated; low, high: bracket of the first layers while the
    phase lasts.
    """

    is_open: Any
    lag: Any
    c: Any
    depth: Any
    p: Any
    low: Any
    high: Any


class Account(NamedTuple):
    """Of a row: residual (1,), the largest error of K/S by an inverted time; iterations (1,)."""

    residual: Any
    iterations: Any


@kernel
def new_paths(p: Array, c: Array, depth: int) -> Paths:
    """Of first layers p (P,), which are overwritten, and offsets c (P,)."""
    n = len(p)
    is_open = np.empty(n, np.bool_)
    return Paths(is_open, np.empty(n), c, depth, p, np.empty(n), np.empty(n))


@kernel
def open_strength(x_lead: float, paths: Paths) -> float:
    """Sum of K over the open pathways when the leading one stands at x_lead; sets paths.p."""
    total = 0.0
    p = paths.p
    for j in range(len(p)):
        if paths.is_open[j]:
            x = x_lead - paths.lag[j]
            p[j] = layer_at(x, paths.c[j], paths.depth, p[j], paths.low[j], paths.high[j])
            total += strength_at(p[j], paths.c[j], paths.depth)
    return total


@kernel
def open_sharpness(paths: Paths) -> float:
    """-dOmega/ds at paths.p: the sum of the open pathways' sharpness."""
    total = 0.0
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            total += sharpness(paths.p[j], paths.c[j], paths.depth)
    return total


@kernel
def leader_position(level: float, lead: int, paths: Paths, account: Account) -> float:
    """x of the leading pathway at which the open pathways together have strength ``level``.

    Newton on the leader's first layer (dK/dp = sharpness sum / f), bisecting where it leaves the
    bracket.
    """
    c, depth = paths.c[lead], paths.depth
    below, above = paths.low[lead], paths.high[lead]
    p, step = above, math.inf
    for _ in range(MAX_ITERATIONS):
        account.iterations[0] += 1
        gap = open_strength(coordinate(p, c, depth), paths) - level
        if gap > 0.0:
            above = p
        else:
            below = p
        new = p - gap * other_layers(p, c, depth) / open_sharpness(paths)
        if not below <= new <= above:
            new = 0.5 * (below + above)
        step, previous = abs(new - p), step
        p = new
        # The second: Newton has met the rounding of the strengths and only wanders.
        if step <= ROUNDING * abs(p) or (step <= 1e-12 * abs(p) and step > 0.5 * previous):
            break
    return coordinate(p, c, depth)


@kernel
def set_brackets(residual: float, strength: Array, start: Array, paths: Paths) -> None:
    """Bounds of every open pathway's first layer until the phase ends; the residual only shrinks.

    A pathway gains (or loses) at most the residual, |K - K0| <= |Omega0|, and |p| <= |K|^(1/D).
    ``strength`` and ``start`` (P,): strengths and first layers at the start of the phase.
    """
    for j in range(len(start)):
        limit = strength[j] + residual
        outward = 1.0 + 1e-12  # the root's rounding
        root = math.copysign(abs(limit) ** (1.0 / paths.depth), limit) * outward
        if residual > 0.0:
            paths.low[j] = start[j]
            paths.high[j] = max(start[j], root, 0.0) if limit > 0.0 else 0.0
        else:
            paths.low[j] = min(start[j], root, 0.0) if limit < 0.0 else 0.0
            paths.high[j] = start[j]
