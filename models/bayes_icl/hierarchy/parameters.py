"""Parameters of the hierarchy."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter


class HierarchyParameters(Parameters):
    """The global prior, episodes and shots."""

    dim: int = parameter(2, symbol="p", meaning="parameters of a task", ge=1, le=32)
    dof: float = parameter(
        5.0, symbol="nu0", meaning="degrees of freedom of the prior of Sigma", gt=0, le=1e6
    )
    strength: float = parameter(
        1.0, symbol="k0", meaning="tasks that the prior of the mean counts for", ge=1e-3, le=1e3
    )
    n_episodes: int = parameter(100, symbol="N", meaning="episodes", ge=1, le=100_000)
    shots: int = parameter(1, symbol="n", meaning="shots of the new task", ge=1, le=10**6)
    shots_per_episode: int = parameter(
        5, symbol="m", meaning="shots of a task in an episode", ge=1, le=10**6
    )
    between_variance: float = parameter(
        0.5, symbol="tau^2", meaning="shots: variance of tasks about the global mean", gt=0, le=1e6
    )
    within_variance: float = parameter(
        1.0, symbol="s^2", meaning="shots: variance of a shot about its task", gt=0, le=1e6
    )
    prior_variance: float = parameter(
        4.0, symbol="v0", meaning="shots: prior variance of the global mean", gt=0, le=1e6
    )
    n_tests: int = parameter(
        16, symbol="n_t", meaning="new tasks that a run averages over", ge=1, le=10_000
    )
    mode: Literal["observed", "shots"] = parameter(
        "observed", symbol="mode", meaning="task vectors seen exactly, or scalar tasks by shots"
    )

    @model_validator(mode="after")
    def _covariance_has_a_mean(self) -> HierarchyParameters:
        if not self.dof > self.dim + 1:
            raise ValueError(
                f"dof = {self.dof:g}: the prior covariance has no mean, take dof > dim + 1 = "
                f"{self.dim + 1}"
            )
        return self
