"""Parameters of two tasks in a row on binary weights."""

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
from toysim.models.perceptron.samplers.parameters import BinaryParameters


class ContinualBinaryParameters(BinaryParameters):
    """Loads of the two tasks, overlap of their teachers, and the coupling to the first solution."""

    alpha_1: float = parameter(
        0.8,
        symbol="alpha_1",
        meaning="patterns of task 1 per weight; alpha_1 * size is rounded",
        ge=0,
        le=1e3,
    )
    alpha_2: float = parameter(
        0.6,
        symbol="alpha_2",
        meaning="patterns of task 2 per weight; alpha_2 * size is rounded",
        ge=0,
        le=1e3,
    )
    task_overlap: float = parameter(
        0.5, symbol="r0", meaning="overlap of the two teachers", ge=-1, le=1
    )
    coupling: float = parameter(
        0.3, symbol="x", unit="nat", meaning="field along the first task's reference", ge=-20, le=20
    )

    branch: Literal["equilibrium", "low", "high"] = parameter(
        "equilibrium",
        symbol="branch",
        meaning="saddle point of task 2: larger free entropy, the one reached from overlap 0, or "
        "teacher 2 itself",
    )
    patterns_1: Matrix = given_patterns("xi_1", "patterns of task 1, +-1")
    patterns_2: Matrix = given_patterns("xi_2", "patterns of task 2, +-1")
    teachers: Matrix = given_teachers()

    @model_validator(mode="after")
    def _given_fit(self) -> ContinualBinaryParameters:
        check_patterns_given("patterns_1", self.patterns_1, self.size, self.alpha_1, "alpha_1")
        check_patterns_given("patterns_2", self.patterns_2, self.size, self.alpha_2, "alpha_2")
        check_teachers(self)
        return self

    @model_validator(mode="after")
    def _size_fits(self) -> ContinualBinaryParameters:
        self.check_size(self.alpha_1, self.alpha_2)
        if self.sampler == "enumeration" and self.branch != "equilibrium":
            raise ValueError(
                f"branch = {self.branch} is for message passing: all configurations are one "
                "measure; give branch = equilibrium"
            )
        return self
