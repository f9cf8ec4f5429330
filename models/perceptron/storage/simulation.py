"""Random labels on one instance: entropy, overlaps and the landscape around a random
configuration.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.binary import Measure, Sampled, enumerated, passed
from toysim.models.perceptron.instances import Signs, labelled, n_patterns, signs
from toysim.models.perceptron.rows import stacked


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    references, patterns = batch.generators("reference"), batch.generators("patterns")
    rows = []
    for i in range(len(batch)):
        p = batch.values(i)
        reference = signs(next(references), p["size"])
        measure = Measure(
            labelled(next(patterns), p["size"], n_patterns(p["alpha"], p["size"])),
            reference,
            coupling=p["field"],
            margin=p["margin"],
        )
        found = enumerated(measure) if p["sampler"] == "enumeration" else passed(measure)
        rows.append(_observed(found, reference))
    return stacked(rows)


def _observed(found: Sampled, reference: Signs) -> dict[str, Any]:
    overlap = found.overlap_with(reference)
    return {
        "free_entropy": found.free_entropy,
        "entropy": found.free_entropy - found.coupling * overlap,
        "overlap": found.self_overlap,
        "reference_overlap": overlap,
        "distance": 0.5 * (1.0 - overlap),
        "status": np.int8(found.status),
    }
