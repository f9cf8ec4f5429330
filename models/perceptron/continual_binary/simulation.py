"""Two tasks with binary weights on one instance: a solution of the first pulls on the solutions of
the second.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.binary import OK, Measure, Sampled, enumerated, passed
from toysim.models.perceptron.enumeration import configuration, violations
from toysim.models.perceptron.instances import Signs, flipped, labelled, n_patterns, signs
from toysim.models.perceptron.observed import angle
from toysim.models.perceptron.rows import stacked


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    streams = [
        batch.generators(name)
        for name in ("tasks", "first patterns", "reference", "second patterns")
    ]
    rows = []
    for i in range(len(batch)):
        p = batch.values(i)
        tasks, first_patterns, references, second_patterns = streams
        size = p["size"]
        generator = next(tasks)
        first = signs(generator, size)
        second = flipped(generator, first, p["task_overlap"])
        c = labelled(next(first_patterns), size, n_patterns(p["alpha_1"], size), first)
        reference, status = _reference(next(references), c, first, p)
        c = labelled(next(second_patterns), size, n_patterns(p["alpha_2"], size), second)
        measure = Measure(c, reference, coupling=p["coupling"])
        found = enumerated(measure) if p["sampler"] == "enumeration" else passed(measure)
        rows.append(_observed(found, reference, first, second, max(status, found.status)))
    return stacked(rows)


def _reference(
    generator: np.random.Generator, c: Signs, teacher: Signs, p: dict[str, Any]
) -> tuple[Signs, int]:
    """A weight vector learned on task 1: any solution, or at large N one drawn from the
    magnetisations site by site.

    The latter need not solve task 1. It stands for a solution because task 2 has patterns of its
    own: all that it sees of the reference is how often it agrees with the teachers, and that is
    right.
    """
    if p["sampler"] == "enumeration":
        solutions = np.flatnonzero(violations(c, 0.0) == 0)
        return configuration(int(generator.choice(solutions)), p["size"]), OK
    found = passed(Measure(c, teacher))
    up = generator.random(p["size"]) < 0.5 * (1.0 + found.magnetisation)
    return (2 * up - 1).astype(np.int8), found.status


def _observed(
    found: Sampled, reference: Signs, first: Signs, second: Signs, status: int
) -> dict[str, Any]:
    cross = found.overlap_with(reference)
    overlap_1, overlap_2 = found.overlap_with(first), found.overlap_with(second)
    return {
        "cross_overlap": cross,
        "self_overlap": found.self_overlap,
        "overlap_1": overlap_1,
        "overlap_2": overlap_2,
        "free_entropy": found.free_entropy,
        "entropy": found.free_entropy - found.coupling * cross,
        "error_1": angle(overlap_1),
        "error_2": angle(overlap_2),
        "status": np.int8(status),
    }
