"""What a sweep would do before it does it: cells, bytes, blocks, and a time, from a pilot where
that is short.
"""

from __future__ import annotations

import math
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.errors import ToysimError
from toysim.long_calls import announce
from toysim.model import Model, Side
from toysim.plan import Sweep
from toysim.runner.work import compute_unit
from toysim.store.layout import block_shape, row_bytes

MANY_ROWS = 10**8
MANY_BYTES = 20 * 10**9
PILOT_SECONDS = 10.0  # at most, as models declare their cost


@dataclass(frozen=True)
class Plan:
    """Size of a sweep; rows and blocks are those of both sides, as a run counts them.
    ``refined_cells``: how many more ``refine`` may add, in none of the other numbers.
    """

    cells: int
    replicas: int
    rows: int
    blocks: int
    block: tuple[int, int]
    bytes: int
    refined_cells: int


@dataclass(frozen=True)
class Cost:
    """Seconds of kernel time on one core, by ``timed_cells``, or with none as the model
    declares.
    """

    seconds: float
    timed_cells: int


def plan_sweep(sweep: Sweep, block_rows: int | None = None) -> Plan:
    """Sizes by arithmetic."""
    block = block_shape(sweep, block_rows)
    rows = blocks = size = 0
    for side in sweep.sides:
        replicas, across = (sweep.replicas, block[1]) if sweep.model.per_replica(side) else (1, 1)
        rows += sweep.n_cells * replicas
        blocks += -(-sweep.n_cells // block[0]) * -(-replicas // across)
        size += bytes_of_a_row(sweep, side) * sweep.n_cells * replicas
    return Plan(sweep.n_cells, sweep.replicas, rows, blocks, block, size, refined_cells(sweep))


def refined_cells(sweep: Sweep) -> int:
    """Cells that ``refine`` adds at most: its budget on each line of the other axes."""
    if sweep.focus is None:
        return 0
    others = (len(d) for d in sweep.dimensions if d.name != sweep.focus.along)
    return sweep.focus.budget * math.prod(others)


def estimate_cost(sweep: Sweep) -> Cost:
    """A few evenly spread cells are run in memory, if they are cheap and the sweep is not huge."""
    rows = sweep.n_cells * sweep.replicas
    cells, declared = sweep.spread_cells(), sweep.seconds_a_row
    if rows <= MANY_ROWS and 2 * len(cells) * declared <= PILOT_SECONDS:
        return Cost(_pilot(sweep, cells), len(cells))
    return Cost(declared * rows, 0)


def bytes_of_a_row(sweep: Sweep, side: Side) -> int:
    return sum(row_bytes(sweep.model, o, sweep.parameters) for o in sweep.model.outputs(side))


def refuse_large_row(sweep: Sweep) -> None:
    """A cell that no memory holds is not begun."""
    size = max(bytes_of_a_row(sweep, side) for side in sweep.sides)
    if 2 * size > memory_bytes():  # as the kernel leaves it, and as it is stored
        sizes = sweep.model.sizes(sweep.parameters)
        told = ", ".join(f"{name} {n}" for name, n in sizes.items() if n > 1)
        raise ToysimError(
            f"{sweep.name}: one cell holds {size / 1e9:.3g} GB ({told}), and this machine has "
            f"{memory_bytes() / 1e9:.3g}; record less"
        )


def memory_bytes() -> int:
    """Of this machine; where it does not say, as much as a large one has."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 2**40


def refuse_huge(sweep: Sweep, yes: bool) -> None:
    """A sweep that would fill the disk or run for ages needs a yes."""
    refuse_large_row(sweep)
    plan = plan_sweep(sweep)
    if not yes and (plan.rows > MANY_ROWS or plan.bytes > MANY_BYTES):
        raise ToysimError(
            f"{sweep.name}: {plan.cells:.3g} cells x {plan.replicas} replicas, "
            f"{plan.bytes / 1e9:.3g} GB before "
            f"compression; shorten an axis, or say --yes (yes=True) if it is meant"
        )


def announce_theory(
    model: Model, parameters: Any, rows: int, yes: bool, stacklevel: int = 3
) -> None:
    """Warn of theory of some rows that takes more than two seconds, by the model's declared cost;
    above a minute it needs a yes. ``stacklevel`` as in ``warnings.warn``: 3 is the caller's caller.
    """
    announce(f"theory of {model.id}", rows * model.theory_seconds(parameters), yes, stacklevel + 1)


def _pilot(sweep: Sweep, cells: npt.NDArray[np.int64]) -> float:
    """Processor seconds of these cells, both sides, scaled to the sweep.

    Cells between them compile first; what theory kept of them and of calls before is forgotten:
    known answers cost nothing, and a sweep asks for new ones.
    """
    total, model = 0.0, sweep.model
    between = (cells + sweep.n_cells // (2 * len(cells))) % sweep.n_cells
    for side in sweep.sides:
        scale = sweep.replicas if side == "simulation" or model.paired else 1
        compute_unit(model, side, sweep.batch(between), sweep.parameters)
        forget_solutions(model)
        start = time.process_time()
        compute_unit(model, side, sweep.batch(cells), sweep.parameters)
        total += (time.process_time() - start) / len(cells) * sweep.n_cells * scale
    return total


def forget_solutions(model: Model) -> None:
    """Empty what functions of the model's family keep by ``functools.cache`` or ``lru_cache``."""
    family, home = model.id.partition(".")[0], model.load("theory" if model.theory else "simulate")
    names = home.__module__.split(".")
    top = ".".join(names[: names.index(family) + 1] if family in names else names)
    for name, module in list(sys.modules.items()):
        if name == top or name.startswith(f"{top}."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()
