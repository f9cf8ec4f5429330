"""The mean field of the head as observables, at the same updates and records as the simulation."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.induction_head.head.mean_field import Course, descend
from toysim.models.induction_head.head.simulation import crossing_rows, records_of


def predict(batch: Batch) -> Rows:
    """Courses and crossing times without any constant fitted; valid for contents at right angles,
    up to O(1/S).

    It needs a linear classifier started at 0, novel classes and one copy of each. The O(1/S) bounds
    were measured for N <= 8 at learning rate 1, and with room for the noise of items, D - L >= 4N.
    With Gaussian contents the same numbers are the limit of large D: ``mean_field_t50`` gives their
    crossing time there too.
    """
    at = records_of(batch)
    out = Course(*(np.full(at.shape, np.nan) for _ in Course._fields))
    solvable = (batch["n_hidden"] == 0) & (batch["weight_scale"] == 0.0) & (batch["burst"] == 1)
    solvable &= batch["p_novel"] == 1.0
    for i in map(int, np.flatnonzero(solvable)):
        start = np.array(
            [batch[f"{name}_start"][i] for name in ("beta1", "alpha", "beta2")] + [0.0]
        )
        overlap = 1.0 / (1.0 + batch["item_noise"][i] ** 2)
        sizes = (int(batch["n_pairs"][i]), int(batch["n_labels"][i]))
        rate, learns = float(batch["learning_rate"][i]), bool(batch["learn_beta2"][i])
        descend(start, *sizes, rate, learns, overlap, at[i], i, out)
    crossings = crossing_rows(at, out.p_right)
    bounded = (batch["n_pairs"] <= 8) & (batch["learning_rate"] <= 1)
    bounded &= batch["dimension"] - batch["n_labels"] >= 4 * batch["n_pairs"]
    return {
        "time": at.astype(float),
        **out._asdict(),
        **crossings,
        "mean_field_t50": crossings["t50"],
        "valid": solvable & bounded & (batch["contents"] == "orthonormal"),
    }
