"""Parameters of the stagewise search."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.scheduled_sgd.declarations import LeastSquares

MOST_PIECES = 64
MOST_TRIED = 10**9  # rates x updates x modes: a second or so


class StagedParameters(LeastSquares):
    """Stages, trials, and what a rate is chosen by."""

    n_steps: int = parameter(1000, symbol="T", meaning="updates", ge=1, le=10**6)
    stage_steps: int = parameter(
        100, symbol="tau", meaning="updates of a stage, which has one rate", ge=1, le=10**6
    )
    trial_steps: int = parameter(
        10, symbol="tau'", meaning="updates of a trial of forecast or trial", ge=1, le=10**6
    )
    n_rates: int = parameter(40, symbol="n", meaning="rates tried, in equal ratios", ge=2, le=10**4)
    rate_low: float = parameter(0.001, symbol="eta_l", meaning="smallest of them", gt=0, le=1e6)
    rate_high: float = parameter(0.5, symbol="eta_h", meaning="largest of them", gt=0, le=1e6)
    evaluation: Literal["exact", "forecast", "trial"] = parameter(
        "exact",
        symbol="evaluation",
        meaning="the loss after the stage; its forecast from a trial; the loss after the trial",
    )

    pieces: bool = parameter(
        False,
        symbol="pieces",
        meaning="whether theory has the best constant rates of all stages at once too",
        stream=False,
    )

    @model_validator(mode="after")
    def _pieces_are_few(self) -> StagedParameters:
        stages = self.n_steps // self.stage_steps
        if self.pieces and stages > MOST_PIECES:
            raise ValueError(
                f"pieces = true searches {stages} rates at once; at most {MOST_PIECES}: raise "
                "stage_steps"
            )
        return self

    @model_validator(mode="after")
    def _stages_fit(self) -> StagedParameters:
        if self.n_steps % self.stage_steps:
            divisors = [n for n in range(1, self.n_steps + 1) if self.n_steps % n == 0]
            near = [max(n for n in divisors if n < self.stage_steps)]
            near += [n for n in divisors if n > self.stage_steps][:1]
            raise ValueError(
                f"n_steps = {self.n_steps} is not a multiple of stage_steps = {self.stage_steps}; "
                f"use {' or '.join(map(str, near))}"
            )
        if self.evaluation != "exact" and self.trial_steps > self.stage_steps:
            raise ValueError(
                f"trial_steps = {self.trial_steps} exceeds stage_steps = {self.stage_steps}; "
                "shorten the trial"
            )
        if self.evaluation == "forecast" and self.trial_steps < 3:
            raise ValueError("three unknowns need trial_steps >= 3")
        return self

    @model_validator(mode="after")
    def _rates_rise(self) -> StagedParameters:
        if not self.rate_low < self.rate_high:
            raise ValueError("rate_low must be below rate_high")
        if self.n_rates * self.n_steps * self.n_modes > MOST_TRIED:
            raise ValueError(
                "n_rates x n_steps x n_modes is above 1e9, seconds of trials; take fewer"
            )
        return self
