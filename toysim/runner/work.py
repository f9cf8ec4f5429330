"""One unit of work: rows computed by the model, errors kept to their rows, the block written."""

from __future__ import annotations

import ctypes
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.compiling import compile_seconds
from toysim.design import joint_codes
from toysim.model import Model, Observable, Rows, Side
from toysim.observables import RECORD, STATUS, STATUS_STEP, VALID
from toysim.outcomes import State, Status
from toysim.records import NEVER
from toysim.store.layout import REFINED_BY, REFINEMENT, Unit, stored
from toysim.store.schema import missing_value
from toysim.store.store import Store

# Called before a row that runs alone: OK to run it, or the state to give it without running.
Announce = Callable[[int], int]
WHY = {
    State.TIMED_OUT: "time limit exceeded",
    State.FAILED: "worker process died twice at this row",
}
LONGEST = 300  # characters of an error's message; a compiler's can fill a page
MOST_ERRORS = 20  # kept of a block
BLANKS: dict[str, Any] = {STATUS.name: Status.OK, STATUS_STEP.name: -1, VALID.name: True}


@dataclass
class Outcome:
    """Rows of one side of a batch, their states, what went wrong, and the seconds spent in the
    model. ``cause``: the first exception.
    """

    rows: Rows
    state: npt.NDArray[np.uint8]
    kernel_seconds: float
    errors: list[dict[str, Any]] = field(default_factory=list)
    cause: Exception | None = None

    def blame(self, row: int, batch: Batch, error: Exception | None, message: str = "") -> None:
        """Record what went wrong at a row, with the trace for the family's author."""
        entry: dict[str, Any] = {"row": row, "cell": batch.values(row), "message": message}
        if error is not None:
            self.cause = self.cause or error
            entry["message"] = short_message(error)
            entry["trace"] = "".join(traceback.format_exception(error))
        self.errors.append(entry)


def short_message(error: Exception) -> str:
    """Kind and beginning of an error, on one line."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def one_blas_thread() -> Any:
    """BLAS on one thread from now on, or within ``with one_blas_thread():``; two threads change the
    bits of a product.
    """
    return _blas().limit(limits=1)


@cache
def _blas() -> Any:
    """The BLAS libraries of this process, looked for once: that takes a millisecond.

    SciPy's, which kernels call too, is loaded first: what comes later is not limited, and took
    250 us in place of 63 for an update of two layers of 100 x 100.
    """
    from threadpoolctl import ThreadpoolController

    _load_blas_of_scipy()
    return ThreadpoolController()


def _load_blas_of_scipy() -> None:
    """The library alone where a wheel brings it: ``scipy.linalg`` takes 0.15 s to import."""
    spec = find_spec("scipy")
    home = Path(spec.origin).parent if spec and spec.origin else Path()
    brought = [*home.parent.glob("scipy.libs/*openblas*"), *home.glob(".dylibs/*openblas*")]
    for library in brought:
        ctypes.CDLL(str(library))
    if not brought:
        import scipy.linalg  # noqa: F401


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
    wanted = _Wanted(model, side, stored(model, side, parameters), model.sizes(parameters))
    start = time.perf_counter()
    if row_by_row is None:
        try:
            rows = wanted.checked(function(batch), batch)
            state = np.full(len(batch), State.OK, np.uint8)
            return Outcome(rows, state, time.perf_counter() - start)
        except Exception:
            pass  # found again below, row by row
    outcome = Outcome(wanted.empty(len(batch)), np.full(len(batch), State.OK, np.uint8), 0.0)
    for i in range(len(batch)):
        told = State.OK if row_by_row is None else State(row_by_row(i))
        if told != State.OK:
            outcome.state[i] = told
            outcome.blame(i, batch, None, WHY[told])
            continue
        try:
            alone = batch.take(np.array([i]))
            one = wanted.checked(function(alone), alone)
        except Exception as error:
            outcome.state[i] = State.FAILED
            outcome.blame(i, batch, error)
            continue
        for name, values in one.items():
            outcome.rows[name][i] = values[0]
    outcome.kernel_seconds = time.perf_counter() - start
    return outcome


@dataclass(frozen=True)
class _Wanted:
    """What a side of a model must answer."""

    model: Model
    side: Side
    outputs: tuple[Observable, ...]
    sizes: dict[str, int]

    def empty(self, n: int) -> Rows:
        """Rows that have no numbers yet."""
        return {o.name: self._filled(o, n, missing_value(o.dtype)) for o in self.outputs}

    def _shape(self, output: Observable, n: int) -> tuple[int, ...]:
        return (n, *[self.sizes[d] for d in output.dims])

    def _filled(self, output: Observable, n: int, value: Any) -> npt.NDArray[Any]:
        return np.full(self._shape(output, n), value, np.dtype(output.dtype))

    def checked(self, given: Rows, batch: Batch) -> Rows:
        """An answer held against its declaration: names, shapes; left-out outputs get blanks."""
        declared = {o.name for o in self.model.outputs(self.side)}
        for name in given:
            if name not in declared:
                raise ValueError(
                    f"{self.model.id} returned {name!r}, which it does not declare as an output "
                    f"of {self.side}"
                )
        rows = {}
        for o in self.outputs:
            if o.name in given:
                rows[o.name] = self._own(o, np.asarray(given[o.name]), len(batch))
            else:
                blank = BLANKS.get(o.name, missing_value(o.dtype))
                rows[o.name] = self._filled(o, len(batch), blank)
        self._drop_padding(rows, batch)
        return rows

    def _own(self, output: Observable, values: npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
        """The values in an array of the declared shape and type: the model's own if it is one, and
        no view of others.
        """
        shape = self._shape(output, n)
        if values.shape != shape:
            raise ValueError(
                f"{self.model.id} returned {output.name} with shape {values.shape} instead of "
                f"{shape}"
            )
        usable = values.base is None and values.flags.c_contiguous and values.flags.writeable
        return (
            values if usable and values.dtype == output.dtype else values.astype(output.dtype, "C")
        )

    def _drop_padding(self, rows: Rows, batch: Batch) -> None:
        """Courses hold nothing where a row has no such record; a model's own array stays whole."""
        clock = self.model.clock
        if clock is None or clock.spacing != "geometric":
            return
        never = batch.record_at == NEVER if clock.whole else np.isnan(batch.record_at)
        for o in self.outputs:
            if RECORD in o.dims and never.any():
                rows[o.name] = rows[o.name].copy()
                by_record = np.moveaxis(rows[o.name], 1 + o.dims.index(RECORD), 1)
                by_record[never] = missing_value(o.dtype)


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
    return Outcome(rows, solved.state[twin], solved.kernel_seconds, errors, solved.cause)


