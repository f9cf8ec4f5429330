"""A binary student of a binary teacher on one instance, by message passing or enumeration."""

from __future__ import annotations

import math

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.samplers.binary import (
    Measure,
    Sampled,
    enumerated,
    heavier,
    passed,
)
from toysim.models.perceptron.samplers.instances import Signs, given_or, labelled, signs
from toysim.models.perceptron.samplers.sizes import n_patterns, outcome
from toysim.models.perceptron.teacher_student.measures import bayes_error
from toysim.models.perceptron.teacher_student.parameters import TeacherStudentParameters


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, float]:
    p: TeacherStudentParameters = row.p
    teacher = given_or(signs(row.generator("teacher"), p.size), p.teacher)
    beta = 1.0 / p.temperature if p.temperature > 0.0 else math.inf
    n = n_patterns(p.alpha, p.size)
    c = labelled(row.generator("patterns"), p.size, n, teacher, p.patterns)
    found = _observed(_student(Measure(c, teacher, beta=beta), p), teacher, beta)
    return found | {"status": outcome(found["status"], p.size, p.alpha)}


def _student(measure: Measure, p: TeacherStudentParameters) -> Sampled:
    """The exact measure, or a fixed point of message passing.

    That is reached from no magnetisation, from the teacher, or is the heavier of the two.
    """
    if p.sampler == "enumeration":
        return enumerated(measure)
    if p.branch == "low" or not measure.patterns.size:  # without patterns there is one
        return passed(measure, p.n_iterations)
    if p.branch == "high":
        return passed(measure, p.n_iterations, start=measure.reference.astype(float))
    return heavier(measure, measure.reference, p.n_iterations)


def _observed(found: Sampled, teacher: Signs, beta: float) -> dict[str, float]:
    overlap = found.overlap_with(teacher)
    cost = beta * found.violated if found.violated > 0.0 else 0.0
    return {
        "overlap": overlap,
        "self_overlap": found.self_overlap,
        "error": angle(overlap),
        "bayes_error": bayes_error(overlap, found.self_overlap),
        "free_entropy": found.free_entropy,
        "entropy": found.free_entropy + cost,
        "status": found.status,
    }
