"""The competition solved on its own clock: no time stepping, only roots and one-dimensional
integrals.

In the coordinate x of ``coordinate`` every open pathway moves alike, dx_p/dt = Omega, and a frozen
one stands still. With s the distance moved in a phase, the residual is a function of s alone,

    Omega(s) = S - K_frozen - sum_(p open) K(x_p + s),      dOmega/ds = -(sum of sharpnesses) <= 0

so the phase would end at the root Omega(s*) = 0, which is algebraic, and its time is t(s) = int_0^s
ds'/Omega. The pole at s* goes with s = s*(1 - exp(-v)): dt/dv = (s* - s)/Omega is smooth, and tends
to 1/lambda at the root. It is integrated panel by panel in v (each shrinks s* - s by a factor) and
inverted by Newton. A phase without a root (frozen pathways hold S or more, open ones have c = 0 and
shrink for ever) runs on s = w0 (1 - exp(v)) with w0 > 0 the leading pathway's own scale; both are s
= w0 (1 - exp(-kappa v)).

The pathways' distances x_0 - x_p are carried along, not the coordinates alone: at small starts x is
large (p0^(2-D)), and the distances, which decide who wins, would drown in its rounding.

Derived from the flow of arXiv:2308.12221 for one-number pathways, any c >= 0.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.deep_linear.modes.coordinate import coordinate, layer_at, other_layers, sharpness
from toysim.models.deep_linear.modes.phases import open_pathways, phase_edges
from toysim.models.deep_linear.modes.rows import Course, Outcome, course_of, outcome_of
from toysim.numerics.quadrature import HALF_NODES, HALF_WEIGHTS, NODES, WEIGHTS

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PANEL = 0.75
SHORTEST = 1e-3
# Two rules that differ by this share mean an error of its square in the better one.
SMOOTH = 1e-7
# Below this share of the strengths the residual is linear in s* - s to double precision, so the
# rest is exponential.
LINEAR = 1e-7
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


class Pace(NamedTuple):
    """How time runs in one phase: leader at x_end - w, w = w0 exp(-kappa v), dt/dv = kappa w /
    Omega.

    level: strength the open pathways head for; rate: sharpness at the root; v_linear: where the
    exponential tail begins (infinite without a root).
    """

    kappa: float
    w0: float
    x_end: float
    level: float
    rate: float
    v_linear: float


class Account(NamedTuple):
    """Accuracy of a row: residual (1,) largest error of K/S by an inverted time; iterations
    (1,).
    """

    residual: Any
    iterations: Any


@kernel
def strength_at(p: float, c: float, depth: int) -> float:
    """K = p (p^2 + c)^((D-1)/2)."""
    return p * other_layers(p, c, depth)


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
    """Bounds of every open pathway's first layer until the phase ends; all move towards a smaller
    residual.

    A pathway gains (or loses) at most the residual, |K - K0| <= |Omega0|, and |p| <= |K|^(1/D).
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


@kernel
def has_root(residual: float, level: float, paths: Paths) -> bool:
    """Whether the open pathways can reach ``level``: not if it is <= 0 and all of them can but
    shrink to 0.
    """
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
    """The clock of a phase that starts with this residual and the leader at x_lead; strengths are
    of this size.
    """
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
def time_per_v(v: float, pace: Pace, paths: Paths) -> float:
    """dt/dv = kappa w / Omega; sets paths.p to the first layers at v."""
    w = distance_left(v, pace)
    return pace.kappa * w / (pace.level - open_strength(pace.x_end - w, paths))


@kernel
def time_between(v_from: float, v_to: float, pace: Pace, paths: Paths) -> float:
    """int dt/dv dv over at most one panel, by Gauss-Legendre."""
    total = 0.0
    for q in range(len(NODES)):
        total += WEIGHTS[q] * time_per_v(v_from + (v_to - v_from) * NODES[q], pace, paths)
    return total * (v_to - v_from)


