"""Parameters of walks in a random potential."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording


class RandomPotentialParameters(Recorded):
    """Landscape, temperature, batch size and walkers."""

    disorder: Literal["binary", "gaussian", "fractional", "none"] = parameter(
        "binary", symbol="disorder", meaning="law of the forces; none: a free walk without walls"
    )
    bias: float = parameter(
        0.3,
        symbol="eps",
        meaning="binary: a step to the right has 1/2 +- eps at T eta/B = 1",
        gt=0,
        le=0.49,
    )
    force: float = parameter(
        1.0,
        symbol="force",
        meaning="standard deviation of gaussian and fractional forces",
        gt=0,
        le=100,
    )
    hurst: float = parameter(
        0.5,
        symbol="H",
        meaning="fractional: the deviation of V(x) - V(0) is force |x|^H",
        ge=0.02,
        le=0.98,
    )
    temperature: float = parameter(
        1.0, symbol="T", meaning="temperature at eta/B = 1", ge=0.01, le=1000
    )
    batch: int = parameter(1, symbol="B", meaning="batch size", ge=1, le=10_000)
    rate_rule: Literal["none", "sqrt", "linear"] = parameter(
        "none", symbol="rule", meaning="how the learning rate grows with the batch size"
    )
    n_steps: int = parameter(
        10_000, symbol="t", meaning="updates, of eta^2/B steps each", ge=10, le=10**7
    )
    n_walkers: int = parameter(100, symbol="walkers", meaning="walkers a replica", ge=1, le=10**5)
    half_width: int = parameter(600, symbol="L", meaning="sites on either side", ge=10, le=10**5)
    landscape: int = parameter(
        0,
        symbol="set",
        meaning="which draw of the landscape: one for all replicas and temperatures",
        ge=0,
        le=10**9,
    )
    n_records: int = recording(9)

    @model_validator(mode="after")
    def _affordable(self) -> RandomPotentialParameters:
        eta_squared = {"none": 1, "sqrt": self.batch, "linear": self.batch**2}[self.rate_rule]
        steps = self.n_steps * eta_squared / self.batch
        if steps * self.n_walkers > 1e11:
            raise ValueError(f"{steps * self.n_walkers:g} steps of walkers; at most 1e11")
        return self