def refine(
    model: Model,
    batch: Batch,
    outputs: tuple[Observable, ...],
    parameters: Any,
    row_by_row: Announce | None = None,
) -> Outcome:
    """Rows simulated at fractions of their step: ``outputs`` (n_rows, halvings, *dims)."""
    rule = model.discretisation
    assert rule is not None
    found = []
    for divisor in REFINED_BY:
        finer = batch.replacing(**{rule.parameter: batch[rule.parameter] / divisor})
        found.append(compute(model, "simulation", finer, parameters, row_by_row))
    return Outcome(
        {o.name: np.stack([f.rows[o.name] for f in found], axis=1) for o in outputs},
        np.max([f.state for f in found], axis=0),
        sum(f.kernel_seconds for f in found),
        [error for f in found for error in f.errors],
        next((f.cause for f in found if f.cause), None),
    )


def do_unit(
    store: Store, unit: Unit, run: str, row_by_row: Announce | None = None
) -> dict[str, Any]:
    """Compute and store one unit; the returned event is the line it left in the log, or that others
    have done it.
    """
    if store.is_done(unit):
        return {"event": "elsewhere", "side": unit.part}
    start, compiling = time.perf_counter(), compile_seconds()
    batch = store.batch(unit)
    declared = declared_seconds(store, unit, batch)
    outcome = _outcome(store, unit, batch, row_by_row)
    event = {
        "event": "block",
        "run": run,
        "side": unit.part,
        "unit": [unit.i, unit.j],
        "rows": len(batch),
        "failed": int(np.sum(outcome.state == State.FAILED)),
        "timed_out": int(np.sum(outcome.state == State.TIMED_OUT)),
        "kernel_seconds": round(outcome.kernel_seconds, 6),
        "compile_seconds": round(compile_seconds() - compiling, 6),
        "notes": notes(store.model, outcome.rows) if unit.part == "simulation" else {},
        "errors": outcome.errors[:MOST_ERRORS],
        "time": time.time(),
    }
    event["seconds"] = round(time.perf_counter() - start, 6)
    store.write(unit, outcome.rows, outcome.state, event)
    wall = time.perf_counter() - start  # storing among them
    return event | {"wall_seconds": wall, "declared_seconds": declared}


def declared_seconds(store: Store, unit: Unit, batch: Batch) -> float:
    """Of a unit's rows, as the model declares at the first, the middle and the last."""
    model = store.model
    cost = model.theory_seconds if unit.part == "theory" else model.seconds
    some = {0, len(batch) // 2, len(batch) - 1}
    typed = model.parameters_class.model_construct
    return len(batch) * sum(cost(typed(**batch.values(i))) for i in some) / len(some)


def _outcome(store: Store, unit: Unit, batch: Batch, row_by_row: Announce | None) -> Outcome:
    parameters = store.first_parameters
    if unit.part == REFINEMENT:
        return refine(store.model, batch, store.outputs(REFINEMENT), parameters, row_by_row)
    return compute_unit(store.model, unit.part, batch, parameters, row_by_row)


def notes(model: Model, rows: Rows) -> dict[str, float]:
    """Largest values of observables that passed their ``note_above``, and how many rows have a bad
    status.
    """
    found: dict[str, float] = {}
    for o in model.observables:
        if o.note_above is not None and rows[o.name].size:
            top = float(np.nanmax(rows[o.name], initial=-np.inf))
            if top > o.note_above:
                found[o.name] = top
    bad = int(np.sum(rows["status"] > Status.OK))
    return found | ({"status": float(bad)} if bad else {})
