"""Parameters of the strategies' competition."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.bayes_icl.urn_tasks import TwoColours
from toysim.records import Recorded, recording


class StrategiesParameters(TwoColours, Recorded):
    """Urns, complexity and the course of training."""

    n_sequences: int = parameter(
        500, symbol="n", meaning="sequences that a run averages over", ge=1, le=10**6
    )
    alpha: float = parameter(
        0.3, symbol="alpha", meaning="evidence grows as N^(1 - alpha)", ge=0, le=0.95
    )
    beta: float = parameter(0.8, symbol="beta", meaning="bits count as K^beta", ge=0.01, le=1)
    gamma: float = parameter(1.0, symbol="gamma", meaning="scale of evidence", ge=1e-4, le=1e4)
    code_bits: float = parameter(
        20.0, symbol="K_G", unit="bits", meaning="complexity of the generaliser", ge=0, le=1e9
    )
    bits_per_task: float = parameter(
        32.0, symbol="b", unit="bits", meaning="K_M = K_G + b D", gt=0, le=1e9
    )
    with_uniform: bool = parameter(
        True, symbol="U", meaning="the uniform prediction, of no bits, takes part"
    )
    training_start: float = parameter(
        10.0, symbol="N_0", unit="updates", meaning="first record", ge=1e-3, le=1e15
    )
    training_stop: float = parameter(
        1e7, symbol="N_1", unit="updates", meaning="last record", ge=1e-3, le=1e15
    )
    n_records: int = recording(61)

    @model_validator(mode="after")
    def _training_goes_on(self) -> StrategiesParameters:
        if not self.training_start < self.training_stop:
            raise ValueError(
                f"training_start = {self.training_start:g} is not before training_stop = "
                f"{self.training_stop:g}: give an earlier start"
            )
        return self
