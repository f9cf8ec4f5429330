"""What a sweep would do before it does it: cells, bytes, blocks, and a time from a short pilot."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from toysim.errors import ToysimError
from toysim.model import Batch
from toysim.runner.layout import block_shape, row_bytes
from toysim.runner.spec import Sweep
from toysim.runner.work import compute_unit

MANY_ROWS = 10**8
MANY_BYTES = 20 * 10**9
PILOT_ROWS = 8


@dataclass(frozen=True)
class Plan:
    """Size of a sweep; ``seconds`` of kernel time on one core, None if no pilot was run."""

    cells: int
    replicas: int
    rows: int
    blocks: int
    block: tuple[int, int]
    bytes: int
    seconds: float | None = None


def plan_sweep(sweep: Sweep, block_rows: int | None = None, pilot: bool = False) -> Plan:
    """Sizes by arithmetic; with ``pilot`` a few cells are run in memory to estimate the time."""
    block = block_shape(sweep, block_rows)
    rows = sweep.n_cells * sweep.replicas
    blocks = -(-sweep.n_cells // block[0]) * -(-sweep.replicas // block[1])
    size = 0
    for side in sweep.sides:
        a_row = sum(row_bytes(sweep.model, o, sweep.parameters) for o in sweep.model.outputs(side))
        size += a_row * (rows if side == "simulation" or sweep.model.paired else sweep.n_cells)
    seconds = _pilot(sweep) if pilot else None
    return Plan(sweep.n_cells, sweep.replicas, rows, blocks, block, size, seconds)


def refuse_huge(sweep: Sweep, yes: bool) -> None:
    """A sweep that would fill the disk or run for ages needs a yes."""
    plan = plan_sweep(sweep)
    if not yes and (plan.rows > MANY_ROWS or plan.bytes > MANY_BYTES):
        raise ToysimError(
            f"{sweep.name}: {plan.cells:.3g} cells x {plan.replicas} replicas, {plan.bytes / 1e9:.3g} GB before "
            f"compression; shorten an axis, or say --yes (yes=True) if it is meant"
        )


def _pilot(sweep: Sweep) -> float:
    """Seconds of a few evenly spread cells, both sides, scaled to the sweep; the second pass is timed."""
    n = min(PILOT_ROWS, sweep.n_cells)
    cells = np.unique(np.linspace(0, sweep.n_cells - 1, n).astype(np.int64))
    total = 0.0
    for side in sweep.sides:
        scale = sweep.replicas if side == "simulation" or sweep.model.paired else 1
        for _ in range(2):  # the first pass compiles
            start = time.perf_counter()
            compute_unit(sweep.model, side, cell_batch(sweep, cells), sweep.parameters)
            spent = time.perf_counter() - start
        total += spent / len(cells) * sweep.n_cells * scale
    return total


def cell_batch(sweep: Sweep, cells: npt.NDArray[np.int64], replicas: int = 1) -> Batch:
    """Rows of some cells of a sweep, replicas fastest, without a store."""
    columns = {n: np.repeat(v, replicas, axis=0) for n, v in sweep.columns(cells).items()}
    replica = np.tile(np.arange(replicas), len(cells))
    return Batch(sweep.model, columns, sweep.fixed, replica, sweep.seed, sweep.common_random_numbers)
