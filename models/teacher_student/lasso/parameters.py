"""Parameters of the lasso in high dimension."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from toysim.model import Parameters, parameter
from toysim.models.teacher_student.sizes import refuse_large


def nonzeros(p: Any) -> int:
    """k = round(eps d) entries of the teacher."""
    k: int = round(p.density * p.dimension)
    return k


class LassoParameters(Parameters):
    """Sizes, penalties, the teacher and its noise."""

    dimension: int = parameter(400, symbol="d", meaning="inputs", ge=10, le=20_000)
    sample_ratio: float = parameter(
        0.5, symbol="alpha", meaning="samples per input n/d; n is rounded", gt=0, le=100
    )
    penalty: float = parameter(
        0.3,
        symbol="lambda",
        meaning="factor of |w|_1 beside half the sum of squares",
        ge=1e-4,
        le=100,
    )
    ridge_penalty: float = parameter(
        0.0, symbol="mu", meaning="factor of |w|^2/2 beside it", ge=0, le=100
    )
    label_noise: float = parameter(
        0.1, symbol="sigma^2", meaning="variance of the noise on labels", ge=0, le=100
    )
    signal: float = parameter(1.0, symbol="rho", meaning="|w*|^2/d, exactly", gt=0, le=100)
    density: float = parameter(
        0.1, symbol="eps", meaning="share of the teacher's entries that are not 0", gt=0, le=1
    )
    tolerance: float = parameter(
        1e-9,
        symbol="tol",
        meaning="of the solver, in shares of the largest |x_j.y|",
        ge=1e-12,
        le=0.01,
        stream=False,
    )

    @model_validator(mode="after")
    def _fits(self) -> LassoParameters:
        if nonzeros(self) == 0:
            raise ValueError(
                f"density = {self.density:g} x dimension = {self.dimension} rounds to 0 nonzeros: "
                "raise one of them"
            )
        refuse_large(self)
        return self
