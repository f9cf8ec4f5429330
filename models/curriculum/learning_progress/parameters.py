"""Parameters of the teachers of a chain of tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording


class LearningProgressParameters(Recorded):
    """Tasks, what unlocks them, and the teacher."""

    n_tasks: int = parameter(20, symbol="K", meaning="tasks", ge=1, le=100_000)
    n_chain: int = parameter(
        10, symbol="K_l", meaning="learnable ones, each unlocked by the one before", ge=1, le=10_000
    )
    capacity: int = parameter(
        100, symbol="m", meaning="visits after which a task is learned out", ge=1, le=10_000
    )
    unlock_at: int = parameter(
        75, symbol="u", meaning="competence that masters a task and unlocks the next", ge=1
    )
    exploration: float = parameter(
        0.2,
        symbol="eps",
        meaning="of progress: probability that an episode takes a uniformly random task",
        ge=0,
        le=1,
    )
    reward_noise: float = parameter(
        0.0, symbol="s", meaning="standard deviation of the noise on rewards", ge=0, le=1e6
    )
    teacher: Literal["random", "progress", "oracle"] = parameter(
        "progress", symbol="teacher", meaning="how tasks are chosen"
    )
    max_episodes: int = parameter(
        10**6, symbol="T", meaning="episodes after which a run is given up", ge=1, le=10**8
    )
    n_episodes: int = parameter(
        4000, symbol="n", unit="episodes", meaning="span of the records", ge=1, le=10**8
    )
    n_records: int = recording(51)

    @model_validator(mode="after")
    def _tasks_fit(self) -> LearningProgressParameters:
        if self.n_chain > self.n_tasks:
            raise ValueError(
                f"n_chain = {self.n_chain} exceeds n_tasks = {self.n_tasks}: give more tasks"
            )
        if self.unlock_at > self.capacity:
            raise ValueError(
                f"unlock_at = {self.unlock_at} exceeds capacity = {self.capacity}: no task would "
                "ever unlock the next"
            )
        return self
