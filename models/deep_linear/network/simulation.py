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
from toysim.models.deep_linear.network.schedule import updates_of
from toysim.models.deep_linear.problem import deficit_windows
from toysim.records import ended

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, one row after the other."""
    given = zip(batch.rows(), deficit_windows(batch), strict=True)
    measured, failed_at = zip(*(_simulate_row(row, windows) for row, windows in given), strict=True)
    return stacked(measured) | ended(np.array(failed_at))


def _simulate_row(row: Row, windows: Array) -> tuple[Rows, int]:
    task, cut = row.p.task, lesions_of(row.p)
    net = network(task, start_weights(row, task), cut, row.p.nonlinearity)
    updates = updates_of(row, windows)
    return run_row(task, net, cut, updates, row.p.step, row.record_at, row.p.level)
