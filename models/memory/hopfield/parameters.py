"""Parameters of the Hopfield model."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.memory.hopfield.sizes import n_patterns
from toysim.records import Recorded


class HopfieldParameters(Recorded):
    """Size, load, temperature, and how a run begins and goes on."""

    size: int = parameter(500, symbol="N", meaning="neurons", ge=10, le=20_000)
    alpha: float = parameter(
        0.05, symbol="alpha", meaning="patterns over neurons; at least one pattern", ge=0, le=10
    )
    temperature: float = parameter(0.0, symbol="T", meaning="temperature", ge=0, le=10)
    start: Literal["pattern", "mixture", "random"] = parameter(
        "pattern",
        symbol="start",
        meaning="the first pattern, the majority of the first three, or neurons at random",
    )
    dynamics: Literal["sequential", "parallel"] = parameter(
        "sequential",
        symbol="dynamics",
        meaning="a neuron drawn at random, or all at once: at T > 0 that ends in another state",
    )
    n_sweeps: int = parameter(
        60, symbol="sweeps", meaning="sweeps, each of N updates", ge=2, le=10**6
    )

    @model_validator(mode="after")
    def _fits(self) -> HopfieldParameters:
        p = n_patterns(self.size, self.alpha)
        if p * self.size > 10**8:
            raise ValueError(f"{p} patterns of {self.size} neurons do not fit; at most 1e8 numbers")
        if self.start == "mixture" and p < 3:
            raise ValueError(f"start = 'mixture' needs three patterns; size * alpha gives {p}")
        return self
