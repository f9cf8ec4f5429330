"""Parameters of the binary student of a binary teacher."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.models.perceptron.given import (
    check_patterns_given,
    check_signs,
    given_patterns,
    given_signs,
)
from toysim.models.perceptron.samplers.parameters import BinaryParameters


class TeacherStudentParameters(BinaryParameters):
    """Load and temperature, and which saddle point to show."""

    alpha: float = parameter(
        0.5,
        symbol="alpha",
        meaning="patterns per weight; alpha * size is rounded to whole patterns",
        ge=0,
        le=1e3,
    )
    temperature: float = parameter(
        0.0,
        symbol="T",
        meaning="temperature per wrong label; 0: no wrong label is allowed",
        ge=0,
        le=1e6,
    )
    branch: Literal["equilibrium", "low", "high"] = parameter(
        "equilibrium",
        symbol="branch",
        meaning="saddle point: larger free entropy, low or high overlap; message passing starts "
        "accordingly, enumeration has the whole measure",
    )
    n_iterations: int = parameter(
        300,
        symbol="T_max",
        meaning="most iterations of message passing",
        ge=1,
        le=10**6,
        stream=False,
    )

    patterns: Matrix = given_patterns()
    teacher: Vector = given_signs("W", "teacher")

    @model_validator(mode="after")
    def _size_fits(self) -> TeacherStudentParameters:
        self.check_size(self.alpha)
        check_patterns_given("patterns", self.patterns, self.size, self.alpha, "alpha")
        check_signs("teacher", self.teacher, self.size)
        return self
