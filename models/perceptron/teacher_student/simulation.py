"""A binary student of a binary teacher on one instance, by message passing or enumeration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.binary import Measure, Sampled, enumerated, passed
from toysim.models.perceptron.instances import Signs, labelled, n_patterns, signs
from toysim.models.perceptron.observed import angle
from toysim.models.perceptron.rows import stacked


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    teachers, patterns = batch.generators("teacher"), batch.generators("patterns")
    rows = []
    for i in range(len(batch)):
        p = batch.values(i)
        teacher = signs(next(teachers), p["size"])
        beta = 1.0 / p["temperature"] if p["temperature"] > 0.0 else math.inf
        c = labelled(next(patterns), p["size"], n_patterns(p["alpha"], p["size"]), teacher)
        rows.append(_observed(_student(Measure(c, teacher, beta=beta), p), teacher, beta))
    return stacked(rows)


def _student(measure: Measure, p: dict[str, Any]) -> Sampled:
    """The exact measure, or a fixed point: from no magnetisation, from the teacher, or the heavier
    of the two.
    """
    if p["sampler"] == "enumeration":
        return enumerated(measure)
    n_iterations = p["n_iterations"]
    if p["branch"] == "low":
        return passed(measure, n_iterations)
    high = passed(measure, n_iterations, start=measure.reference.astype(float))
    if p["branch"] == "high":
        return high
    low = passed(measure, n_iterations)
    return high if high.free_entropy > low.free_entropy else low


def _observed(found: Sampled, teacher: Signs, beta: float) -> dict[str, Any]:
    overlap = found.overlap_with(teacher)
    cost = beta * found.violated if found.violated > 0.0 else 0.0
    return {
        "overlap": overlap,
        "self_overlap": found.self_overlap,
        "error": angle(overlap),
        "bayes_error": angle(overlap / math.sqrt(found.self_overlap))
        if found.self_overlap > 0.0
        else 0.5,
        "free_entropy": found.free_entropy,
        "entropy": found.free_entropy + cost,
        "status": np.int8(found.status),
    }
