"""The open pathways of a phase together: strength, its slope, and where they reach a level."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.clock.layer import layer_at, sharpness
from toysim.models.deep_linear.coordinate import (
    coordinate,
    mirrored,
    other_layers,
    strength_at,
)
from toysim.numerics.elementary import exp, expm1, log
from toysim.numerics.quadrature import NODES

Array = npt.NDArray[np.float64]

ROUNDING = 4e-16
MAX_ITERATIONS = 200


class Paths(NamedTuple):
    """The pathways in one phase, arrays (P,).

    is_open; lag: how far behind the leading open pathway in x; c; depth (int); p: guess of the
    first layers, set to the last ones evaluated; begin: those that the phase starts with; bracket
    (2, P): theirs while the phase lasts; start, end (2, P): x at the start and at the root, and its
    side, -1 where it is that of -p (see ``mirrored``); nodes (5, Q): scratch, distance of the
    leader from its end and from its start, x of a pathway, the sum of K or dt/dv, and dt/dv at the
    nodes of the panel.
    """

    is_open: Any
    lag: Any
    c: Any
    depth: Any
    p: Any
    begin: Any
    bracket: Any
    start: Any
    end: Any
    nodes: Any


class Account(NamedTuple):
    """Of a row: residual (1,), the largest error of K/S by an inverted time or by the rounding of
    x; iterations (1,).
    """

    residual: Any
    iterations: Any


@kernel
def new_paths(p: Array, c: Array) -> Paths:
    """For rows that start with first layers like p (P,) and have offsets like c (P,)."""
    n = len(p)
    lag, begin, nodes = np.empty(n), np.empty(n), np.empty((5, len(NODES)))
    bracket, start, end = np.empty((2, n)), np.empty((2, n)), np.empty((2, n))
    return Paths(np.empty(n, np.bool_), lag, c, 1, p, begin, bracket, start, end, nodes)


@borrowing
def set_start(j: int, paths: Paths) -> None:
    """Where pathway j stands at the start of the phase."""
    p, c = paths.p[j], paths.c[j]
    side = -1.0 if mirrored(p, c, paths.depth) else 1.0
    paths.start[0, j], paths.start[1, j] = coordinate(side * p, c, paths.depth), side


@borrowing
def layer_from(
    side: float, x: float, c: float, depth: int, guess: float, low: float, high: float
) -> float:
    """``layer_at`` of an x counted from the given side."""
    if side < 0.0:
        return -layer_at(x, c, depth, -guess, -high, -low)
    return layer_at(x, c, depth, guess, low, high)


@borrowing
def strength_from(lead: int, p_lead: float, paths: Paths) -> tuple[float, float]:
    """Sum of K over the open pathways with the leading one's first layer at p_lead, and of their
    sharpness; sets paths.p, ends and sides.
    """
    total, slope, c, depth = 0.0, 0.0, paths.c[lead], paths.depth
    low, high = paths.bracket
    side = -1.0 if mirrored(p_lead, c, depth) else 1.0
    x_lead = coordinate(side * p_lead, c, depth)
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            x = x_lead - side * paths.lag[j]
            paths.end[0, j], paths.end[1, j] = x, side
            p = layer_from(side, x, paths.c[j], depth, paths.p[j], low[j], high[j])
            paths.p[j] = p
            total += strength_at(p, paths.c[j], depth)
            slope += sharpness(p, paths.c[j], depth)
    return total, slope


@borrowing
def open_strength(left: float, moved: float, paths: Paths) -> float:
    """Sum of K over the open pathways after the leader moved by ``moved``, with ``left`` to go;
    sets paths.p.
    """
    total, p, near = 0.0, paths.p, abs(moved) <= abs(left)
    low, high = paths.bracket
    for j in range(len(p)):
        if paths.is_open[j]:
            side = paths.start[1, j] if near else paths.end[1, j]
            x = paths.start[0, j] + side * moved if near else paths.end[0, j] - side * left
            p[j] = layer_from(side, x, paths.c[j], paths.depth, p[j], low[j], high[j])
            total += strength_at(p[j], paths.c[j], paths.depth)
    return total


@borrowing
def strengths(n: int, paths: Paths) -> None:
    """``open_strength`` at the first n nodes, into ``paths.nodes[3]``."""
    nodes = paths.nodes
    for q in range(n):
        nodes[3, q] = 0.0
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            c, depth = paths.c[j], paths.depth
            (start, start_side), (end, end_side) = paths.start[:, j], paths.end[:, j]
            for q in range(n):
                left, moved = nodes[0, q], nodes[1, q]
                near = abs(moved) <= abs(left)
                nodes[2, q] = start + start_side * moved if near else end - end_side * left
            if c == 0.0 or depth <= 2:
                add_strengths(n, c, depth, nodes)
            else:
                low, high, p = paths.bracket[0, j], paths.bracket[1, j], paths.p[j]
                for q in range(n):
                    near = abs(nodes[1, q]) <= abs(nodes[0, q])
                    side = start_side if near else end_side
                    p = layer_from(side, nodes[2, q], c, depth, p, low, high)
                    nodes[3, q] += strength_at(p, c, depth)


@borrowing
def add_strengths(n: int, c: float, depth: int, nodes: Array) -> None:
    """Add K of one pathway at x = nodes[2] to nodes[3], where it has a closed form

    D = 1:  x       D = 2:  c sinh(2x)/2,  at c = 0 e^(2x)       c = 0:  ((2 - D) x)^(D/(2 - D))
    """
    if depth == 1:
        for q in range(n):
            nodes[3, q] += nodes[2, q]
    elif depth > 2:
        exponent, scale = depth / (2.0 - depth), depth - 2.0
        for q in range(n):
            nodes[3, q] += exp(exponent * log(-scale * nodes[2, q]))
    elif c == 0.0:
        for q in range(n):
            nodes[3, q] += exp(2.0 * nodes[2, q])
    else:
        for q in range(n):
            nodes[3, q] += 0.25 * c * (expm1(2.0 * nodes[2, q]) - expm1(-2.0 * nodes[2, q]))


@borrowing
def open_sharpness(paths: Paths) -> float:
    """-dOmega/ds at paths.p: the sum of the open pathways' sharpness."""
    total = 0.0
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            total += sharpness(paths.p[j], paths.c[j], paths.depth)
    return total


