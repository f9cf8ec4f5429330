"""Parameters of linear separability."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter


class SeparabilityParameters(Parameters):
    """Sizes, and who gives the labels."""

    dimension: int = parameter(80, symbol="d", meaning="inputs", ge=1, le=1000)
    sample_ratio: float = parameter(
        2.0, symbol="alpha", meaning="samples per input n/d; n is rounded", gt=0, le=20
    )
    teacher: Literal["random", "flip", "probit", "logistic"] = parameter(
        "random",
        symbol="teacher",
        meaning="labels: at random; sign(u) flipped at times; sign(u + noise); logistic in u",
    )
    strength: float = parameter(
        0.1,
        symbol="p, sqrt(Delta), gamma",
        meaning="flip: its probability, at most 0.5; probit: deviation of the noise; logistic: "
        "slope; unused for random labels",
        ge=0,
        le=100,
    )
    margin: float = parameter(
        0.0,
        symbol="kappa",
        meaning="margin of gardner_capacity: least y w.x/|w|, inputs of variance 1",
        ge=-10,
        le=30,
    )

    @model_validator(mode="after")
    def _fits(self) -> SeparabilityParameters:
        if self.teacher == "flip" and self.strength > 0.5:
            raise ValueError(
                f"strength = {self.strength:g} with teacher = flip: a probability up to 0.5"
            )
        return self
