"""Sequences until the evidence passes the penalty."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, prepared
from toysim.jit import kernel
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.models.bayes_icl.evidence.problem import count_probabilities, log_ratios
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GUIDES = 256


class Counts(NamedTuple):
    """Evidence (C + 1,) of k balls of the first colour, the probability of at most k, and the first
    k that u in each of ``GUIDES`` equal parts of (0, 1) may stand for: one look at most times.
    """

    log_ratio: Array
    cumulated: Array
    guide: Ints


def counts(p: Any, chances: Array) -> Counts:
    cumulated = np.cumsum(count_probabilities(p, chances))
    guide = np.searchsorted(cumulated, np.arange(GUIDES) / GUIDES, side="right")
    return Counts(log_ratios(p, chances), cumulated, np.minimum(guide, p.context_length))


@kernel
def until(
    rng: Any, log_ratio: Array, cumulated: Array, guide: Ints, penalty: float, most: int
) -> tuple[int, float]:
    """Sequences until S >= penalty, and S then; ``most`` and S if it does not come.

    S += log_ratio[k], k with P(<= k - 1) <= u < P(<= k), u uniform.
    """
    S, last = 0.0, len(cumulated) - 1
    for t in range(most + 1):
        if penalty <= S:
            return t, S
        if t < most:
            u = rng.random()
            k = guide[int(u * GUIDES)]
            while k < last and cumulated[k] <= u:
                k += 1
            S += log_ratio[k]
    return most + 1, S


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    time, over = np.full((2, len(batch)), np.nan)
    failed_at = np.full(len(batch), -1)
    of_cell = prepared(batch, lambda row: counts(row.p, urns.of(row)))
    for i, (row, known) in enumerate(of_cell):
        p = row.p
        t, S = until(row.generator("sequences"), *known, p.penalty, p.max_sequences)
        if t <= p.max_sequences:
            time[i], over[i] = t, S - p.penalty
        else:
            failed_at[i] = p.max_sequences
    found = {"switch_time": time, "overshoot": over}
    return found | ended(failed_at, Status.STEP_BUDGET)
