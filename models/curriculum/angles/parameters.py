"""Parameters of sequences by angle concentration."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording

MOST_NUMBERS = 10**8


class AnglesParameters(Recorded):
    """Tokens, the error at the start, and the order of concentrations."""

    dim: int = parameter(16, symbol="d", meaning="inputs", ge=2, le=100_000)
    n_tokens: int = parameter(8, symbol="m", meaning="tokens of a sequence", ge=1, le=100_000)
    learning_rate: float = parameter(0.5, symbol="eta", meaning="learning rate", gt=0, le=1e3)
    noise_variance: float = parameter(
        0.04, symbol="sigma^2", meaning="variance of the label noise", ge=0, le=1e6
    )
    n_sequences: int = parameter(60, symbol="T", meaning="sequences, one an update", ge=1, le=10**6)
    concentration_low: float = parameter(
        0.05, symbol="c_0", meaning="least concentration", ge=0, le=1
    )
    concentration_high: float = parameter(
        0.95, symbol="c_1", meaning="largest concentration; even steps between", ge=0, le=1
    )
    order: Literal["high_first", "low_first", "shuffled"] = parameter(
        "high_first", symbol="order", meaning="order of the concentrations"
    )
    shuffle: int = parameter(
        1, symbol="k", meaning="number of the shuffled order, which replicas share", ge=1
    )
    start_along: float = parameter(
        1.0,
        symbol="p0^2",
        meaning="squared error along the common direction at the start",
        ge=0,
        le=1e6,
    )
    start_across: float = parameter(
        4.0, symbol="q0", meaning="squared error across it at the start", ge=0, le=1e6
    )
    n_records: int = recording(61)

    @model_validator(mode="after")
    def _fits(self) -> AnglesParameters:
        low, high = self.concentration_low, self.concentration_high
        if low > high:
            raise ValueError(
                f"concentration_low = {low:g} exceeds concentration_high = {high:g}: swap them"
            )
        numbers = self.n_sequences * self.n_tokens * (self.dim + 1)
        if numbers > MOST_NUMBERS:
            raise ValueError(
                f"n_sequences, n_tokens and dim take {numbers} normal numbers, allowed up to "
                f"{MOST_NUMBERS}; give less of them"
            )
        return self
