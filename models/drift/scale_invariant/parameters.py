"""Parameters of the scale-invariant learner."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded


class ScaleInvariantParameters(Recorded):
    """Size, rate, what is done to the norm, and how the target moves."""

    dimension: int = parameter(200, symbol="d", meaning="inputs", ge=3, le=10**6)
    rate: float = parameter(1.0, symbol="gamma", meaning="learning rate times d", gt=0, le=1e4)
    noise: float = parameter(
        0.25, symbol="sigma^2", meaning="variance of the noise on the labels", ge=0, le=1e6
    )
    norm: Literal["grow", "project"] = parameter(
        "grow", symbol="norm", meaning="norm of the weights: left alone, or back to 1 after updates"
    )
    normalised: bool = parameter(
        True, symbol="normalised", meaning="false: plain linear regression from w = 0"
    )
    decay: float = parameter(
        0.0, symbol="kappa", meaning="weight decay, as decay_kind says", ge=0, le=1e6
    )
    decay_kind: Literal["coupled", "independent"] = parameter(
        "coupled",
        symbol="kind",
        meaning="an update takes gamma kappa/d off the weights, or kappa/d whatever the rate",
    )
    schedule: Literal["constant", "greedy"] = parameter(
        "constant",
        symbol="schedule",
        meaning="greedy: the effective rate (1 - c^2)/(c S) that gains most, at most gamma",
    )
    drift: float = parameter(
        0.0, symbol="delta", meaning="the target turns by sqrt(2 delta/d) an update", ge=0, le=1e6
    )
    task_length: float = parameter(
        0.0,
        symbol="L",
        unit="updates/d",
        meaning="a fresh target at random after so long; 0 for none",
        ge=0,
        le=1e6,
    )
    duration: float = parameter(
        20.0, symbol="tau", unit="updates/d", meaning="length of the run", ge=0, le=1e5
    )
    explicit: bool = parameter(
        False, symbol="explicit", meaning="update vectors of d numbers, not the chain of two"
    )

    @model_validator(mode="after")
    def _one_learner(self) -> ScaleInvariantParameters:
        if self.schedule == "greedy" and self.norm != "project":
            raise ValueError("schedule = 'greedy' needs norm = 'project': there the rate is set")
        moved = [n for n in ("decay", "drift", "task_length") if getattr(self, n) > 0.0]
        moved += ["norm"] if self.norm == "project" else []
        if not self.normalised and moved:
            raise ValueError(
                f"{moved[0]} is for normalised = true; the plain learner has none of "
                "decay, drift, task_length and norm = 'project'"
            )
        return self

    @model_validator(mode="after")
    def _within_bounds(self) -> ScaleInvariantParameters:
        d = self.dimension
        if not 2.0 * self.drift < d:
            raise ValueError(f"drift = {self.drift:g}: below d/2 = {d / 2:g}")
        share = self.decay * (self.rate if self.decay_kind == "coupled" else 1.0)
        if not share < d:
            raise ValueError(f"decay = {self.decay:g} takes all of the weights; lower it")
        if self.duration * d > 1e9:
            raise ValueError(f"duration * dimension = {self.duration * d:g} updates; at most 1e9")
        if self.task_length > 0.0 and self.task_length * d < 0.5:
            raise ValueError(f"task_length = {self.task_length:g} is no update; at least 1/d")
        return self
