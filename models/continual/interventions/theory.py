"""Exact means of crosstalk, recall and interaction; derived."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Rows
from toysim.jit import kernel


@kernel
def advance(n: int, d: int, kappa: float) -> tuple[float, float]:
    """E|delta|^2 and E|delta - sum of single runs|^2 after n interventions."""
    p, c, q = 0.0, 0.0, 0.0
    for _ in range(n):
        q += (kappa * kappa * p - 2.0 * kappa * c) / d
        c -= (kappa * c + kappa * (1.0 - kappa) * p) / d
        p += kappa * kappa - kappa * (2.0 - kappa) * p / d
    return p, q


def predict(batch: Batch) -> Rows:
    """Every observable exactly."""
    m, d, kappa = batch["n_interventions"], batch["dimension"], batch["strength"]
    moments = [advance(*row) for row in zip(m, d, kappa, strict=True)]
    p, q = np.array(moments).T
    return {
        "crosstalk_square": p / d,
        "first_recall": kappa * (1.0 - kappa / d) ** (m - 1),
        "interaction": q,
        "valid": np.ones(len(batch), bool),
    }


def saturated_crosstalk(p: Any) -> float:
    """sqrt(kappa/(2 - kappa)) for M far above d."""
    if p.strength >= 2.0:
        raise ValueError("strength = 2: it grows without end; give one below 2")
    return float(np.sqrt(p.strength / (2.0 - p.strength)))
