"""Parameters of two tasks in a row in field space."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, parameter
from toysim.models.perceptron.given import (
    check_patterns_given,
    check_teachers,
    given_patterns,
    given_teachers,
)
from toysim.models.perceptron.samplers.parameters import MagnetisationParameters
from toysim.models.perceptron.samplers.sizes import check_patterns


class ContinualParameters(MagnetisationParameters):
    """Loads and temperatures of the tasks, their teachers' overlap, the divergence's weight."""

    alpha_1: float = parameter(
        0.5,
        symbol="alpha_1",
        meaning="patterns of task 1 per weight; alpha_1 * size is rounded",
        ge=0,
        le=100,
    )
    alpha_2: float = parameter(
        1.0,
        symbol="alpha_2",
        meaning="patterns of task 2 per weight; alpha_2 * size is rounded",
        ge=0,
        le=100,
    )
    beta_1: float = parameter(
        5.0, symbol="beta_1", meaning="inverse temperature of task 1", gt=0, le=1000
    )
    beta_2: float = parameter(
        5.0, symbol="beta_2", meaning="inverse temperature of task 2", gt=0, le=1000
    )
    gamma: float = parameter(
        1.0,
        symbol="gamma",
        meaning="weight of the divergence from the task-1 magnetisations",
        ge=0,
        le=100,
    )
    task_overlap: float = parameter(
        0.0, symbol="r0", meaning="overlap of the two teachers", ge=-1, le=1
    )
    kl: float = parameter(
        0.0,
        symbol="kl",
        meaning="weight in task 1 of the divergence from the uniform prior",
        ge=0,
        le=100,
    )
    branch_1: Literal["equilibrium", "low", "high"] = parameter(
        "equilibrium",
        symbol="branch_1",
        meaning="task-1 saddle point: larger free entropy, or the one reached from overlap 0 or "
        "from the teacher",
    )
    branch: Literal["equilibrium", "low", "high"] = parameter(
        "equilibrium",
        symbol="branch",
        meaning="task-2 saddle point: larger free entropy, or the one reached from overlap 0 or "
        "from teacher 2",
    )

    patterns_1: Matrix = given_patterns("xi_1", "patterns of task 1, +-1")
    patterns_2: Matrix = given_patterns("xi_2", "patterns of task 2, +-1")
    teachers: Matrix = given_teachers()

    @model_validator(mode="after")
    def _given_fit(self) -> ContinualParameters:
        check_patterns_given("patterns_1", self.patterns_1, self.size, self.alpha_1, "alpha_1")
        check_patterns_given("patterns_2", self.patterns_2, self.size, self.alpha_2, "alpha_2")
        check_teachers(self)
        return self

    @model_validator(mode="after")
    def _size_fits(self) -> ContinualParameters:
        check_patterns(self.size, self.alpha_1, self.alpha_2)
        return self