@kernel
def smooth_panel(
    v: float, length: float, pace: Pace, paths: Paths, account: Account
) -> tuple[float, float]:
    """End of the longest panel from v, at most ``length``, over which Gauss-Legendre is exact; its
    time.

    Halved until the rule of half the points agrees: a start far from 0 (strength much above S, or
    below 0 at c > 0) lies close to the pole of K(x) behind it.
    """
    previous = math.inf
    while True:
        account.iterations[0] += 1
        v_to = min(v + length, pace.v_linear)
        time, rough = time_between(v, v_to, pace, paths), 0.0
        for q in range(len(HALF_NODES)):
            rough += HALF_WEIGHTS[q] * time_per_v(v + (v_to - v) * HALF_NODES[q], pace, paths)
        apart = abs(rough * (v_to - v) - time)
        # Halving gains 2^12 on a smooth panel; where it gains next to nothing it is the rounding of
        # Omega.
        rounding = length < 0.1 * PANEL and apart > 0.1 * previous
        if not apart > SMOOTH * abs(time) or rounding or length < SHORTEST:
            return v_to, time
        length, previous = 0.5 * length, apart


@kernel
def invert_time(
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
    v_to).
    """
    v = v_from + wanted / panel * (v_to - v_from)
    error, previous = math.inf, math.inf
    for _ in range(MAX_ITERATIONS):
        account.iterations[0] += 1
        error = time_between(v_from, v, pace, paths) - wanted
        # Near the root time is known to the rounding of Omega only, 1e-9 of a panel: Newton stalls
        # there.
        if abs(error) <= ROUNDING * panel or (
            abs(error) <= 1e-6 * panel and abs(error) > 0.5 * previous
        ):
            break
        v = min(max(v - error / time_per_v(v, pace, paths), v_from), v_to)
        previous = abs(error)
    residual = pace.level - open_strength(pace.x_end - distance_left(v, pace), paths)
    account.residual[0] = max(
        account.residual[0], abs(error * residual * open_sharpness(paths)) / target
    )
    return v


@kernel
def half_position(lead: int, target: float, pace: Pace, paths: Paths, account: Account) -> float:
    """The v at which the residual is S/2; the phase must start above and (if it has a root) end
    below.
    """
    x_half = leader_position(pace.level - 0.5 * target, lead, paths, account)
    return pace.kappa * math.log(pace.w0 / (pace.x_end - x_half))


@kernel
def run_phase(
    begin: float,
    stop: float,
    v_half: float,
    next_record: int,
    pace: Pace,
    paths: Paths,
    course: Course,
    out: Outcome,
    account: Account,
) -> float:
    """Walk the panels of a phase from time ``begin`` to ``stop``; writes the records and the half
    time on the way.

    Returns the v reached at ``stop``, with paths.p the first layers there.
    """
    v, t, length = 0.0, 0.0, PANEL
    while True:
        tail = v >= pace.v_linear
        v_to, panel = v, math.inf
        if not tail:
            v_to, panel = smooth_panel(v, length, pace, paths, account)
        length = min(max(2.0 * (v_to - v), 4.0 * SHORTEST), PANEL)
        if v <= v_half < v_to and not tail:
            reached = t + time_between(v, v_half, pace, paths)
            if begin + reached <= stop:
                out.half[0] = begin + reached
        while True:
            due = next_record < len(course.record_at) and course.record_at[next_record] <= stop
            wanted = (course.record_at[next_record] if due else stop) - begin - t
            if wanted > panel:
                break
            v_now = v + wanted * pace.rate
            if not tail:
                v_now = invert_time(wanted, v, v_to, panel, course.target, pace, paths, account)
            open_strength(pace.x_end - distance_left(v_now, pace), paths)
            if not due:
                return v_now
            write_record(next_record, paths, out)
            next_record += 1
        v, t = v_to, t + panel


@kernel
def write_record(index: int, paths: Paths, out: Outcome) -> None:
    """Strengths now: of open pathways at paths.p, of the others as at the start of the phase."""
    for j in range(len(paths.p)):
        if paths.is_open[j]:
            out.records[j, index] = strength_at(paths.p[j], paths.c[j], paths.depth)
        else:
            out.records[j, index] = out.strength[j]


@kernel
def summarize(out: Outcome, lesioned: Mask, paths: Paths) -> tuple[float, float, int]:
    """Frozen strength, open strength, and the index of the strongest open pathway (-1 if none is
    open).
    """
    frozen, moving, lead = 0.0, 0.0, -1
    for j in range(len(out.strength)):
        if paths.is_open[j]:
            moving += out.strength[j]
            if lead < 0 or out.strength[j] > out.strength[lead]:
                lead = j
        elif not lesioned[j]:
            frozen += out.strength[j]
    return frozen, moving, lead


@kernel
def solve(
    p: Array, c: Array, invariant: Array, course: Course, out: Outcome, account: Account
) -> None:
    """One row: strengths at the end and at the record times, invariants, half time; no exposure.

    ``p`` (P,) first layers, overwritten by the end state; ``c`` (P,); ``invariant`` (P,) becomes
    x_0 - x_p at the end; ``course`` in flow time. At c = 0 and D > 1 all p must be positive.
    """
    n_pathways, depth, target = len(p), course.depth, course.target
    x, start = np.empty(n_pathways), p.copy()
    paths = Paths(
        np.empty(n_pathways, np.bool_),
        np.empty(n_pathways),
        c,
        depth,
        p,
        np.empty(n_pathways),
        np.empty(n_pathways),
    )
    for j in range(n_pathways):
        x[j] = coordinate(p[j], c[j], depth)
        out.strength[j] = strength_at(p[j], c[j], depth)
        invariant[j] = x[0] - x[j]
    next_record = 0
    edges = phase_edges(course.windows, course.end)
    for e in range(len(edges) - 1):
        begin, stop = edges[e], edges[e + 1]
        if begin == stop:
            continue
        open_pathways(course.windows, course.lesioned, begin, paths.is_open)
        frozen, moving, lead = summarize(out, course.lesioned, paths)
        level, residual = target - frozen, target - frozen - moving
        if begin == 0.0:
            out.half[0] = 0.0 if residual <= 0.5 * target else math.nan
        due = next_record + np.searchsorted(course.record_at[next_record:], stop, "right")
        size = target + np.sum(np.abs(out.strength))
        if (
            lead < 0 or abs(residual) <= ROUNDING * size
        ):  # nothing moves, or nothing is left but rounding
            for r in range(next_record, due):
                out.records[:, r] = out.strength
            next_record = due
            continue
        start[:] = p
        for j in range(n_pathways):
            paths.lag[j] = invariant[j] - invariant[lead]
        set_brackets(residual, out.strength, start, paths)
        pace = set_pace(residual, level, lead, x[lead], size, paths, account)
        v_half = math.inf
        if math.isnan(out.half[0]) and residual > 0.5 * target:
            v_half = half_position(lead, target, pace, paths, account)
        for j in range(n_pathways):
            p[j] = start[j]
        v = run_phase(begin, stop, v_half, next_record, pace, paths, course, out, account)
        next_record = due
        moved = -pace.w0 * math.expm1(-pace.kappa * v)
        for j in range(n_pathways):
            if paths.is_open[j]:
                x[j] = pace.x_end - distance_left(v, pace) - paths.lag[j]
                out.strength[j] = strength_at(p[j], c[j], depth)
        first_open = paths.is_open[0]
        for j in range(n_pathways):
            if paths.is_open[j] != first_open:
                invariant[j] += moved if first_open else -moved


@kernel
def solve_rows(
    p: Array, c: Array, invariant: Array, courses: Course, outcomes: Outcome, accounts: Account
) -> None:
    """``solve`` for every row: arrays with a leading axis n, accounts (n, 1); rows with NaN in c or
    p are skipped.
    """
    for i in range(len(p)):
        if np.isfinite(p[i]).all() and np.isfinite(c[i]).all():
            account = Account(accounts.residual[i], accounts.iterations[i])
            solve(p[i], c[i], invariant[i], course_of(courses, i), outcome_of(outcomes, i), account)
