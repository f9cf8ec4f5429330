"""How time runs in a phase: the change of variable that takes the pole of dt/ds away."""

from __future__ import annotations

import math
from typing import NamedTuple

from toysim.jit import kernel
from toysim.models.deep_linear.clock.layer import sharpness
from toysim.models.deep_linear.clock.paths import (
    Account,
    Paths,
    leader_position,
    open_sharpness,
    open_strength,
)
from toysim.models.deep_linear.coordinate import strength_at

# Below this share of the strengths the residual is linear in s* - s to double precision, so the
# rest is exponential.
LINEAR = 1e-7


class Pace(NamedTuple):
    """Leader at x_end - w, w = w0 exp(-kappa v), dt/dv = kappa w / Omega.

    level: strength the open pathways head for; rate: sharpness at the root; v_linear: where the
    exponential tail begins (infinite without a root).
    """

    kappa: float
    w0: float
    x_end: float
    level: float
    rate: float
    v_linear: float


@kernel
def has_root(residual: float, level: float, paths: Paths) -> bool:
    """Whether open pathways can reach ``level``: not if it is <= 0 and all can but shrink to 0."""
    if residual > 0.0 or level > 0.0 or paths.depth == 1:
        return True
    signed = False
    for j in range(len(paths.p)):
        signed |= paths.is_open[j] and paths.c[j] > 0.0
    return signed


@kernel
def set_pace(
    residual: float,
    level: float,
    lead: int,
    x_lead: float,
    size: float,
    paths: Paths,
    account: Account,
) -> Pace:
    """The clock of a phase that starts with this residual, leader and size of strengths."""
    if not has_root(residual, level, paths):
        p, c = paths.p[lead], paths.c[lead]
        w0 = strength_at(p, c, paths.depth) / sharpness(p, c, paths.depth)
        return Pace(-1.0, w0, x_lead + w0, level, 0.0, math.inf)
    x_end = leader_position(level, lead, paths, account)
    open_strength(x_end, paths)
    rate = open_sharpness(paths)
    w0 = x_end - x_lead
    v_linear = max(0.0, math.log(abs(w0) * rate / (LINEAR * size))) if w0 != 0.0 else 0.0
    return Pace(1.0, w0, x_end, level, rate, v_linear)


@kernel
def distance_left(v: float, pace: Pace) -> float:
    """w(v), the leader's distance to x_end."""
    return pace.w0 * math.exp(-pace.kappa * v)


@kernel
def half_position(lead: int, target: float, pace: Pace, paths: Paths, account: Account) -> float:
    """The v at which the residual is S/2.

    The phase must start above and (if it has a root) end below.
    """
    x_half = leader_position(pace.level - 0.5 * target, lead, paths, account)
    return pace.kappa * math.log(pace.w0 / (pace.x_end - x_half))
