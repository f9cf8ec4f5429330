"""Parameters of the Franz-Parisi potential of the binary perceptron."""

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


class FranzParisiParameters(BinaryParameters):
    """Reference, load, and where on the potential: at an overlap, or at a field along it."""

    reference: Literal["solution", "planted"] = parameter(
        "solution",
        symbol="J",
        meaning="a typical solution of random labels, or the teacher of the labels",
    )
    alpha: float = parameter(
        0.5,
        symbol="alpha",
        meaning="patterns per weight; alpha * size is rounded to whole patterns",
        ge=0,
        le=1e3,
    )
    given: Literal["overlap", "field"] = parameter(
        "overlap", symbol="given", meaning="overlap with the reference given, or the field along it"
    )
    target_overlap: float = parameter(
        0.6, symbol="p", meaning="overlap with the reference, where that is given", ge=-1, le=1
    )
    field: float = parameter(
        0.0,
        symbol="x",
        unit="nat",
        meaning="field along the reference, where that is given",
        ge=-20,
        le=20,
    )
    sampler: Literal["enumeration", "message_passing"] = parameter(
        "enumeration",
        symbol="sampler",
        meaning="all configurations, or message passing on one instance",
    )
    size: int = parameter(
        15,
        symbol="N",
        meaning="weights of the instance; odd if enumerated, else 9 or more",
        ge=1,
        le=100_000,
    )

    patterns: Matrix = given_patterns(what="patterns of +-1, with their labels if not planted")
    teacher: Vector = given_signs("W", "planted reference")

    @model_validator(mode="after")
    def _sampler_fits(self) -> FranzParisiParameters:
        self.check_size(self.alpha)
        check_patterns_given("patterns", self.patterns, self.size, self.alpha, "alpha")
        check_signs("teacher", self.teacher, self.size)
        if self.sampler == "message_passing" and self.reference != "planted":
            raise ValueError(
                f"sampler = message_passing needs reference = planted (reference = "
                f"{self.reference}): typical solutions of random labels cannot be found at large "
                "size; or take sampler = enumeration"
            )
        return self
