"""What the models of the family declare: their clock, modes and batches, and what they refuse."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator

from toysim.model import Parameters, parameter
from toysim.records import Clock
from toysim.scheduled import NO_DECAY, Scheduled

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)


class LeastSquares(Parameters):
    """Modes of the inputs, the signal in them, minibatches and label noise."""

    n_modes: int = parameter(64, symbol="d", meaning="modes i = 1..d", ge=1, le=100_000)
    capacity_exponent: float = parameter(
        1.5, symbol="a", meaning="curvatures and input variances h_i = i^-a", ge=0, le=20
    )
    signal_exponent: float = parameter(
        2.0, symbol="b", meaning="signal h_i w*_i^2 = i^-b in a mode", ge=-20, le=20
    )
    batch_size: int = parameter(
        1, symbol="B", meaning="fresh samples of a minibatch", ge=1, le=10**6
    )
    label_noise: float = parameter(
        0.25, symbol="s^2", meaning="variance of the label noise", ge=0, le=1e6
    )

    @field_validator("batch_size", mode="before")
    @classmethod
    def _has_samples(cls, value: Any) -> Any:
        if value == 0:
            raise ValueError("a minibatch needs at least one sample")
        return value


class Shaped(Parameters):
    """A spectrum that is a power law, or of a known condition number."""

    spectrum: Literal["power", "geometric"] = parameter(
        "power",
        symbol="spectrum",
        meaning="power laws, or h from 1 to 1/condition_number with w*_i^2 = 1/d",
    )
    condition_number: float = parameter(
        100.0, symbol="kappa", meaning="h_1/h_d of the geometric spectrum", ge=1, le=1e12
    )


class Strict(Scheduled):
    """A schedule that decays where it says so."""

    def _without_decay(self) -> None:
        raise ValueError(NO_DECAY)
