"""Parameters of the perceptron in field space: magnetisations that learn one task."""

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
from toysim.models.perceptron.samplers.parameters import MagnetisationParameters
from toysim.models.perceptron.samplers.sizes import check_patterns


class FieldSpaceParameters(MagnetisationParameters):
    """Load, inverse temperature and prior; which ensemble, and which of its saddle points."""

    alpha: float = parameter(
        1.0,
        symbol="alpha",
        meaning="patterns per weight; alpha * size is rounded to whole patterns",
        ge=0,
        le=100,
    )
    beta: float = parameter(
        5.0, symbol="beta", meaning="inverse temperature of the loss", gt=0, le=1000
    )
    kl: float = parameter(
        0.0,
        symbol="kl",
        meaning="weight of the divergence from the uniform prior, in units of the loss",
        ge=0,
        le=100,
    )
    ensemble: Literal["free", "fixed"] = parameter(
        "free", symbol="ensemble", meaning="self-overlap free, or fixed at target_self_overlap"
    )
    target_self_overlap: float = parameter(
        0.8, symbol="Q*", meaning="self-overlap of the fixed ensemble", ge=1e-4, le=1 - 1e-6
    )
    branch: Literal["equilibrium", "low", "high"] = parameter(
        "equilibrium",
        symbol="branch",
        meaning="saddle point: larger free entropy, or the one reached from overlap 0 (low) or "
        "from the teacher (high)",
    )

    patterns: Matrix = given_patterns()
    teacher: Vector = given_signs("W", "teacher")

    @model_validator(mode="after")
    def _size_fits(self) -> FieldSpaceParameters:
        check_patterns(self.size, self.alpha)
        check_patterns_given("patterns", self.patterns, self.size, self.alpha, "alpha")
        check_signs("teacher", self.teacher, self.size)
        return self
