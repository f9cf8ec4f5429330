"""Facts injected into one run, and into runs of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel

Array = npt.NDArray[np.float64]

PROBES = 16  # facts that are not injected


@kernel
def inject(delta: Array, fact: Array, label: float, kappa: float) -> None:
    """delta <- delta + kappa (y - f.delta) f."""
    known = 0.0
    for i in range(len(delta)):
        known += fact[i] * delta[i]
    for i in range(len(delta)):
        delta[i] += kappa * (label - known) * fact[i]


@kernel
def run(facts: Array, labels: Array, kappa: float, joint: Array, single: Array) -> None:
    """All facts (M, d) in one run, ``joint``; the sum of runs of one each, ``single`` (d,)."""
    alone = np.empty(len(joint))
    for m in range(len(facts)):
        inject(joint, facts[m], labels[m], kappa)
        alone[:] = 0.0
        inject(alone, facts[m], labels[m], kappa)
        single += alone


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p, rng = row.p, row.generator("facts")
    facts = rng.standard_normal((p.n_interventions + PROBES, p.dimension))
    facts /= np.linalg.norm(facts, axis=1, keepdims=True)
    labels = 2.0 * rng.integers(2, size=p.n_interventions) - 1.0
    joint, single = np.zeros((2, p.dimension))
    run(facts[:-PROBES], labels, p.strength, joint, single)
    return {
        "crosstalk_square": np.mean((facts[-PROBES:] @ joint) ** 2),
        "first_recall": labels[0] * (facts[0] @ joint),
        "interaction": np.sum((joint - single) ** 2),
    }
