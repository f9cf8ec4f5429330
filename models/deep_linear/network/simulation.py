"""Networks simulated: a row's weights in their smallest spaces, the compiled updates, and what is
measured.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.modes.start import deficit_windows, record_times
from toysim.models.deep_linear.network.build import network
from toysim.models.deep_linear.network.course import run_row
from toysim.models.deep_linear.network.start import start_weights
from toysim.models.deep_linear.network.task import Task, task_of

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, one row after the other."""
    tasks = tasks_of(batch)
    cut = lesions_of(batch, len(tasks[0].S))
    windows, times = deficit_windows(batch), record_times(batch)
    rows, freezing = [], batch.generators("freeze")
    for i, weights in enumerate(start_weights(batch, tasks)):
        row = batch.values(i)
        net = network(tasks[i], weights, cut[i], row["nonlinearity"])
        gates = _gates(next(freezing), windows[i], row)
        rows.append(run_row(tasks[i], net, cut[i], gates, row["step"], times[i]))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def tasks_of(batch: Batch) -> list[Task]:
    """The task of every row; rows of one task share it."""
    known: dict[bytes, Task] = {}
    found = []
    for given in zip(
        batch["input_output"], batch["input_correlation"], batch["levels"], strict=True
    ):
        key = b"".join(part.tobytes() for part in given)
        if key not in known:
            known[key] = task_of(given[0], given[1], int(given[2]))
        found.append(known[key])
    return found


def lesions_of(batch: Batch, n_modes: int) -> Mask:
    """Which modes are cut out of which pathways, (n, P, n_modes)."""
    cut = np.zeros((len(batch), int(batch["n_pathways"][0]), n_modes), np.bool_)
    rows = batch["lesions"].reshape(len(batch), -1, 2).astype(np.int64)
    for i in range(len(batch)):
        cut[i, rows[i, :, 0], rows[i, :, 1]] = True
    return cut


def _gates(generator: np.random.Generator, windows: Array, row: dict[str, float]) -> Mask:
    """Which pathways every update changes, (P, updates); edges at the nearest update."""
    n = round(row["duration"] / row["step"])
    gates = np.ones((int(row["n_pathways"]), n), np.bool_)
    for pathway, start, stop in windows:
        if stop > start:
            edges = slice(round(start / row["step"]), round(stop / row["step"]))
            inside = gates[int(pathway), edges]
            inside &= generator.random(len(inside)) >= row["freeze_probability"]
    return gates
