"""The Franz-Parisi potential of one instance: weights in the field of a reference that solves the
same patterns.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.binary import (
    DIVERGED,
    NOT_CONVERGED,
    OK,
    Measure,
    coupling_for,
    enumerated,
    passed,
)
from toysim.models.perceptron.enumeration import franz_parisi, violations
from toysim.models.perceptron.instances import Signs, labelled, n_patterns, signs
from toysim.models.perceptron.rows import stacked


def simulate(batch: Batch) -> Rows:
    """Every observable of every row but the overlap with other references, which takes sizes beyond
    enumeration.
    """
    teachers, patterns = batch.generators("teacher"), batch.generators("patterns")
    rows = []
    for i in range(len(batch)):
        p = batch.values(i)
        size, count = p["size"], n_patterns(p["alpha"], p["size"])
        teacher = signs(next(teachers), size) if p["reference"] == "planted" else None
        c = labelled(next(patterns), size, count, teacher)
        rows.append(_solutions(c, p) if teacher is None else _planted(c, teacher, p))
    return stacked(rows)


def _planted(c: Signs, teacher: Signs, p: dict[str, Any]) -> dict[str, Any]:
    """The teacher is the reference: one measure, at the field or at the overlap."""
    given = {"coupling": p["field"]} if p["given"] == "field" else {"overlap": p["target_overlap"]}
    measure = Measure(c, teacher, **given)
    found = enumerated(measure) if p["sampler"] == "enumeration" else passed(measure)
    overlap = found.overlap_with(teacher)
    return _observed(found.free_entropy, overlap, found.self_overlap, found.coupling, found.status)


def _solutions(c: Signs, p: dict[str, Any]) -> dict[str, Any]:
    """Every solution is the reference in turn; one field for all of them, which gives the overlap
    on average.
    """
    counts, size = violations(c, 0.0), p["size"]
    coupling = p["field"]
    if p["given"] == "overlap":
        coupling = coupling_for(p["target_overlap"], lambda x: franz_parisi(counts, x, size)[1])
    psi, overlap, self_overlap, _ = franz_parisi(counts, coupling, size)
    status = DIVERGED if not (counts == 0).any() else OK if math.isfinite(psi) else NOT_CONVERGED
    return _observed(psi, overlap, self_overlap, coupling, status)


def _observed(
    psi: float, overlap: float, self_overlap: float, coupling: float, status: int
) -> dict[str, Any]:
    return {
        "potential": psi - coupling * overlap,
        "overlap": overlap,
        "distance": 0.5 * (1.0 - overlap),
        "coupling": coupling,
        "legendre": psi,
        "self_overlap": self_overlap,
        "status": np.int8(status),
    }
