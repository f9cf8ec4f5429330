"""Parameters of the binary student of a binary teacher."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter
from toysim.models.perceptron.sizes import check_enumerable, check_patterns


class TeacherStudentParameters(Parameters):
    """Load and temperature, which saddle point to show, and the sampler beside it."""

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
        meaning="saddle point of theory: larger free entropy, low or high overlap",
    )
    sampler: Literal["message_passing", "enumeration"] = parameter(
        "message_passing",
        symbol="sampler",
        meaning="message passing on one instance, or all configurations",
    )
    size: int = parameter(
        1001, symbol="N", meaning="weights of the instance; odd if enumerated", ge=1, le=100_000
    )
    n_iterations: int = parameter(
        300,
        symbol="T_max",
        meaning="most iterations of message passing",
        ge=1,
        le=10**6,
        stream=False,
    )

    @model_validator(mode="after")
    def _size_fits(self) -> TeacherStudentParameters:
        check_patterns(self.size, self.alpha)
        if self.sampler == "enumeration":
            check_enumerable(self.size)
        return self
