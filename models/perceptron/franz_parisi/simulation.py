"""The Franz-Parisi potential of one instance: weights in the field of one of its solutions."""

from __future__ import annotations

import math

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.franz_parisi.parameters import FranzParisiParameters
from toysim.models.perceptron.samplers.binary import (
    Measure,
    coupling_for,
    solved,
)
from toysim.models.perceptron.samplers.enumeration import franz_parisi, violations
from toysim.models.perceptron.samplers.instances import Signs, given_or, labelled, signs
from toysim.models.perceptron.samplers.sizes import n_patterns, outcome
from toysim.outcomes import Status


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; the overlap with other references takes larger sizes."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, float]:
    p: FranzParisiParameters = row.p
    planted, n = p.reference == "planted", n_patterns(p.alpha, p.size)
    teacher = given_or(signs(row.generator("teacher"), p.size), p.teacher) if planted else None
    c = labelled(row.generator("patterns"), p.size, n, teacher, p.patterns)
    found = _solutions(c, p) if teacher is None else _planted(c, teacher, p)
    return found | {"status": outcome(found["status"], p.size, p.alpha)}


def _planted(c: Signs, teacher: Signs, p: FranzParisiParameters) -> dict[str, float]:
    """The teacher is the reference: one measure, at the field or at the overlap."""
    given = {"coupling": p.field} if p.given == "field" else {"overlap": p.target_overlap}
    found = solved(Measure(c, teacher, **given), p.sampler)
    overlap = found.overlap_with(teacher)
    return _observed(found.free_entropy, overlap, found.self_overlap, found.coupling, found.status)


def _solutions(c: Signs, p: FranzParisiParameters) -> dict[str, float]:
    """Every solution is the reference in turn, in one field: it gives the overlap on average."""
    counts, size = violations(c, 0.0), p.size
    coupling = p.field
    if p.given == "overlap":
        coupling = coupling_for(p.target_overlap, lambda x: franz_parisi(counts, x, size)[1])
    psi, overlap, self_overlap, _ = franz_parisi(counts, coupling, size)
    status = Status.OK if math.isfinite(psi) else Status.NOT_CONVERGED
    if not (counts == 0).any():
        status = Status.NO_SOLUTION
    return _observed(psi, overlap, self_overlap, coupling, status)


def _observed(
    psi: float, overlap: float, self_overlap: float, coupling: float, status: int
) -> dict[str, float]:
    return {
        "potential": psi - coupling * overlap,
        "overlap": overlap,
        "distance": 0.5 * (1.0 - overlap),
        "coupling": coupling,
        "legendre": psi,
        "self_overlap": self_overlap,
        "status": status,
    }