@borrowing
def leader_at(level: float, lead: int, paths: Paths, account: Account) -> float:
    """First layer of the leading pathway at which the open pathways together have strength
    ``level``; sets paths.p, ends and sides to what they are there.

    Newton (dK/dp = sharpness sum / f), bisecting where it leaves the bracket.
    """
    c, depth = paths.c[lead], paths.depth
    below, above = paths.bracket[0, lead], paths.bracket[1, lead]
    p, step = above, math.inf
    for _ in range(MAX_ITERATIONS):
        account.iterations[0] += 1
        total, slope = strength_from(lead, p, paths)
        gap = total - level
        if gap > 0.0:
            above = p
        else:
            below = p
        new = p - gap * other_layers(p, c, depth) / slope
        if not below <= new <= above:
            new = 0.5 * (below + above)
        step, previous = abs(new - p), step
        p = new
        # The second: Newton has met the rounding of the strengths and only wanders.
        if step <= ROUNDING * abs(p) or (step <= 1e-12 * abs(p) and step > 0.5 * previous):
            break
    strength_from(lead, p, paths)
    return float(p)


@borrowing
def rounding_error(lead: int, invariant: Array, paths: Paths) -> float:
    """How far the rounding of x, and of distances ``invariant`` (P,), may move a strength at the
    root.
    """
    worst = 0.0
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            slope = sharpness(paths.p[j], paths.c[j], paths.depth)
            distance = 0.0 if j == lead else max(abs(invariant[j]), abs(invariant[lead]))
            worst = max(worst, 2e-16 * max(abs(paths.end[0, j]), distance) * slope)
    return worst


@borrowing
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
            paths.bracket[0, j] = start[j]
            paths.bracket[1, j] = max(start[j], root, 0.0) if limit > 0.0 else 0.0
        else:
            paths.bracket[0, j] = min(start[j], root, 0.0) if limit < 0.0 else 0.0
            paths.bracket[1, j] = start[j]
