"""Parameters of a budget's allocation."""

from __future__ import annotations

from typing import Literal

from toysim.model import parameter
from toysim.scheduled import Scheduled


class AllocationParameters(Scheduled):
    """The power laws, how many modes the model keeps, and the run that fits them."""

    n_modes: int = parameter(
        20, symbol="p", meaning="size of the model: the strongest modes, kept", ge=1, le=100_000
    )
    capacity_exponent: float = parameter(
        1.5, symbol="a", meaning="features have variance h_i = i^-a", ge=0, le=20
    )
    signal_exponent: float = parameter(
        2.0, symbol="b", meaning="signal h_i w*_i^2 = i^-b of all modes", ge=1.01, le=20
    )
    label_noise: float = parameter(
        0.25, symbol="s^2", meaning="variance of the noise on the labels", ge=0, le=1e6
    )
    schedule: Literal["constant", "linear", "cosine", "wsd", "power"] = parameter(
        "linear", symbol="schedule", meaning="course of the learning rate after the warm-up"
    )
    peak: Literal["best", "given"] = parameter(
        "best",
        symbol="peak",
        meaning="the peak rate of the least mean loss at the end, or learning_rate",
    )
