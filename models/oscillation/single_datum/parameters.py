"""Parameters of stochastic gradient descent on one sample with a strong and a weak feature."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded


class SingleDatumParameters(Recorded):
    """Step, in units of the strong feature's instability, feature strengths and start."""

    gamma: float = parameter(
        1.1,
        symbol="gamma",
        meaning="4 eta |u|^2 / m: unstable at the strong fit above 1",
        gt=0,
        le=100,
        stream=False,
    )
    weak_ratio: float = parameter(
        0.01, symbol="r", meaning="|v|^2 / |u|^2, weak over strong feature", gt=0, lt=1
    )
    start: Literal["given", "orbit"] = parameter(
        "given",
        symbol="start",
        meaning="strong_start as given, or at the lower point of the period-2 orbit",
    )
    strong_start: float = parameter(
        0.01, symbol="F0", meaning="strong output at the start", gt=0, le=1e6
    )
    weak_start: float = parameter(
        1e-6, symbol="V0", meaning="weak output at the start; 0 for none", ge=0, le=1e6
    )
    n_steps: int = parameter(20_000, symbol="T", meaning="updates", ge=2, le=10**10)
    n_average: int = parameter(
        1000,
        symbol="n",
        meaning="last updates, an even number of them, that averages run over",
        ge=2,
        stream=False,
    )
    n_samples: int = parameter(
        0, symbol="n_s", meaning="last strong outputs kept", ge=0, le=10**7, stream=False
    )

    @model_validator(mode="after")
    def _windows_fit(self) -> SingleDatumParameters:
        if self.n_average % 2 or self.n_average > self.n_steps:
            raise ValueError(
                f"n_average = {self.n_average} must be even (an orbit of two updates has to be "
                f"seen whole) and at most n_steps = {self.n_steps}"
            )
        if self.n_samples > self.n_average:
            raise ValueError(
                f"n_samples = {self.n_samples} exceeds n_average = {self.n_average}; lower it or "
                "raise n_average"
            )
        if self.start == "orbit" and self.gamma <= 1:
            raise ValueError(
                f"start = orbit needs gamma > 1, where there is one (gamma = {self.gamma:g}); "
                "give strong_start"
            )
        return self
