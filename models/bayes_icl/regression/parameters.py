"""Parameters of regression in context."""

from __future__ import annotations

from typing import Literal

from toysim.model import Parameters, parameter


class RegressionParameters(Parameters):
    """Tasks, points and noise."""

    dim: int = parameter(8, symbol="d", meaning="inputs", ge=1, le=256)
    n_points: int = parameter(16, symbol="K", meaning="points of a sequence", ge=1, le=4096)
    noise_variance: float = parameter(
        0.25, symbol="s^2", meaning="variance of the noise on y", ge=1e-4, le=1e4
    )
    n_tasks: int = parameter(1024, symbol="D", meaning="tasks seen in training", ge=1, le=2**20)
    n_sequences: int = parameter(
        500, symbol="n", meaning="sequences that a run averages over", ge=1, le=10**6
    )
    evaluate_on: Literal["seen", "fresh"] = parameter(
        "seen", symbol="tasks", meaning="sequences are of a task seen, or of a fresh one"
    )
    input_set: int = parameter(
        1,
        symbol="set",
        meaning="number of the inputs, which replicas share; 0 draws new ones for each",
        ge=0,
    )
