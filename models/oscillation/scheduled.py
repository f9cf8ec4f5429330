"""Parameters of runs whose learning rate follows a schedule; the models add which schedules they
know.
"""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.oscillation.recorded import RecordedParameters


class ScheduledParameters(RecordedParameters):
    """Peak rate, length, warm-up and decay of a run, and how often it is recorded."""

    learning_rate: float = parameter(
        0.1, symbol="eta", meaning="learning rate at its peak", gt=0, le=1e6
    )
    n_steps: int = parameter(1000, symbol="T", meaning="updates", ge=1, le=10**7)
    warmup_steps: int = parameter(
        0, symbol="T_w", meaning="updates of linear warm-up at the beginning", ge=0
    )
    decay_steps: int = parameter(
        0, symbol="T_d", meaning="last updates in which wsd, step and greedy decay", ge=0
    )
    final_share: float = parameter(
        0.0, symbol="f", meaning="last learning rate as a share of the peak", ge=0, le=1
    )

    @model_validator(mode="after")
    def _phases_fit(self) -> ScheduledParameters:
        if self.warmup_steps + self.decay_steps > self.n_steps:
            raise ValueError(
                f"warmup_steps + decay_steps = {self.warmup_steps} + {self.decay_steps} exceed "
                f"n_steps = {self.n_steps}; shorten them or raise n_steps"
            )
        return self
