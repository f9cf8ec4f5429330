"""Parameters of concepts."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Vector, parameter
from toysim.records import Recorded, recording


class ConceptsParameters(Recorded):
    """Signals, classes, mask and start."""

    signals: Vector = parameter(
        (1.0, 0.5), symbol="sigma", meaning="concept signals, two numbers from 0.05 to 10"
    )
    class_weights: Vector = parameter(
        (1.0, 1.0, 1.0, 0.0),
        symbol="p",
        meaning="weights of the classes 00, 01, 10, 11, of which z = (-1,-1) is 00; relative",
    )
    mask: float = parameter(
        0.0,
        symbol="q",
        meaning="probability that a token of the prompt is masked, set to 0",
        ge=0,
        le=0.95,
    )
    width: int = parameter(20, symbol="H", meaning="hidden units", ge=2, le=1000)
    start_strength: float = parameter(
        1e-4,
        symbol="K0",
        meaning="singular values of the map W2 W1 at the start",
        ge=1e-14,
        le=0.04,
    )
    orientation: Literal["aligned", "random"] = parameter(
        "aligned",
        symbol="orientation",
        meaning="map at the start: K0 times the identity, or a random orthogonal matrix",
    )
    learning_rate: float = parameter(
        0.002, symbol="eta", meaning="step of descent", ge=1e-5, le=0.01, stream=False
    )
    duration: float = parameter(
        36.0, symbol="T", unit="flow time", meaning="length of the run", ge=0.1, le=1000
    )
    n_records: int = recording(2)

    @model_validator(mode="after")
    def _fits(self) -> ConceptsParameters:
        if len(self.signals) != 2 or not all(0.05 <= s <= 10.0 for s in self.signals):
            raise ValueError(f"signals = {self.signals}: give two numbers from 0.05 to 10")
        weights = self.class_weights
        if len(weights) != 4 or min(weights) < 0.0 or not 0.0 < sum(weights) < 1e6:
            told = ",".join(f"{w:g}" for w in weights)
            raise ValueError(
                f"class_weights = ({told}): give four weights for 00, 01, 10, 11, not all zero"
            )
        return self
