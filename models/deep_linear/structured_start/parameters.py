"""Parameters of structured starts."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording


class StructuredStartParameters(Recorded):
    """Sizes, start and task."""

    n_inputs: int = parameter(6, symbol="d", meaning="inputs", ge=1, le=512)
    width: int = parameter(30, symbol="h", meaning="hidden units", ge=1, le=4096)
    rank: int = parameter(2, symbol="r", meaning="rank of the start", ge=1, le=512)
    start_norm: float = parameter(
        math.sqrt(12.0), symbol="F", meaning="Frobenius norm of the first layer", ge=0.05, le=100
    )
    spectrum: Literal["flat", "gaussian"] = parameter(
        "flat",
        symbol="spectrum",
        meaning="equal singular values, or the largest of a normal h x d matrix, rescaled",
    )
    overlap: float = parameter(
        -1.0,
        symbol="rho",
        meaning="share of |beta|^2 in the start's row space, 0 to 1; -1: a random task",
        ge=-1,
        le=1,
    )
    teacher_norm: float = parameter(
        1.0, symbol="s", meaning="norm |beta| of the task", ge=0.05, le=20
    )
    perturbation: float = parameter(
        0.0,
        symbol="eps",
        meaning="standard deviation of noise on every weight of the start, readout too",
        ge=0,
        le=1,
    )
    learning_rate: float = parameter(
        0.005, symbol="eta", meaning="step of descent", ge=1e-5, le=0.1, stream=False
    )
    duration: float = parameter(
        400.0, symbol="T", unit="flow time", meaning="length of the run", ge=1, le=1e4
    )
    tolerance: float = parameter(
        1e-9,
        symbol="tol",
        meaning="error over the task's norm at which a run ends",
        ge=1e-12,
        le=1e-3,
        stream=False,
    )
    n_records: int = recording(2)

    @model_validator(mode="after")
    def _fits(self) -> StructuredStartParameters:
        most = min(self.n_inputs, self.width)
        if self.rank > most:
            raise ValueError(
                f"rank = {self.rank}: at most min(n_inputs, width) = {most}; lower rank or raise "
                "both"
            )
        if -1.0 < self.overlap < 0.0:
            raise ValueError(f"overlap = {self.overlap:g}: -1, or from 0 to 1")
        if self.rank == self.n_inputs and self.overlap not in (-1.0, 1.0):
            raise ValueError(
                f"overlap = {self.overlap:g}: a start of full rank has overlap 1; use overlap = -1 "
                "or a lower rank"
            )
        return self
