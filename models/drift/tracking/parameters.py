"""Parameters of tracking."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded


class TrackingParameters(Recorded):
    """How the target moves, and how the gain is set."""

    target: Literal["walk", "switch"] = parameter(
        "walk", symbol="target", meaning="small steps always, or now and then a new value"
    )
    drift: float = parameter(
        0.01, symbol="q", meaning="variance of a step of the walk", ge=0, le=1e6
    )
    switch_probability: float = parameter(
        0.01, symbol="p", meaning="probability of a new value in an update", ge=0, le=1
    )
    switch_variance: float = parameter(
        10.0,
        symbol="V",
        meaning="variance of the values switched to, and of the first",
        ge=0,
        le=1e6,
    )
    noise: float = parameter(
        1.0, symbol="s^2", meaning="variance of the noise on what is seen", gt=0, le=1e6
    )
    rule: Literal["fixed", "decaying", "regulated", "bayes"] = parameter(
        "fixed",
        symbol="rule",
        meaning="gain g, 1/(t + 2), or set by the mean square of errors seen; bayes: the mean "
        "given all that was seen, which knows q or p, V and s^2",
    )
    gain: float = parameter(
        0.1, symbol="g", meaning="fixed gain; where a regulated one starts", gt=0, le=1
    )
    memory: float = parameter(
        0.02, symbol="kappa", meaning="share of the newest squared error in v", gt=0, le=1
    )
    least_gain: float = parameter(
        0.005, symbol="g_least", meaning="least regulated gain", ge=0, lt=1
    )
    seasons: int = parameter(
        0,
        symbol="season",
        unit="updates",
        meaning="q and p turn to season_factor times their value and back after so many; 0: never",
        ge=0,
        le=10**7,
    )
    season_factor: float = parameter(
        10.0,
        symbol="factor",
        meaning="factor on q and p in every other season, from the second on",
        ge=0,
        le=1e6,
    )
    n_steps: int = parameter(20_000, symbol="T", meaning="updates", ge=1, le=10**7)
    burn_in: int = parameter(
        1000, symbol="T0", meaning="updates that means leave out", ge=0, le=10**7
    )

    @model_validator(mode="after")
    def _fits(self) -> TrackingParameters:
        if self.burn_in >= self.n_steps:
            raise ValueError(f"burn_in = {self.burn_in}: below n_steps = {self.n_steps}")
        if self.rule == "regulated" and self.gain == 1.0:
            raise ValueError("gain = 1: the regulator starts at s^2/(1 - gain); take gain < 1")
        jumps = self.target == "switch" and self.seasons > 0
        if jumps and self.switch_probability * self.season_factor > 1.0:
            raise ValueError(
                f"season_factor = {self.season_factor:g}: at most 1/switch_probability = "
                f"{1.0 / self.switch_probability:g}"
            )
        return self
