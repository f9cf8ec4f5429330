"""The learner at large sizes: two equations for overlap and rate; plain regression exactly."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.drift.scale_invariant.measures import outputs, with_end
from toysim.models.drift.scale_invariant.problem import Learner, best_rate, learners
from toysim.numerics import ode

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RTOL, ATOL = 1e-10, 1e-13
MOST_STEPS = 1_000_000
HEAVY = 30.0  # kurtosis from which on means over replicas say little
# Updates move the norm and the target by small shares; what was measured stands at ``small_steps``
# and ``within_the_law``.
LARGEST_RATE, LARGEST_SHARE = 5.0, 0.3
STRONG, WEAKENED = 8.0, 0.5


@kernel
def slope(y: Array, row: Learner, out: Array) -> None:
    """dc/dtau = lambda (1 - c^2) - lambda^2 c S/2 - delta c and, of y = ln lambda,
    dy/dtau = 2 omega - lambda^2 S; derived.
    """
    c = y[0]
    s = 2.0 * (1.0 - c) + row.s2
    rate = best_rate(c, row.s2, row.gamma) if row.greedy else math.exp(y[1])
    out[0] = rate * (1.0 - c * c) - 0.5 * rate * rate * c * s - row.drift * c
    out[1] = 0.0 if row.project else 2.0 * row.shrunk - rate * rate * s


@kernel
def solve(row: Learner, keep_at: Ints, course: Array, ends: Array) -> bool:
    """Overlap and rate at the updates ``keep_at``, overlaps before new targets; false where the
    solution needs too many steps.
    """
    y, new, slopes = np.array([0.0, math.log(row.gamma)]), np.empty(2), np.empty((ode.STAGES, 2))
    now, kept, done, steps, h = 0.0, 0, 0, 0, 0.0
    while True:
        while kept < len(keep_at) and now >= keep_at[kept] / row.d:
            if keep_at[kept] >= 0:
                course[0, kept] = y[0]
                # The mean of a greedy rate is not the rate of the mean: it has a kink.
                course[1, kept] = np.nan if row.greedy else math.exp(y[1])
            kept += 1
        next_end = (done + 1) * row.task / row.d if row.task > 0 else math.inf
        if now >= next_end:
            ends[done] = y[0]
            done, y[0], h = done + 1, 0.0, 0.0
            next_end = (done + 1) * row.task / row.d
        if now >= row.end / row.d:
            return True
        goal = min(next_end, keep_at[kept] / row.d)
        slope(y, row, slopes[0])
        if h == 0.0:
            h = min(goal - now, 1e-3 / (1.0 + row.gamma))
        while True:
            steps += 1
            if steps > MOST_STEPS:
                return False
            taken = min(h, goal - now)
            for stage in range(1, ode.STAGES):
                ode.stage_state(y, slopes, stage, taken, new)
                slope(new, row, slopes[stage])
            error = ode.error_norm(y, new, slopes, taken, RTOL, ATOL)
            h = ode.next_step(taken, error) if error > 1.0 or taken == h else h
            if error <= 1.0:
                break
        y[:] = new
        now = goal if taken == goal - now else now + taken


@kernel
def plain_moments(row: Learner, keep_at: Ints, loss: Array) -> float:
    """E |w - m|^2/2 at ``keep_at`` (R,), the last of which ends the run; the largest kurtosis of
    |w - m| there. Derived: r = E|u|^2, q = E|u|^4.

        r <- r (1 - 2 eta + eta^2 (d + 2)) + eta^2 d sigma^2
    """
    d, eta, s2 = float(row.d), row.gamma / row.d, row.s2
    e2, pair = eta * eta, (row.d + 2.0) * (row.d + 4.0)
    shrink = 1.0 - 2.0 * eta + e2 * (d + 2.0)
    fourth = 1.0 - 4.0 * eta + e2 * (12.0 + 2.0 * (d + 2.0)) - 4.0 * eta * e2 * (3.0 * d + 12.0)
    fourth += e2 * e2 * (3.0 * d * d + 30.0 * d + 72.0)
    cross = 4.0 * e2 * (1.0 - 2.0 * eta * (d + 2.0) + e2 * pair)
    cross += 2.0 * e2 * (d - 2.0 * eta * (d + 2.0) + e2 * pair)
    r, q, kept, worst = 1.0, 1.0, 0, 1.0
    for t in range(row.end + 1):
        while kept < len(keep_at) and keep_at[kept] <= t:
            loss[kept] = 0.5 * r if keep_at[kept] >= 0 else np.nan
            worst = max(worst, q / (r * r)) if r > 0.0 else worst
            kept += 1
        q = fourth * q + cross * s2 * r + 3.0 * e2 * e2 * s2 * s2 * d * (d + 2.0)
        r = shrink * r + e2 * d * s2
    return worst


def small_steps(row: Learner) -> bool:
    """Whether an update moves norm and target by small shares, and the 1/d law is seen."""
    growth = row.gamma * row.gamma * (2.0 + row.s2) / row.d
    return bool(
        row.gamma <= LARGEST_RATE
        and max(growth, 2.0 * row.drift / row.d, 2.0 * row.shrunk / row.d) <= LARGEST_SHARE
    )


def within_the_law(row: Learner, keep_at: Ints, rates: Array) -> bool:
    """Whether means at ``keep_at`` (R,) are within 1.5/d of theory, which leaves out powers of the
    rate over d: lambda^3 (2 + sigma^2) <= 8 at first, or <= 1/2 at all records.

    Measured with 5,000 to 20,000 runs, d from 50 to 400, drift, decay and tasks: at 8 and below,
    all within 1.5/d. Above, 2.2/d at 13 and 7/d at 280 where the norm is projected; where it grows,
    8/d at 100 in the first updates, and 1.4/d when the rate has fallen to 1/2.
    """
    strength = row.gamma**3 * (2.0 + row.s2)
    if strength <= STRONG or row.project:
        return strength <= STRONG
    later = float(np.max(rates[keep_at > 0], initial=0.0))
    return later**3 * (2.0 + row.s2) <= WEAKENED


def predict(batch: Batch) -> Rows:
    """Every observable: to order 1/d behind the normalisation, for gamma <= 5, small steps and
    rates that are not too strong; exactly without it, where no rare runs rule the mean.
    """
    n, records = batch.record_at.shape
    course = np.full((n, 2, records + 1), np.nan)
    loss, valid = np.full((n, records + 1), np.nan), np.zeros(n, bool)
    ends = np.full((n, batch.model.dims[0].size(next(batch.rows()).p)), np.nan)
    at = with_end(batch)
    for i, learner in enumerate(learners(batch)):
        if batch["normalised"][i]:
            solved = solve(learner, at[i], course[i], ends[i])
            loss[i], calm = 1.0 - course[i, 0], solved and small_steps(learner)
            valid[i] = calm and within_the_law(learner, at[i], course[i, 1])
        else:
            valid[i] = plain_moments(learner, at[i], loss[i]) < HEAVY
    return outputs(course, loss, ends) | {"valid": valid & np.isfinite(loss[:, -1])}
