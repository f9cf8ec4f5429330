"""Networks simulated: a row's weights in their smallest spaces, the compiled updates, and what is
measured.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.deep_linear.network.net import network
from toysim.models.deep_linear.network.problem import lesions_of, start_weights
from toysim.models.deep_linear.network.run import run_row
from toysim.models.deep_linear.problem import deficit_windows
from toysim.records import ended

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, one row after the other."""
    given = zip(batch.rows(), deficit_windows(batch), strict=True)
    measured, failed_at = zip(*(_simulate_row(row, windows) for row, windows in given), strict=True)
    return stacked(measured) | ended(np.array(failed_at))


def _simulate_row(row: Row, windows: Array) -> tuple[Rows, int]:
    task, cut = row.p.task, lesions_of(row.p)
    net = network(task, start_weights(row, task), cut, row.p.nonlinearity)
    return run_row(task, net, cut, _gates(row, windows), row.p.step, row.record_at)


def _gates(row: Row, windows: Array) -> Mask:
    """Which pathways every update changes, (P, updates); edges at the nearest update."""
    p, generator = row.p, row.generator("freeze")
    gates = np.ones((p.n_pathways, round(p.duration / p.step)), np.bool_)
    for pathway, start, stop in windows:
        if stop > start:
            inside = gates[int(pathway), round(start / p.step) : round(stop / p.step)]
            inside &= generator.random(len(inside)) >= p.freeze_probability
    return gates
