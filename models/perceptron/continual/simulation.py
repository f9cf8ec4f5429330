"""Magnetisations that learn a second task under KL to a sample of the first, by Metropolis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.perceptron.instances import Signs, flipped, labelled, n_patterns, signs
from toysim.models.perceptron.magnetisations import Replicas, replicas, sample, start, target
from toysim.models.perceptron.observed import angle
from toysim.models.perceptron.rows import stacked

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row: a chain on task 1, from its last state two chains on task
    2.
    """
    streams = [
        batch.generators(name)
        for name in ("tasks", "first patterns", "first chain", "second patterns", "chains")
    ]
    rows = []
    for i in range(len(batch)):
        p = batch.values(i)
        tasks, first_patterns, first_chain, second_patterns, chains = streams
        size, generator = p["size"], next(tasks)
        first = signs(generator, size)
        second = flipped(generator, first, p["task_overlap"])
        c = labelled(next(first_patterns), size, n_patterns(p["alpha_1"], size), first)
        reference = _learned(next(first_chain), c, first, p)
        c = labelled(next(second_patterns), size, n_patterns(p["alpha_2"], size), second)
        rows.append(
            _observed(_second_task(next(chains), c, reference, second, p), reference, first, second)
        )
    return stacked(rows)


def _learned(generator: np.random.Generator, c: Signs, teacher: Signs, p: dict[str, Any]) -> Array:
    """A sample of the task-1 measure."""
    m = start(generator, teacher, p["branch_1"])
    measure = target(c, p["beta_1"], p["kl"] * p["beta_1"])
    sample(m, measure, p["proposal_width"], p["n_discard"], 1, generator)
    return m


def _second_task(
    generator: np.random.Generator, c: Signs, reference: Array, teacher: Signs, p: dict[str, Any]
) -> Replicas:
    """Two chains from the reference, or along the teacher for the high branch: kappa S(m) + kappa
    atanh(m') m.
    """
    weight = p["gamma"] * p["beta_2"]
    measure = target(c, p["beta_2"], weight, weight * np.arctanh(reference))
    high = p["branch"] == "high"
    starts = [start(generator, teacher, "high") if high else reference.copy() for _ in range(2)]
    return replicas(starts, measure, p["proposal_width"], p["n_discard"], p["n_sweeps"], generator)


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
