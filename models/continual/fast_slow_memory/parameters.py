"""Parameters of the memory on two time scales."""

from __future__ import annotations

from itertools import pairwise

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded

MOST_STEPS = 10**7


class FastSlowMemoryParameters(Recorded):
    """Traces, and when they are exposed and read."""

    fast_decay: float = parameter(
        0.9, symbol="r_f", meaning="share of the fast trace kept in a step", gt=0, lt=1
    )
    slow_decay: float = parameter(
        0.999, symbol="r_s", meaning="that of the slow trace", gt=0, le=1 - 1e-9
    )
    feed: float = parameter(
        0.05, symbol="k", meaning="share of the fast trace that a step adds to the slow", ge=0, le=1
    )
    gain: float = parameter(
        0.5, symbol="a", meaning="an exposure lifts the fast trace by a (1 - f)", ge=0, le=1
    )
    n_levels: int = parameter(
        2,
        symbol="L",
        meaning="traces; each beyond two is fed by the one before and as much slower than it as "
        "slow is than fast",
        ge=2,
        le=8,
    )
    n_exposures: int = parameter(2, symbol="n", meaning="exposures", ge=1, le=1000)
    gap: int = parameter(
        20,
        symbol="gap",
        unit="steps",
        meaning="steps from one exposure to the next; 0 is a single exposure",
        ge=0,
        le=10**5,
    )
    exposure_steps: tuple[int, ...] = parameter(
        (), symbol="t_n", unit="steps", meaning="steps of the exposures, in place of gap; rising"
    )
    lag: int = parameter(
        50,
        symbol="lag",
        unit="steps",
        meaning="steps from the last exposure to the reading",
        ge=0,
        le=10**6,
    )

    @property
    def exposures(self) -> tuple[int, ...]:
        """Steps of the exposures, rising."""
        steps = self.exposure_steps or tuple(self.gap * n for n in range(self.n_exposures))
        return steps if len(steps) < 2 or steps[1] > steps[0] else steps[:1]

    @property
    def end(self) -> int:
        """The step of the reading."""
        return self.exposures[-1] + self.lag

    @model_validator(mode="after")
    def _slow_is_slower(self) -> FastSlowMemoryParameters:
        if self.fast_decay >= self.slow_decay:
            raise ValueError(
                f"fast_decay = {self.fast_decay:g} must lie below slow_decay = "
                f"{self.slow_decay:g}; lower it"
            )
        return self

    @model_validator(mode="after")
    def _steps_rise(self) -> FastSlowMemoryParameters:
        steps = self.exposure_steps
        if steps and (steps[0] < 0 or any(b <= a for a, b in pairwise(steps))):
            raise ValueError(
                f"exposure_steps = {steps}: give whole steps from 0 on, each above the one before"
            )
        return self

    @model_validator(mode="after")
    def _ends(self) -> FastSlowMemoryParameters:
        if self.end > MOST_STEPS:
            raise ValueError(
                f"the last exposure and the lag take {self.end} steps; at most {MOST_STEPS}: lower "
                "gap or n_exposures"
            )
        return self
