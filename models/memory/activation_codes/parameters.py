"""Parameters of activation codes."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import Parameters, parameter


class ActivationCodesParameters(Parameters):
    """Points, units and prototypes."""

    dimension: int = parameter(10, symbol="d", meaning="coordinates of a point", ge=2, le=1000)
    n_units: int = parameter(16, symbol="n", meaning="random units", ge=1, le=4096)
    n_points: int = parameter(300, symbol="M", meaning="points", ge=2, le=100_000)
    n_prototypes: int = parameter(
        0, symbol="C", meaning="prototypes that points lie around by turns; 0: none", ge=0, le=1000
    )
    spread: float = parameter(
        0.8,
        symbol="spread",
        meaning="standard deviation of a point from its prototype, a coordinate",
        ge=0,
        le=1e6,
    )

    @model_validator(mode="after")
    def _fits(self) -> ActivationCodesParameters:
        if self.n_prototypes == 1:
            raise ValueError("n_prototypes = 1: give 0, or 2 and more to choose between")
        if self.n_points * max(self.n_units, self.dimension) > 2 * 10**8:
            raise ValueError("n_points times n_units or dimension: at most 2e8 numbers")
        return self
