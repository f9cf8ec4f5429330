"""The open pathways of a phase together: strength, its slope, and where they reach a level."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.deep_linear.clock.layer import layer_at, sharpness
from toysim.models.deep_linear.coordinate import coordinate, other_layers, strength_at
from toysim.numerics.elementary import exp, expm1, log
from toysim.numerics.quadrature import NODES

Array = npt.NDArray[np.float64]

ROUNDING = 4e-16
MAX_ITERATIONS = 200


class Paths(NamedTuple):
    """The pathways in one phase, arrays (P,).

    is_open; lag: how far behind the leading open pathway in x; c; depth (int); p: guess of the
    first layers, set to the last ones evaluated; low, high: bracket of the first layers while the
    phase lasts; distance, moving: scratch for the nodes of an integral.
    """

    is_open: Any
    lag: Any
    c: Any
    depth: Any
    p: Any
    low: Any
    high: Any
    distance: Any
    moving: Any


class Account(NamedTuple):
    """Of a row: residual (1,), the largest error of K/S by an inverted time; iterations (1,)."""

    residual: Any
    iterations: Any


@kernel
def new_paths(p: Array, c: Array, depth: int) -> Paths:
    """Of first layers p (P,), which are overwritten, and offsets c (P,)."""
    n, nodes = len(p), len(NODES)
    is_open, lag, low, high = np.empty(n, np.bool_), np.empty(n), np.empty(n), np.empty(n)
    return Paths(is_open, lag, c, depth, p, low, high, np.empty(nodes), np.empty(nodes))


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
def strengths(n: int, x_end: float, paths: Paths) -> None:
    """Sum of K over the open pathways with the leading one at x_end - ``distance``, into
    ``moving``, for the first n of both (Q,).
    """
    paths.moving[:n] = 0.0
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            x = x_end - paths.lag[j]
            if paths.depth <= 2 or paths.c[j] == 0.0:
                add_strengths(n, x, paths.c[j], paths.depth, paths.distance, paths.moving)
            else:
                for q in range(n):
                    here, low, high = x - paths.distance[q], paths.low[j], paths.high[j]
                    p = layer_at(here, paths.c[j], paths.depth, paths.p[j], low, high)
                    paths.p[j] = p
                    paths.moving[q] += strength_at(p, paths.c[j], paths.depth)


@kernel
def add_strengths(n: int, x: float, c: float, depth: int, distance: Array, total: Array) -> None:
    """Add K of one pathway at x - distance, where it has a closed form

    D = 1:  x       D = 2:  c sinh(2x)/2,  at c = 0 e^(2x)       c = 0:  ((2 - D) x)^(D/(2 - D))
    """
    if depth == 1:
        for q in range(n):
            total[q] += x - distance[q]
    elif depth > 2:
        exponent, scale = depth / (2.0 - depth), depth - 2.0
        for q in range(n):
            total[q] += exp(exponent * log(scale * (distance[q] - x)))
    elif c == 0.0:
        for q in range(n):
            total[q] += exp(2.0 * (x - distance[q]))
    else:
        for q in range(n):
            twice = 2.0 * (x - distance[q])
            total[q] += 0.25 * c * (expm1(twice) - expm1(-twice))


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
