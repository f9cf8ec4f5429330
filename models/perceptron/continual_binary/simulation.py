"""Two tasks with binary weights on one instance: a solution of the first pulls on the second's."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.continual_binary.parameters import ContinualBinaryParameters
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.samplers.binary import (
    OK,
    Measure,
    Sampled,
    enumerated,
    heavier,
    passed,
)
from toysim.models.perceptron.samplers.enumeration import configuration, violations
from toysim.models.perceptron.samplers.instances import Signs, labelled, teachers
from toysim.models.perceptron.samplers.sizes import n_patterns, outcome


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, float]:
    p: ContinualBinaryParameters = row.p
    first, second = teachers(row.generator("tasks"), p.size, p.task_overlap, p.teachers)
    patterns_1, patterns_2 = (n_patterns(load, p.size) for load in (p.alpha_1, p.alpha_2))
    c = labelled(row.generator("first patterns"), p.size, patterns_1, first, p.patterns_1)
    reference, status = _reference(row.generator("reference"), c, first, p.sampler)
    c = labelled(row.generator("second patterns"), p.size, patterns_2, second, p.patterns_2)
    found = _second_task(Measure(c, reference, coupling=p.coupling), second, p)
    ended = outcome(max(status, found.status), p.size, p.alpha_1, p.alpha_2)
    return _observed(found, reference, first, second) | {"status": ended}


def _reference(
    generator: np.random.Generator, c: Signs, teacher: Signs, sampler: str
) -> tuple[Signs, int]:
    """A weight vector learned on task 1, and the outcome.

    Any solution, or at large N one drawn from the magnetisations site by site. The latter need not
    solve task 1. It stands for a solution because task 2 has patterns of its own: all that it sees
    of the reference is how often it agrees with the teachers, and that is right.
    """
    size = len(teacher)
    if sampler == "enumeration":
        solutions = np.flatnonzero(violations(c, 0.0) == 0)
        return configuration(int(generator.choice(solutions)), size), OK
    found = heavier(Measure(c, teacher), teacher)
    up = generator.random(size) < 0.5 * (1.0 + found.magnetisation)
    return (2 * up - 1).astype(np.int8), found.status


def _second_task(measure: Measure, teacher: Signs, p: ContinualBinaryParameters) -> Sampled:
    """The exact measure, or a fixed point of message passing: reached from teacher 2 on the high
    branch, from no magnetisation on the low one, in equilibrium the heavier of the two.
    """
    if p.sampler == "enumeration":
        return enumerated(measure)
    if p.branch == "equilibrium":
        return heavier(measure, teacher)
    start = p.branch == "high" and measure.patterns.size
    return passed(measure, start=teacher.astype(float) if start else None)


def _observed(found: Sampled, reference: Signs, first: Signs, second: Signs) -> dict[str, float]:
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
    }
