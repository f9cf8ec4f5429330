"""SGD with repeated rows, update by update."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.scaling.repeated_sgd.problem import problems
from toysim.models.scaling.sgd import descend
from toysim.records import ended
from toysim.scheduled import rates


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    loss, train = np.full((2, *batch.record_at.shape), np.nan)
    final, failed_at = np.empty(len(batch)), np.empty(len(batch), np.int64)
    noise, shuffled = np.sqrt(batch["label_noise"]), batch["order"] == "reshuffled"
    for i, (given, eta) in enumerate(zip(problems(batch), rates(batch), strict=True)):
        delta = -given.teacher
        failed_at[i] = descend(
            delta,
            given.h,
            given.rows,
            given.noise,
            batch["fraction"][i],
            shuffled[i],
            noise[i],
            eta,
            batch.generator(i, "order"),
            batch.generator(i, "inputs"),
            batch.record_at[i],
            loss[i],
            train[i],
        )
        final[i] = 0.5 * np.sum(given.h * delta * delta)
    return {"loss": loss, "train_loss": train, "final_loss": final} | ended(failed_at)
