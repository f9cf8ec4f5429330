"""One unit of work: its rows computed by the model, errors kept to their rows, the block
written.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.model import Model, Observable, Rows, Side
from toysim.outcomes import State
from toysim.store.layout import Unit, stored
from toysim.store.matching import joint_codes
from toysim.store.store import Store

# Called before a row that runs alone: OK to run it, or the state to give it without running.
Announce = Callable[[int], int]
WHY = {
    State.TIMED_OUT: "time limit exceeded",
    State.FAILED: "worker process died twice at this row",
}


@dataclass
class Outcome:
    """Rows of one side of a batch, their states, what went wrong, and the seconds spent in the
    model.
    """

    rows: Rows
    state: npt.NDArray[np.uint8]
    kernel_seconds: float
    errors: list[dict[str, Any]] = field(default_factory=list)


def one_blas_thread() -> Any:
    """BLAS on one thread from now on, or within ``with one_blas_thread():``; two threads change the
    bits of a product.

    SciPy's, which kernels call too, is loaded first: what comes later is not limited, and took 250
    us in place of 63 for an update of two layers of 100 x 100.
    """
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def compute(
    model: Model,
    side: Side,
    batch: Batch,
    parameters: Any,
    row_by_row: Announce | None = None,
) -> Outcome:
    """Run one side over a batch. A row that raises is recorded and the rest goes on.

    ``row_by_row`` is called before each row when rows must run alone (a time limit, a dead worker).
    """
    function = model.load("simulate" if side == "simulation" else "theory")
    wanted = stored(model, side, parameters)
    sizes = model.sizes(parameters)
    start = time.perf_counter()
    if row_by_row is None:
        try:
            rows = _checked(model, side, function(batch), len(batch), wanted, sizes)
            state = np.full(len(batch), State.OK, np.uint8)
            return Outcome(rows, state, time.perf_counter() - start)
        except Exception:
            pass  # found again below, row by row
    outcome = Outcome(
        _empty(wanted, len(batch), sizes), np.full(len(batch), State.OK, np.uint8), 0.0
    )
    for i in range(len(batch)):
        verdict = State.OK if row_by_row is None else row_by_row(i)
        if verdict != State.OK:
            outcome.state[i] = verdict
            outcome.errors.append({"row": i, "cell": batch.values(i), "message": WHY[verdict]})
            continue
        try:
            one = _checked(model, side, function(batch.take(np.array([i]))), 1, wanted, sizes)
        except Exception as error:
            outcome.state[i] = State.FAILED
            outcome.errors.append(
                {"row": i, "cell": batch.values(i), "message": f"{type(error).__name__}: {error}"}
            )
            continue
        for name, values in one.items():
            outcome.rows[name][i] = values[0]
    outcome.kernel_seconds = time.perf_counter() - start
    return outcome


def distinct_rows(model: Model, batch: Batch) -> tuple[Batch, npt.NDArray[np.int64]]:
    """The rows that differ in what theory depends on, and for each row the place of its twin among
    them.
    """
    used = [column for name, column in batch.columns.items() if name not in model.theory_ignores]
    if model.paired:
        used.append(batch.replica)
    if not used:
        return batch.take(np.array([0])), np.zeros(len(batch), np.int64)
    codes = joint_codes(used)
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    if len(first) == len(batch):
        return batch, np.arange(len(batch))
    return batch.take(first), inverse


def compute_unit(
    model: Model, side: Side, batch: Batch, parameters: Any, row_by_row: Announce | None = None
) -> Outcome:
    """As ``compute``; theory is solved once for rows that differ only in parameters it ignores."""
    if side == "simulation":
        return compute(model, side, batch, parameters, row_by_row)
    few, twin = distinct_rows(model, batch)
    solved = compute(model, side, few, parameters, row_by_row)
    rows = {name: values[twin] for name, values in solved.rows.items()}
    errors = [{**e, "row": int(r)} for e in solved.errors for r in np.flatnonzero(twin == e["row"])]
    return Outcome(rows, solved.state[twin], solved.kernel_seconds, errors)


def do_unit(
    store: Store, unit: Unit, run: str, row_by_row: Announce | None = None
) -> dict[str, Any]:
    """Compute and store one unit; the returned event is the line it left in the log, or that others
    have done it.
    """
    if store.is_done(unit):
        return {"event": "elsewhere"}
    start = time.perf_counter()
    batch = store.batch(unit)
    outcome = compute_unit(store.model, unit.side, batch, store.first_parameters, row_by_row)
    event = {
        "event": "block",
        "run": run,
        "side": unit.side,
        "unit": [unit.i, unit.j],
        "rows": len(batch),
        "failed": int(np.sum(outcome.state == State.FAILED)),
        "timed_out": int(np.sum(outcome.state == State.TIMED_OUT)),
        "kernel_seconds": round(outcome.kernel_seconds, 6),
        "notes": notes(store.model, unit.side, outcome.rows),
        "errors": outcome.errors[:20],
        "time": time.time(),
    }
    event["seconds"] = round(time.perf_counter() - start, 6)
    store.write(unit, outcome.rows, outcome.state, event)
    return event


def notes(model: Model, side: Side, rows: Rows) -> dict[str, float]:
    """Largest values of observables that passed their ``note_above``, and how many rows have a bad
    status.
    """
    found: dict[str, float] = {}
    if side == "theory":
        return found
    for o in model.observables:
        if o.note_above is not None and rows[o.name].size:
            top = float(np.nanmax(rows[o.name], initial=-np.inf))
            if top > o.note_above:
                found[o.name] = top
    bad = int(np.sum(rows["status"] != 0))
    return found | ({"status": float(bad)} if bad else {})


def _empty(wanted: tuple[Observable, ...], n: int, sizes: dict[str, int]) -> Rows:
    rows = {}
    for o in wanted:
        dtype = np.dtype(o.dtype)
        blank = np.nan if dtype.kind == "f" else 0
        rows[o.name] = np.full((n, *[sizes[d] for d in o.dims]), blank, dtype)
    return rows


def _checked(
    model: Model,
    side: Side,
    given: Rows,
    n: int,
    wanted: tuple[Observable, ...],
    sizes: dict[str, int],
) -> Rows:
    """A model's answer held against its declaration: names, shapes; left-out outputs get their
    blanks.
    """
    rows = _empty(wanted, n, sizes)
    if "status_step" in rows:
        rows["status_step"][:] = -1
    if "valid" in rows:
        rows["valid"][:] = True
    declared = {o.name for o in model.outputs(side)}
    for name, values in given.items():
        if name not in declared:
            raise ValueError(
                f"{model.id} returned {name!r}, which it does not declare as an output of {side}"
            )
        if name in rows:
            values = np.asarray(values)
            if values.shape != rows[name].shape:
                raise ValueError(
                    f"{model.id} returned {name} with shape {values.shape} instead of "
                    f"{rows[name].shape}"
                )
            rows[name][...] = values
    return rows
