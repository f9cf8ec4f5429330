"""Parameters of SGD on sources in sequence."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.scheduled_sgd.declarations import LeastSquares
from toysim.records import Recorded

OLD_STEPS, NEW_STEPS = 1000, 1000


class MixtureParameters(LeastSquares, Recorded):
    """Two sources or more, their shifts, stages with replay, and the schedules of the stages."""

    n_sources: int = parameter(2, symbol="K", meaning="sources, one a stage", ge=2, le=64)
    n_steps_old: int = parameter(
        OLD_STEPS, symbol="T_1", meaning="updates on the first of two sources", ge=1, le=10**7
    )
    n_steps_new: int = parameter(
        NEW_STEPS, symbol="T_2", meaning="updates of the second stage of two", ge=1, le=10**7
    )
    source_steps: int = parameter(
        0, symbol="T", meaning="updates of every stage of more than two", ge=0, le=10**6
    )
    replay: float = parameter(
        0.0, symbol="p", meaning="share of a stage's samples from earlier sources", ge=0, le=1
    )
    similarity: float = parameter(
        1.0,
        symbol="rho",
        meaning="teachers w* (rho +- sqrt(1 - rho^2)), w* itself for the first of two: rho is the "
        "cosine with w* where the signs average out",
        ge=-1,
        le=1,
    )
    input_shift: float = parameter(
        0.0,
        symbol="k",
        meaning="input variances h e^(+-k), of the same sum; h itself for the first of two",
        ge=0,
        le=20,
    )
    learning_rate_old: float = parameter(
        0.2,
        symbol="eta_1",
        meaning="peak rate of the first stage, and of more than two",
        gt=0,
        le=1e6,
    )
    learning_rate_new: float = parameter(
        0.2, symbol="eta_2", meaning="peak rate of the second stage of two", gt=0, le=1e6
    )
    schedule_old: Literal["constant", "linear", "cosine", "infinite"] = parameter(
        "cosine",
        symbol="schedule",
        meaning="course of the rate, anew in every stage of more than two; infinite runs over all",
    )
    schedule_new: Literal["constant", "linear", "cosine"] = parameter(
        "cosine", symbol="schedule_2", meaning="course of the rate in the second stage of two"
    )
    rewarm: bool = parameter(
        True, symbol="rewarm", meaning="else the second stage of two is at rate_floor throughout"
    )
    rate_floor: float = parameter(
        0.02, symbol="eta_f", meaning="rate of a second stage without re-warming", gt=0, le=1e6
    )
    warmup_steps: int = parameter(
        0, symbol="T_w", meaning="updates of linear warm-up of a schedule", ge=0
    )
    cooldown_steps: int = parameter(
        0, symbol="T_c", meaning="updates in which infinite cools down", ge=0
    )
    constant_share: float = parameter(
        0.25, symbol="q", meaning="share of the peak that infinite keeps", ge=0, le=1
    )
    anneal_steps: int = parameter(0, symbol="T_d", meaning="last updates of infinite", ge=0)
    anneal_share: float = parameter(
        0.01, symbol="f", meaning="share of the kept rate that infinite ends at", gt=0, le=1
    )

    @property
    def stages(self) -> tuple[int, ...]:
        """Updates of every stage."""
        if self.n_sources == 2:
            return self.n_steps_old, self.n_steps_new
        return (self.source_steps,) * self.n_sources

    @model_validator(mode="after")
    def _stages_are_told_once(self) -> MixtureParameters:
        two = (self.n_steps_old, self.n_steps_new) == (OLD_STEPS, NEW_STEPS)
        if self.n_sources == 2 and self.source_steps:
            raise ValueError("source_steps is for n_sources > 2; give n_steps_old and n_steps_new")
        if self.n_sources > 2 and not two:
            raise ValueError("n_steps_old and n_steps_new are for two sources; give source_steps")
        if self.n_sources > 2 and not self.source_steps:
            raise ValueError(f"n_sources = {self.n_sources} needs source_steps >= 1")
        return self

    @model_validator(mode="after")
    def _phases_fit(self) -> MixtureParameters:
        infinite = self.schedule_old == "infinite"
        phases = self.warmup_steps + infinite * (self.cooldown_steps + self.anneal_steps)
        room = sum(self.stages) if infinite else min(self.stages)
        if phases > room:
            raise ValueError(f"the phases of the schedule take {phases} updates of {room}; shorten")
        return self
