"""Magnetisations that learn one task, sampled by Metropolis: two chains on the same data."""

from __future__ import annotations

from toysim.batch import Batch, Rows
from toysim.models.perceptron.instances import labelled, n_patterns, signs
from toysim.models.perceptron.magnetisations import replicas, start, target
from toysim.models.perceptron.observed import angle
from toysim.models.perceptron.rows import stacked


def simulate(batch: Batch) -> Rows:
    """Every observable of every row. A chain stays in the branch it starts in, where two
    coexist.
    """
    teachers, patterns, chains = (
        batch.generators(name) for name in ("teacher", "patterns", "chains")
    )
    rows = []
    for i in range(len(batch)):
        p = batch.values(i)
        teacher = signs(next(teachers), p["size"])
        c = labelled(next(patterns), p["size"], n_patterns(p["alpha"], p["size"]), teacher)
        fixed = p["ensemble"] == "fixed"
        measure = target(c, p["beta"], p["kl"] * p["beta"], fixed_norm=fixed)
        generator, self_overlap = next(chains), p["target_self_overlap"] if fixed else None
        starts = [start(generator, teacher, p["branch"], self_overlap) for _ in range(2)]
        found = replicas(
            starts, measure, p["proposal_width"], p["n_discard"], p["n_sweeps"], generator
        )
        sign_overlap = float(teacher @ found.sign) / len(teacher)
        rows.append(
            {
                "overlap": float(teacher @ found.magnetisation) / len(teacher),
                "replica_overlap": found.replica_overlap,
                "self_overlap": found.self_overlap,
                "sign_overlap": sign_overlap,
                "error": angle(sign_overlap),
                "loss": found.loss,
                "acceptance": found.acceptance,
            }
        )
    return stacked(rows)
