"""Magnetisations that learn one task, sampled by Metropolis: two chains on the same data."""

from __future__ import annotations

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.perceptron.field_space.parameters import FieldSpaceParameters
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.samplers.instances import Signs, given_or, labelled, signs
from toysim.models.perceptron.samplers.magnetisations import Replicas, replicas, start, target
from toysim.models.perceptron.samplers.sizes import n_patterns, outcome


def simulate(batch: Batch) -> Rows:
    """Every observable of every row. Where two branches coexist, a chain stays in its own."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, float]:
    p: FieldSpaceParameters = row.p
    teacher = given_or(signs(row.generator("teacher"), p.size), p.teacher)
    n = n_patterns(p.alpha, p.size)
    c = labelled(row.generator("patterns"), p.size, n, teacher, p.patterns)
    generator, fixed = row.generator("chains"), p.ensemble == "fixed"
    measure = target(c, p.beta, p.kl * p.beta, fixed_norm=fixed)
    self_overlap = p.target_self_overlap if fixed else None
    starts = [start(generator, teacher, p.branch, self_overlap) for _ in range(2)]
    found = replicas(starts, measure, p.proposal_width, p.n_discard, p.n_sweeps, generator)
    status = outcome(found.status(p.n_discard + p.n_sweeps), p.size, p.alpha)
    return _observed(found, teacher) | {"status": status}


def _observed(found: Replicas, teacher: Signs) -> dict[str, float]:
    sign_overlap = float(teacher @ found.sign) / len(teacher)
    return {
        "overlap": float(teacher @ found.magnetisation) / len(teacher),
        "replica_overlap": found.replica_overlap,
        "self_overlap": found.self_overlap,
        "sign_overlap": sign_overlap,
        "error": angle(sign_overlap),
        "loss": found.loss,
        "acceptance": found.acceptance,
    }
