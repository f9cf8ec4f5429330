"""Parameters of a switch between two tasks."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import model_validator

from toysim.model import Vector, parameter
from toysim.records import Recorded, recording


class StabilityGapParameters(Recorded):
    """The tasks' features, what is held of the old one, and the descent."""

    n_records: int = recording(101)
    method: Literal["replay", "gem", "projection", "l2", "ewc", "ewc_full"] = parameter(
        "replay",
        symbol="method",
        meaning="what is held of the old task: its loss, its gradient where they conflict, its "
        "direction, or a quadratic penalty: A = 1, the diagonal of x1 x1', or x1 x1'",
    )
    labels: Literal["residual", "same"] = parameter(
        "residual",
        symbol="labels",
        meaning="the new residual as given, or both labels 1: E = 1 - c sqrt(g2/g1)",
    )
    overlaps: Vector = parameter(
        (0.5,), symbol="c", meaning="cosines of old and new features, one a pair of directions"
    )
    residuals: Vector = parameter(
        (1.0,), symbol="E", meaning="minus the new task's residual at first, one a pair"
    )
    replay_weight: float = parameter(
        0.5,
        symbol="alpha",
        meaning="weight of the old loss in replay; the new 1 - alpha",
        ge=0,
        le=1,
    )
    old_curvature: float = parameter(1.0, symbol="g1", meaning="|x1|^2", ge=0.01, le=100)
    new_curvature: float = parameter(1.0, symbol="g2", meaning="|x2|^2", ge=0.01, le=100)
    strength: float = parameter(
        1.0, symbol="lambda", meaning="of the penalty in l2, ewc and ewc_full", ge=0, le=1e6
    )
    angle: float = parameter(
        0.0,
        symbol="phi",
        unit="rad",
        meaning="by which the axes of ewc are turned from x1, away from x2",
        ge=-math.pi / 2,
        le=math.pi / 2,
    )
    learning_rate: float = parameter(
        0.01, symbol="eta", meaning="step of the descent", ge=1e-12, le=1e6
    )
    momentum: float = parameter(0.0, symbol="beta", meaning="of the heavy ball", ge=0, le=0.999)
    n_steps: int = parameter(5000, symbol="T", meaning="steps", ge=1, le=100_000)

    @model_validator(mode="after")
    def _pairs_fit(self) -> StabilityGapParameters:
        n = len(self.overlaps)
        if not 1 <= n <= 100:
            raise ValueError(f"overlaps has {n} pairs; give 1 to 100")
        if self.labels == "residual" and len(self.residuals) != n:
            raise ValueError(
                f"residuals has {len(self.residuals)} values, overlaps {n}; give one a pair, or "
                "labels = 'same'"
            )
        for c in self.overlaps:
            if not -1.0 <= c <= 1.0:
                raise ValueError(f"overlaps: {c:g} is no cosine; give values in -1..1")
        for e in self.residuals:
            if abs(e) > 100.0:
                raise ValueError(
                    f"residuals: {e:g} is beyond 100; scale the labels: the gap grows as E^2"
                )
        return self

    @model_validator(mode="after")
    def _momentum_fits(self) -> StabilityGapParameters:
        if self.momentum > 0.0 and self.method in ("gem", "projection"):
            raise ValueError(
                f"momentum = {self.momentum:g}: method {self.method} corrects single gradients; "
                "set momentum = 0"
            )
        return self
