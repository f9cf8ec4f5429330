"""Magnetisations that learn a second task under KL to a sample of the first, by Metropolis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.continual.parameters import ContinualParameters
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.samplers.instances import Signs, labelled, teachers
from toysim.models.perceptron.samplers.magnetisations import (
    Replicas,
    replicas,
    sample,
    start,
    target,
)
from toysim.models.perceptron.samplers.sizes import n_patterns, outcome

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row: a chain on task 1, from its end two chains on task 2."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, float]:
    p: ContinualParameters = row.p
    first, second = teachers(row.generator("tasks"), p.size, p.task_overlap, p.teachers)
    patterns_1, patterns_2 = (n_patterns(load, p.size) for load in (p.alpha_1, p.alpha_2))
    c = labelled(row.generator("first patterns"), p.size, patterns_1, first, p.patterns_1)
    reference = _learned(row.generator("first chain"), c, first, p)
    c = labelled(row.generator("second patterns"), p.size, patterns_2, second, p.patterns_2)
    found = _second_task(row.generator("chains"), c, reference, second, p)
    status = outcome(found.status(p.n_discard + p.n_sweeps), p.size, p.alpha_1, p.alpha_2)
    return _observed(found, reference, first, second) | {"status": status}


def _learned(
    generator: np.random.Generator, c: Signs, teacher: Signs, p: ContinualParameters
) -> Array:
    """A sample of the task-1 measure."""
    m = start(generator, teacher, p.branch_1)
    measure = target(c, p.beta_1, p.kl * p.beta_1)
    sample(m, measure, p.proposal_width, p.n_discard, 1, generator)
    return m


def _second_task(
    generator: np.random.Generator,
    c: Signs,
    reference: Array,
    teacher: Signs,
    p: ContinualParameters,
) -> Replicas:
    """Two chains, kappa S(m) + kappa atanh(m') m beside the loss.

    They start from the reference, or along the teacher for the high branch.
    """
    weight = p.gamma * p.beta_2
    measure = target(c, p.beta_2, weight, weight * np.arctanh(reference))
    high = p.branch == "high"
    starts = [start(generator, teacher, "high") if high else reference.copy() for _ in range(2)]
    return replicas(starts, measure, p.proposal_width, p.n_discard, p.n_sweeps, generator)


def _observed(found: Replicas, reference: Array, first: Signs, second: Signs) -> dict[str, float]:
    n = len(first)
    sign_1, sign_2 = float(first @ found.sign) / n, float(second @ found.sign) / n
    return {
        "replica_overlap": found.replica_overlap,
        "overlap_2": float(second @ found.magnetisation) / n,
        "self_overlap": found.self_overlap,
        "overlap_1": float(first @ found.magnetisation) / n,
        "cross_overlap": float(reference @ found.magnetisation) / n,
        "sign_overlap_1": sign_1,
        "sign_overlap_2": sign_2,
        "error_1": angle(sign_1),
        "error_2": angle(sign_2),
        "loss": found.loss,
        "acceptance": found.acceptance,
    }
