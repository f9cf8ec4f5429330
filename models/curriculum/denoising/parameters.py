"""Parameters of the denoiser."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording


class DenoisingParameters(Recorded):
    """Data, features of the level, SGD and the order of levels."""

    n_modes: int = parameter(8, symbol="d", meaning="modes of the data", ge=1, le=64)
    power: float = parameter(1.0, symbol="a", meaning="variances l_i ~ i^-a, mean 1", ge=0, le=6)
    n_features: int = parameter(
        5, symbol="K", meaning="features cos(k pi t/1000) of the level, k < K", ge=1, le=6
    )
    learning_rate: float = parameter(0.02, symbol="eta", meaning="learning rate", gt=0, le=10)
    n_steps: int = parameter(400, symbol="n", meaning="updates, a sample each", ge=1, le=10**6)
    order: Literal["joint", "easy_first", "hard_first", "one_level"] = parameter(
        "joint",
        symbol="order",
        meaning="which levels are drawn from; the easy ones have most noise",
    )
    n_clusters: int = parameter(
        5, symbol="S", meaning="stages that add levels, of easy_first and hard_first", ge=1, le=20
    )
    curriculum_share: float = parameter(
        0.6, symbol="q", meaning="share of the updates in these stages", ge=0, le=1
    )
    trained_level: int = parameter(
        500, symbol="t", meaning="level of one_level, of 0..999", ge=0, le=999
    )
    n_levels_used: int = parameter(
        100, symbol="L", meaning="levels, at t = 1000 (k + 1/2)/L rounded down", ge=1, le=1000
    )
    n_records: int = recording(41)

    @model_validator(mode="after")
    def _clusters_have_levels(self) -> DenoisingParameters:
        if self.n_clusters > self.n_levels_used:
            raise ValueError(
                f"n_clusters = {self.n_clusters} exceeds n_levels_used = {self.n_levels_used}: "
                "give fewer clusters"
            )
        return self
