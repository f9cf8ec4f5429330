"""Sequences until the evidence passes the penalty."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.models.bayes_icl.evidence.problem import log_ratios
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]


@kernel
def until(
    rng: Any, chances: Array, log_ratio: Array, penalty: float, most: int
) -> tuple[int, float]:
    """Sequences until S >= penalty, and S then; ``most`` and S if it does not come.

    ``chances`` (D,) of the first colour; S += log_ratio[k], k balls of it among C.
    """
    S, n_tasks, length = 0.0, len(chances), len(log_ratio) - 1
    for t in range(most + 1):
        if penalty <= S:
            return t, S
        if t < most:
            S += log_ratio[rng.binomial(length, chances[rng.integers(0, n_tasks)])]
    return most + 1, S


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    rows = stacked([_row(row, urns.of(row)) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"), Status.STEP_BUDGET)


def _row(row: Row, chances: Array) -> Rows:
    p = row.p
    told = (log_ratios(p, chances), p.penalty, p.max_sequences)
    t, S = until(row.generator("sequences"), chances[0], *told)
    reached = t <= p.max_sequences
    return {
        "switch_time": np.asarray(float(t) if reached else np.nan),
        "overshoot": np.asarray(S - p.penalty if reached else np.nan),
        "failed_at": np.asarray(-1 if reached else p.max_sequences),
    }
