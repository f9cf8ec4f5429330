"""Parameters of the fit with repeated rows."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording


class RepeatedFitParameters(Recorded):
    """Rows and their weights, how they are fitted, and the span of time that is recorded."""

    method: Literal["ridge", "flow", "stream"] = parameter(
        "flow",
        symbol="method",
        meaning="ridge: converged, the same at every record; flow: gradient flow on the rows; "
        "stream: on a mixture of fresh data and the repeated rows",
    )
    n_features: int = parameter(100, symbol="d", meaning="features", ge=1, le=2000)
    n_unique: int = parameter(
        150, symbol="n", meaning="rows of weight 1; stream has fresh data instead", ge=0, le=10**6
    )
    n_repeated: int = parameter(50, symbol="m", meaning="repeated rows", ge=0, le=10**6)
    repeats: float = parameter(
        4.0, symbol="R", meaning="weight of a repeated row, of ridge and flow", ge=1, le=1e6
    )
    fraction: float = parameter(
        0.5, symbol="f", meaning="share of the stream that is repeated rows", ge=0, le=1
    )
    penalty: float = parameter(
        1e-3, symbol="lambda", meaning="factor of |w|^2 beside the weighted sum", gt=0, le=1e12
    )
    signal_norm: float = parameter(
        1.0,
        symbol="W",
        meaning="|w*|^2; above 1 divide risk and label_noise by it",
        ge=0,
        le=1,
    )
    label_noise: float = parameter(
        0.25, symbol="s^2", meaning="variance of the noise on the labels", ge=0, le=1e12
    )
    first_time: float = parameter(
        0.01, symbol="t_1", unit="1/rate", meaning="time of the first record", gt=0, le=1e12
    )
    final_time: float = parameter(
        100.0, symbol="t_R", unit="1/rate", meaning="time of the last record", gt=0, le=1e12
    )
    n_records: int = recording(1)

    @model_validator(mode="after")
    def _has_rows(self) -> RepeatedFitParameters:
        if self.method == "stream" and self.fraction > 0.0 and self.n_repeated == 0:
            raise ValueError(f"fraction = {self.fraction:g} needs n_repeated >= 1")
        if self.method != "stream" and self.n_unique + self.n_repeated == 0:
            raise ValueError(f"method {self.method} needs rows: give n_unique or n_repeated")
        return self

    @model_validator(mode="after")
    def _times_rise(self) -> RepeatedFitParameters:
        if self.first_time > self.final_time:
            raise ValueError(
                f"first_time = {self.first_time:g} is after final_time = {self.final_time:g}; "
                "lower it"
            )
        return self
