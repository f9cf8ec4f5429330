"""One draw of parameters: both sides run and held together, and one word for what came out."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from toysim.batch import Batch
from toysim.comparison.realised import at_realised
from toysim.comparison.verdicts import Comparison, compare_sides
from toysim.errors import ToysimWarning
from toysim.model import Model, Rows, Side
from toysim.outcomes import Agreement, Status
from toysim.plan import Sweep, build_sweep
from toysim.runner.work import compute_unit, refine
from toysim.store.layout import refined
from toysim.store.sides import Refined, Sides

SLOWEST = 5.0  # seconds of a call
SLOWER = 10.0  # times the declared estimate
LONGEST_COMPILATION = 30.0
SHORT = 0.1  # seconds below which an estimate is not held against a call
MOST_REPLICAS = 4000


class Word(StrEnum):
    """What a draw shows."""

    AGREES = "agrees"
    UNDECIDED = "undecided"
    NOT_VALID = "not valid"
    DIFFERS = "valid and differing"
    BROKEN = "broken"  # an exception, a warning, an infinity with status ok
    SLOW = "slow"


FAULTS = (Word.DIFFERS, Word.BROKEN, Word.SLOW)


@dataclass(frozen=True)
class Probe:
    """A draw, the word for it, and what was seen."""

    values: Mapping[str, Any]
    word: Word
    seen: str = ""
    seconds: Mapping[Side, float] = field(default_factory=dict)

    @property
    def fault(self) -> bool:
        return self.word in FAULTS


def probe(model: Model, values: Mapping[str, Any], seed: int = 0, budget: float = 0.1) -> Probe:
    """Run both sides at one cell; seconds are of the processor. A difference of means counts when
    another seed and more replicas show it too.
    """
    first = _probe(model, values, seed, budget)
    if first.word == Word.DIFFERS and model.of_means:
        return _probe(model, values, seed + 1, 4.0 * budget)
    compiling = max(first.seconds.values(), default=0.0) < LONGEST_COMPILATION
    if first.word == Word.SLOW and compiling:  # the first call of a kernel compiles it
        return _probe(model, values, seed, budget)
    return first


def _probe(model: Model, values: Mapping[str, Any], seed: int, budget: float) -> Probe:
    seconds: dict[Side, float] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ToysimWarning)  # it speaks of the draw
            found, rows = _held_together(model, values, seed, budget, seconds)
    except Exception as error:
        return Probe(values, Word.BROKEN, f"{type(error).__name__}: {error}", seconds)
    infinite = _infinite(model, rows)
    if infinite:
        return Probe(values, Word.BROKEN, f"{infinite} is infinite, status ok", seconds)
    slow = _slow(model, values, seconds)
    if slow:
        return Probe(values, Word.SLOW, slow, seconds)
    return Probe(values, *_word(found), seconds)


def _held_together(
    model: Model, values: Mapping[str, Any], seed: int, budget: float, seconds: dict[Side, float]
) -> tuple[Comparison, Rows]:
    sweep = build_sweep(model.id, model, values, {}, replicas=1, seed=seed)
    n = _replicas(model, sweep.parameters, budget)
    batch = sweep.batch(np.zeros(1, np.int64), n)
    sides: dict[Side, Rows] = {}
    for side in model.sides():
        asked = batch if model.per_replica(side) else batch.take(np.zeros(1, np.int64))
        start = time.process_time()
        outcome = compute_unit(model, side, asked, sweep.parameters)
        seconds[side] = (time.process_time() - start) / len(asked)
        if outcome.cause is not None:
            raise outcome.cause
        sides[side] = outcome.rows
    return _compared(sweep, batch, n, sides), sides["simulation"]


def _replicas(model: Model, p: Any, budget: float) -> int:
    if not model.stochastic:
        return 1
    most = 2 if model.paired else MOST_REPLICAS
    return int(np.clip(budget / model.seconds(p), 2, most))


def _compared(sweep: Sweep, batch: Batch, n: int, both: Mapping[Side, Rows]) -> Comparison:
    model, grid = sweep.model, {d.name: len(d) for d in sweep.dimensions}
    sides = Sides.in_memory(batch, grid, n, both["simulation"], both["theory"])
    rows = sides.chosen.refine
    if len(rows):
        outputs = refined(model, sweep.parameters)
        again = refine(model, batch.take(rows), outputs, sweep.parameters)
        if again.cause is None:  # a smaller step may be refused: then nothing is decided
            sides.refined = Refined(rows, again.rows)
    return compare_sides(at_realised(sides))


def _infinite(model: Model, rows: Rows) -> str:
    """The first observable that is infinite in a row that ended well."""
    ok = rows["status"] == Status.OK
    names = [o.name for o in model.observables if o.name in rows]
    return next((name for name in names if np.isinf(rows[name][ok]).any()), "")


def _slow(model: Model, values: Mapping[str, Any], seconds: Mapping[Side, float]) -> str:
    p = model.validate(values)
    costs = {
        "simulation": model.seconds(p),
        "theory": max(model.seconds(p), model.theory_seconds(p)),
    }
    for side, took in seconds.items():
        declared = costs[side]
        if took > max(SHORT, min(SLOWEST, SLOWER * declared)):
            return f"{side} took {took:.2g} s a row; declared {declared:.2g}"
    return ""


def _word(found: Comparison) -> tuple[Word, str]:
    verdicts = {v.verdict for v in found}
    if Agreement.DIFFERS in verdicts:
        worst = max((v for v in found if v.verdict == Agreement.DIFFERS), key=lambda v: v.share)
        return Word.DIFFERS, (
            f"{worst.observable} {worst.worst}: {worst.stored:.10g}, theory {worst.theory:.10g}, "
            f"share {worst.share:.3g}"
        )
    if Agreement.AGREES in verdicts:
        return Word.AGREES, ""
    return (Word.UNDECIDED if Agreement.UNDECIDED in verdicts else Word.NOT_VALID), ""
