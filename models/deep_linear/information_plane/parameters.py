"""Parameters of the information plane."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Vector, parameter
from toysim.records import Recorded, recording


class InformationPlaneParameters(Recorded):
    """Task, start and noises."""

    strengths: Vector = parameter(
        (3.0, 2.0, 1.0, 0.0, 0.0, 0.0),
        symbol="s",
        meaning="singular values of the task, 0 to 10, one an input; zeros: irrelevant inputs",
    )
    width: int = parameter(
        10, symbol="H", meaning="hidden units, at least as many as inputs", ge=1, le=200
    )
    start_strength: float = parameter(
        1e-3,
        symbol="u0",
        meaning="square of the first layer's singular values at the start, all alike",
        ge=1e-9,
        le=10,
    )
    readout: Literal["balanced", "zero"] = parameter(
        "balanced", symbol="readout", meaning="second layer at the start: as the first, or zero"
    )
    reading_noise: float = parameter(
        0.05,
        symbol="tau^2",
        meaning="variance of the noise on each hidden unit when T is read",
        ge=1e-6,
        le=100,
    )
    label_noise: float = parameter(
        0.5, symbol="s_y^2", meaning="variance of the noise on each label", ge=1e-6, le=100
    )
    learning_rate: float = parameter(
        0.001, symbol="eta", meaning="step of descent", ge=1e-5, le=0.01, stream=False
    )
    duration: float = parameter(
        10.0, symbol="T", unit="flow time", meaning="length of the run", ge=0.1, le=1000
    )
    n_records: int = recording(41)

    @model_validator(mode="after")
    def _fits(self) -> InformationPlaneParameters:
        s = self.strengths
        if not 1 <= len(s) <= 100 or not all(0.0 <= x <= 10.0 for x in s):
            raise ValueError(f"strengths = {s}: give 1 to 100 numbers from 0 to 10")
        if self.width < len(s):
            raise ValueError(f"width = {self.width}: at least as many as strengths, {len(s)}")
        return self
