"""How time runs in a phase: the change of variable that takes the pole of dt/ds away."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.clock.layer import sharpness
from toysim.models.deep_linear.clock.paths import (
    Account,
    Paths,
    leader_at,
    open_sharpness,
    open_strength,
    rounding_error,
    set_start,
)
from toysim.models.deep_linear.coordinate import between, other_layers, strength_at

Array = npt.NDArray[np.float64]

# Below this share of the strengths the residual is linear in s* - s to double precision, so the
# rest is exponential.
LINEAR = 1e-7
PANEL = 6.0  # longest step in v


class Pace(NamedTuple):
    """Leader at a distance w = w0 exp(-kappa v) of its end, dt/dv = kappa w / Omega.

    level: strength the open pathways head for; rate: sharpness at the root; first: length of the
    first panel; v_linear: where the exponential tail begins (infinite without a root).
    """

    kappa: float
    w0: float
    level: float
    rate: float
    first: float
    v_linear: float


@borrowing
def has_root(residual: float, level: float, paths: Paths) -> bool:
    """Whether open pathways can reach ``level``: not if it is <= 0 and all can but shrink to 0."""
    if residual > 0.0 or level > 0.0 or paths.depth == 1:
        return True
    signed = False
    for j in range(len(paths.p)):
        signed |= paths.is_open[j] and paths.c[j] > 0.0
    return signed


@borrowing
def shortest_scale(paths: Paths) -> float:
    """The least distance in x over which the layers of an open pathway change by their own size."""
    shortest = math.inf
    for j in range(len(paths.p)):
        if paths.is_open[j] and paths.depth > 1:
            p, c = paths.p[j], paths.c[j]
            size = math.sqrt(p * p + c) / paths.depth
            shortest = min(shortest, size / other_layers(p, c, paths.depth))
    return shortest


@borrowing
def set_pace(
    residual: float,
    target: float,
    level: float,
    lead: int,
    invariant: Array,
    paths: Paths,
    account: Account,
) -> Pace:
    """The clock of a phase that starts with this residual, leader and ``invariant`` (P,), at
    paths.p.
    """
    p, c, scale = paths.p[lead], paths.c[lead], shortest_scale(paths)
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            set_start(j, paths)
    if not has_root(residual, level, paths):
        w0 = strength_at(p, c, paths.depth) / sharpness(p, c, paths.depth)
        for j in range(len(paths.p)):
            paths.end[0, j], paths.end[1, j] = paths.start[0, j] + w0, paths.start[1, j]
        return Pace(-1.0, w0, level, 0.0, PANEL, math.inf)
    w0 = between(p, c, leader_at(level, lead, paths, account), c, paths.depth)
    account.residual[0] = max(account.residual[0], rounding_error(lead, invariant, paths) / target)
    rate, size, moving = open_sharpness(paths), target + abs(target - level), 0.0
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            moving += abs(strength_at(paths.p[j], paths.c[j], paths.depth))
    linear = LINEAR * math.sqrt(max(moving, 1e-12 * size) * (size + moving))
    v_linear = max(0.0, math.log(abs(w0) * rate / linear)) if w0 != 0.0 else 0.0
    first = min(PANEL, scale / abs(w0)) if w0 != 0.0 else PANEL
    return Pace(1.0, w0, level, rate, first, v_linear)


@kernel
def distance_left(v: float, pace: Pace) -> float:
    """w(v), the leader's distance to its end."""
    return pace.w0 * math.exp(-pace.kappa * v)


@kernel
def distance_moved(v: float, pace: Pace) -> float:
    """w0 - w(v), its distance from where it started."""
    return -pace.w0 * math.expm1(-pace.kappa * v)


@borrowing
def strength_now(v: float, pace: Pace, paths: Paths) -> float:
    """Sum of K over the open pathways at v; sets paths.p."""
    return open_strength(distance_left(v, pace), distance_moved(v, pace), paths)


@kernel
def half_position(
    p_start: float, p_half: float, p_end: float, c: float, depth: int, pace: Pace
) -> float:
    """The v at which the leader's first layer is ``p_half``, between its start and its end."""
    moved, left = between(p_start, c, p_half, c, depth), between(p_half, c, p_end, c, depth)
    if pace.kappa < 0.0 or abs(moved) < abs(left):
        return -pace.kappa * math.log1p(-moved / pace.w0)
    return math.log(pace.w0 / left)
