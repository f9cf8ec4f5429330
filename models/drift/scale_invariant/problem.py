"""What a row is given: numbers of its learner and target, as kernels take them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from toysim.batch import Batch
from toysim.models.drift.scale_invariant.rates import best_rate

__all__ = ["Learner", "best_rate", "learners"]


class Learner(NamedTuple):
    """One row: ``shrunk`` is what decay takes off the weights in an update, times d; ``task`` the
    updates of a task, 0 for one task without end.
    """

    d: int
    gamma: float
    s2: float
    shrunk: float
    drift: float
    project: bool
    greedy: bool
    task: int
    end: int


def learners(batch: Batch) -> Iterator[Learner]:
    """Every row's numbers."""
    d, gamma = batch["dimension"], batch["rate"]
    coupled = batch["decay_kind"] == "coupled"
    shrunk = batch["decay"] * np.where(coupled, gamma, 1.0)
    task = np.rint(batch["task_length"] * d).astype(np.int64)
    end = batch.model.clock.end(batch).astype(np.int64)  # type: ignore[union-attr]
    columns = (
        d,
        gamma,
        batch["noise"],
        shrunk,
        batch["drift"],
        batch["norm"] == "project",
        batch["schedule"] == "greedy",
        task,
        end,
    )
    for i in range(len(batch)):
        yield Learner(*(column[i] for column in columns))
