"""One trajectory up to the last switch, and from each switch time a branch of its own.

The courses of all switch times agree up to their switch, so that part is run once; a branch starts
from a copy of the state at the moment the switch is reached, and no state is kept. Simulation and
theory run through this alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from toysim.model import Rows
from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.parameters import CompletionParameters
from toysim.models.deep_linear.completion.problem import Data, Problem

Array = npt.NDArray[Any]

WITHIN = 1e-9  # times closer than this share of the whole are the same


class Learner(Protocol):
    """A state that learns: gradient descent on layers, or the flow of their product."""

    def run(self, data: Data, times: Array, end: float) -> Array:
        """Learn ``data`` up to time ``end``; observations (len(times), 2 + k) at ``times``, which
        lie before it.
        """

    def copy(self) -> Self:
        """The same state, to go on by itself."""

    def product(self) -> Array:
        """W_D .. W_1 now; NaN where learning diverged."""

    def balance_drift(self) -> float:
        """Largest change since the start of what balanced learning conserves."""

    def sharpness(self, data: Data) -> float:
        """Largest Hessian eigenvalue now."""


class Observed(NamedTuple):
    """What both sides read: (S, ...) with a row a switch time, NaN where a course has ended."""

    courses: Array  # (S, R, 2 + k): test loss, train loss, singular values
    at_switch: Array  # (S,)
    final: Array  # (S, 5): test loss, train loss, effective rank, balance drift, sharpness


def observe(product: Array, data: Data, n_singular_values: int) -> Array:
    """Test loss, train loss and the largest singular values of one product, (2 + k,)."""
    values = measures.singular_values(product)[:n_singular_values]
    return np.array([*measures.losses(product, data.target, data.mask), *values])


def record_times(p: CompletionParameters) -> Array:
    """Times (R,) evenly over [0, last switch + duration_after]; one record stands at the end; none
    if R = 0.
    """
    return p.end * (np.linspace(0.0, 1.0, p.n_records) if p.n_records != 1 else np.ones(1))


def follow(learner: Learner, problem: Problem) -> Observed:
    """Run a learner through every switch time of a row."""
    p, before, after = problem.parameters, problem.before, problem.after
    times, near = record_times(p), WITHIN * p.end
    n = len(p.switch_times)
    courses = np.full((n, len(times), 2 + p.n_singular_values), np.nan)
    at_switch, final = np.empty(n), np.empty((n, 5))
    first = 0
    for k, switch in enumerate(p.switch_times):
        last, stop = np.searchsorted(times, [switch + near, switch + p.duration_after + near])
        courses[k:, first:last] = learner.run(before, times[first:last], switch)
        at_switch[k], _ = measures.losses(learner.product(), before.target, before.mask)
        branch, first = learner.copy(), int(last)
        courses[k, last:stop] = branch.run(after, times[last:stop], switch + p.duration_after)
        final[k] = _at_end(branch, after)
    return Observed(courses, at_switch, final)


def _at_end(learner: Learner, data: Data) -> list[float]:
    product = learner.product()
    return [
        *measures.losses(product, data.target, data.mask),
        measures.effective_rank(measures.singular_values(product)),
        learner.balance_drift(),
        learner.sharpness(data),
    ]


def as_rows(p: CompletionParameters, observed: Observed) -> Rows:
    """The observables of one row, by name."""
    test, train, rank, drift, sharpness = observed.final.T
    no_deficit = test[0] if p.switch_times[0] == 0.0 else np.nan
    return {
        "time": record_times(p),
        "test_loss": observed.courses[:, :, 0],
        "train_loss": observed.courses[:, :, 1],
        "singular_values": np.swapaxes(observed.courses[:, :, 2:], 1, 2),
        "test_loss_at_switch": observed.at_switch,
        "final_test_loss": test,
        "final_train_loss": train,
        "relative_test_loss": no_deficit - test,
        "effective_rank": rank,
        "balance_drift": drift,
        "sharpness": sharpness,
    }
