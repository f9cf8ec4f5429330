"""The order of events in a row: one trajectory up to the last switch, and from each switch time a
branch of its own.

The courses of all switch times agree up to their switch, so that part is run once; a branch starts
from a copy of the state when the switch is reached, and no state is kept. This says which
data a learner sees when, so simulation and theory run through it alike; how they learn is their
own. The order itself is checked against plain loops, a run for every switch time.
"""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.problem import Data, Problem

Array = npt.NDArray[Any]

WITHIN = 1e-9  # times closer than this share of the whole are the same


class Learner(Protocol):
    """A state that learns: gradient descent on layers, or the flow of their product."""

    def run(self, data: Data, times: Array, end: float) -> Array:
        """Learn ``data`` up to time ``end``, or to the last whole update before it; observations
        (len(times), 2 + k) at ``times``, none of them later.
        """

    def copy(self) -> Self:
        """The same state, to go on by itself."""

    def arrive(self, data: Data, end: float) -> None:
        """Learn ``data`` for what is left until ``end``, less than an update, and begin anew."""

    def product(self) -> Array:
        """W_D .. W_1 now; NaN where learning diverged."""

    def balance_drift(self) -> float:
        """Largest change since the start of what balanced learning conserves."""

    def sharpness(self, data: Data) -> float:
        """Largest Hessian eigenvalue now."""


def follow(learner: Learner, problem: Problem) -> measures.Observed:
    """Run a learner through every switch time of a row."""
    p, before, after = problem.parameters, problem.before, problem.after
    times, near = problem.record_at, WITHIN * p.end
    n = len(p.switch_times)
    courses = np.full((n, len(times), 2 + p.n_singular_values), np.nan)
    at_switch, final = np.empty(n), np.empty((n, 5))
    kept = p.size * p.keep_product
    completed = np.empty((n, kept, kept))
    first = 0
    for k, switch in enumerate(p.switch_times):
        last, stop = np.searchsorted(times, [switch + near, switch + p.duration_after + near])
        courses[k:, first:last] = learner.run(before, times[first:last], switch)
        branch, first = learner.copy(), int(last)
        branch.arrive(before, switch)
        at_switch[k], _ = measures.losses(branch.product(), before.target, before.mask)
        courses[k, last:stop] = branch.run(after, times[last:stop], switch + p.duration_after)
        branch.arrive(after, switch + p.duration_after)
        product = branch.product()
        completed[k] = product[:kept, :kept]
        final[k] = (
            *measures.losses(product, after.target, after.mask),
            measures.effective_rank(measures.singular_values(product)),
            branch.balance_drift(),
            branch.sharpness(after),
        )
    return measures.Observed(courses, at_switch, final, completed)
