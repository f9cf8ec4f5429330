"""The best constant rates of all stages at once: what a search stage by stage could come to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from toysim.models.scheduled_sgd.modes import modes
from toysim.numerics.least_squares import plain
from toysim.numerics.mean_square import largest_stable_rate

Array = npt.NDArray[np.float64]

START = 0.5  # of the mean-square stable rate, falling linearly from stage to stage
FAR = 1e6  # a loss that stands for one that ran away


def best_pieces(p: Any) -> tuple[Array, float]:
    """Rates of the stages (K,) whose loss at the end is least, and that loss: a quasi-Newton search
    over their logarithms. The loss is right to six digits, the rates to three.
    """
    h, signal = modes(p)
    batch, n_stages = float(p.batch_size), p.n_steps // p.stage_steps

    def loss(logs: Array) -> float:
        rates = np.repeat(np.exp(logs), p.stage_steps)
        end = plain(h, signal, p.label_noise, batch, rates).course[-1]
        return float(end) if end < FAR else FAR

    falling = 1.0 - (np.arange(n_stages) + 0.5) / n_stages
    start = np.log(START * largest_stable_rate(h, batch, 0.0) * falling)
    found = minimize(loss, start, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-10})
    return np.exp(found.x), float(found.fun)
