"""Random labels on one instance: entropy, overlaps, and the landscape around a configuration."""

from __future__ import annotations

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.samplers.binary import Measure, Sampled, solved
from toysim.models.perceptron.samplers.instances import Signs, given_or, labelled, signs
from toysim.models.perceptron.samplers.sizes import n_patterns, outcome
from toysim.models.perceptron.storage.parameters import StorageParameters


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, float]:
    p: StorageParameters = row.p
    reference = given_or(signs(row.generator("reference"), p.size), p.reference)
    n = n_patterns(p.alpha, p.size)
    c = labelled(row.generator("patterns"), p.size, n, given=p.patterns)
    measure = Measure(c, reference, coupling=p.field, margin=p.margin)
    found = _observed(solved(measure, p.sampler), reference)
    return found | {"status": outcome(found["status"], p.size, p.alpha)}


def _observed(found: Sampled, reference: Signs) -> dict[str, float]:
    overlap = found.overlap_with(reference)
    return {
        "free_entropy": found.free_entropy,
        "entropy": found.free_entropy - found.coupling * overlap,
        "overlap": found.self_overlap,
        "reference_overlap": overlap,
        "distance": 0.5 * (1.0 - overlap),
        "status": found.status,
    }
