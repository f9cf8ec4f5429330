"""Parameters of SGD with repeated rows."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.scheduled import Scheduled


class RepeatedSgdParameters(Scheduled):
    """Spectrum, kept rows, and how they enter the stream."""

    schedule: Literal["constant", "linear", "cosine", "wsd", "step"] = parameter(
        "constant", symbol="schedule", meaning="course of the learning rate after the warm-up"
    )
    n_modes: int = parameter(40, symbol="d", meaning="modes i = 1..d", ge=1, le=10_000)
    capacity_exponent: float = parameter(
        1.5,
        symbol="a",
        meaning="features have variance h_i = i^-a; at 0 they are isotropic and |w*| = 1",
        ge=0,
        le=20,
    )
    signal_exponent: float = parameter(
        2.0, symbol="b", meaning="signal of a mode h_i w*_i^2 = i^-b, where a > 0", ge=-5, le=20
    )
    n_rows: int = parameter(40, symbol="m", meaning="kept rows", ge=0, le=100_000)
    fraction: float = parameter(
        0.5, symbol="f", meaning="probability of an update with a kept row", ge=0, le=1
    )
    order: Literal["with_replacement", "reshuffled"] = parameter(
        "with_replacement",
        symbol="order",
        meaning="kept rows at random, or each once in every epoch; theory is of the former",
    )
    label_noise: float = parameter(
        0.25, symbol="s^2", meaning="variance of the noise on the labels", ge=0, le=1e12
    )
    data_set: int = parameter(
        0,
        symbol="set",
        meaning="which draw of the kept rows, their noise and the teacher's signs: one for all "
        "replicas",
        ge=0,
        le=10**9,
    )

    @model_validator(mode="after")
    def _has_rows(self) -> RepeatedSgdParameters:
        if self.fraction > 0.0 and self.n_rows == 0:
            raise ValueError(f"fraction = {self.fraction:g} needs n_rows >= 1")
        if self.n_rows * self.n_modes > 10**7:
            raise ValueError(
                f"n_rows * n_modes = {self.n_rows * self.n_modes} numbers do not fit; at most 10^7"
            )
        return self
