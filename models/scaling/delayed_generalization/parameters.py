"""Parameters of delayed generalization."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording

MOST_NUMBERS = 10**7  # of a data set: 80 MB


class DelayedGeneralizationParameters(Recorded):
    """Sizes of the data set, the tolerance, and the span of time that is recorded."""

    n_features: int = parameter(180, symbol="d", meaning="features", ge=1, le=10_000)
    n_samples: int = parameter(200, symbol="N", meaning="samples, without noise", ge=1, le=100_000)
    tolerance: float = parameter(
        0.01, symbol="eps", meaning="a residual is accurate if its square is below", gt=0, le=1e6
    )
    first_time: float = parameter(
        0.01, symbol="t_1", unit="1/rate", meaning="time of the first record", gt=0, le=1e12
    )
    final_time: float = parameter(
        1000.0, symbol="t_R", unit="1/rate", meaning="time of the last record", gt=0, le=1e12
    )
    n_records: int = recording(1)

    @model_validator(mode="after")
    def _fits(self) -> DelayedGeneralizationParameters:
        numbers = self.n_features * self.n_samples
        if numbers > MOST_NUMBERS:
            raise ValueError(
                f"n_features * n_samples = {numbers} numbers do not fit; "
                f"at most {MOST_NUMBERS}: lower one of them"
            )
        if self.first_time > self.final_time:
            raise ValueError(
                f"first_time = {self.first_time:g} is after final_time = {self.final_time:g}; "
                "lower it"
            )
        return self
