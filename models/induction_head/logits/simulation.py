"""The flow of the nested logits for every row."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.induction_head.logits.integration import Outcome, Stops, integrate
from toysim.models.induction_head.logits.measures import crossing_levels, crossing_rows
from toysim.models.induction_head.logits.problem import STATE, problem_of, start_of
from toysim.outcomes import Status

LOOKS = ("p_right", "loss", "previous_token", "right_attention")


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    n, at = len(batch), batch.record_at
    out = Outcome(
        state=np.full((*at.shape, 4), np.nan),
        looks=np.full((*at.shape, 4), np.nan),
        crossings=np.full((n, 4), np.nan),
        drift=np.zeros(n),
        exhausted=np.zeros(n, bool),
    )
    stops = Stops(crossing_levels(batch["n_labels"]), at, batch["duration"])
    integrate(start_of(batch), problem_of(batch), stops, out)
    return {
        **dict(zip(STATE, np.moveaxis(out.state, 2, 0), strict=True)),
        **dict(zip(LOOKS, np.moveaxis(out.looks, 2, 0), strict=True)),
        **crossing_rows(out.crossings),
        "invariant_drift": out.drift,
        "status": np.where(out.exhausted, Status.STEP_BUDGET, Status.OK).astype(np.int8),
    }
