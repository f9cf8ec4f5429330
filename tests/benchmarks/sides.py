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
    """All cells of a sweep in one batch; called, it simulates or predicts, and returns the rows."""

    def __init__(self, sweep: Sweep, side: Side = "simulation", replicas: int = 1) -> None:
        self.sweep, self.side, self.replicas = sweep, side, replicas

    def __call__(self) -> dict[str, Any]:
        batch = batch_of(self.sweep, self.replicas)
        outcome = compute(self.sweep.model, self.side, batch, self.sweep.parameters)
        assert not outcome.errors, outcome.errors[0]
        return outcome.rows
