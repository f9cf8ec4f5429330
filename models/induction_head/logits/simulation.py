"""The flow of the nested logits for every row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.induction_head.logits.flow import (
    ALPHA,
    ATTENTION,
    BETA1,
    BETA2,
    LOSS,
    P_RIGHT,
    SHARE,
    XI,
    Outcome,
    Task,
    integrate_rows,
)

Array = npt.NDArray[np.float64]


def tasks_of(batch: Batch) -> Task:
    """N, L, m and the number of items that compete, of every row."""
    n = batch["n_pairs"].astype(float)
    return Task(
        n_pairs=n,
        n_labels=batch["n_labels"].astype(float),
        competitors=np.where(batch["competitors"] > 0.0, batch["competitors"], n),
        n_items=np.where(batch["form"] == "four", n + 1.0, 0.0),
    )


def records_of(batch: Batch) -> Array:
    """Times (n, R) evenly over [0, duration], both ends included; the end alone if R = 1."""
    n_records = int(batch["n_records"][0])
    fractions = np.linspace(0.0, 1.0, n_records) if n_records != 1 else np.ones(1)
    return np.asarray(batch["duration"][:, None] * fractions)


def four_of(batch: Batch, what: str) -> Array:
    """Starts or mobilities (n, 4) in the order of the state."""
    return np.stack([batch[f"{name}_{what}"] for name in ("beta1", "alpha", "beta2", "xi")], axis=1)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    n, at = len(batch), records_of(batch)
    out = Outcome(
        state=np.empty((*at.shape, 4)),
        looks=np.empty((*at.shape, 4)),
        crossings=np.full((n, 4), np.nan),
        drift=np.zeros(n),
        status=np.zeros(n, np.int8),
    )
    integrate_rows(
        four_of(batch, "start"),
        tasks_of(batch),
        four_of(batch, "mobility"),
        at,
        batch["duration"],
        out,
    )
    return {
        "time": at,
        **{
            name: out.state[:, :, k]
            for name, k in (("beta1", BETA1), ("alpha", ALPHA), ("beta2", BETA2), ("xi", XI))
        },
        "p_right": out.looks[:, :, P_RIGHT],
        "loss": out.looks[:, :, LOSS],
        "previous_token": out.looks[:, :, SHARE],
        "right_attention": out.looks[:, :, ATTENTION],
        **crossing_rows(out.crossings),
        "invariant_drift": out.drift,
        "status": out.status,
    }


def crossing_rows(crossings: Array) -> Rows:
    """Observables of the crossing times (n, 4) of p(right) = 0.1, 0.5, 0.9 and of leaving ln L; NaN
    if not yet.
    """
    t10, t50, t90, leave = crossings.T
    with np.errstate(invalid="ignore", divide="ignore"):
        width = (t90 - t10) / t50
    return {"t10": t10, "t50": t50, "t90": t90, "width": width, "leave_time": leave}
