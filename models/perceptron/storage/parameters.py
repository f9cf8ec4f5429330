"""Parameters of the binary perceptron with random labels."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.models.perceptron.given import (
    check_patterns_given,
    check_signs,
    given_patterns,
    given_signs,
)
from toysim.models.perceptron.samplers.parameters import BinaryParameters


class StorageParameters(BinaryParameters):
    """Load, margin and the field along a reference."""

    alpha: float = parameter(
        0.5,
        symbol="alpha",
        meaning="patterns per weight; alpha * size is rounded to whole patterns",
        ge=0,
        le=1e3,
    )
    margin: float = parameter(
        0.0, symbol="kappa", meaning="least label times field of a solution", ge=-10, le=10
    )
    field: float = parameter(
        0.0,
        symbol="x",
        unit="nat",
        meaning="field along a fixed random configuration",
        ge=-10,
        le=10,
    )

    patterns: Matrix = given_patterns(what="labelled patterns y x of +-1")
    reference: Vector = given_signs("k", "configuration that the field is along")

    @model_validator(mode="after")
    def _size_fits(self) -> StorageParameters:
        self.check_size(self.alpha)
        check_patterns_given("patterns", self.patterns, self.size, self.alpha, "alpha")
        check_signs("reference", self.reference, self.size)
        return self
