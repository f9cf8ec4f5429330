"""Our side of a row, by the engine's public way: a batch of cells through ``compute``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from toysim.batch import Batch
from toysim.model import Side
from toysim.plan import Sweep, build_sweep
from toysim.registry import load_model
from toysim.runner.work import compute


def sweep_of(model: str, fixed: Mapping[str, Any], axes: Mapping[str, Any] | None = None) -> Sweep:
    return build_sweep("benchmark", load_model(model), fixed, axes or {})


def batch_of(sweep: Sweep, replicas: int = 1) -> Batch:
    return sweep.batch(np.arange(sweep.n_cells), replicas)


class Engine:
    """All cells of a sweep in one batch; called, it simulates or predicts, and returns the rows.

    Peers are given the columns of the cells, and so is it.
    """

    def __init__(self, sweep: Sweep, side: Side = "simulation", replicas: int = 1) -> None:
        self.sweep, self.side = sweep, side
        self.given = batch_of(sweep, replicas)

    def __call__(self) -> dict[str, Any]:
        sweep, given = self.sweep, self.given
        crn = sweep.common_random_numbers
        batch = Batch(
            sweep.model, given.columns, sweep.fixed, given.replica, sweep.seed, crn
        )  # a new one: a batch keeps what it was asked for
        outcome = compute(sweep.model, self.side, batch, sweep.parameters)
        assert not outcome.errors, outcome.errors[0]
        return outcome.rows
