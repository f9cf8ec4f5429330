"""Parameters of learning curves and their extrapolation."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.scaling.kernel_ridge.parameters import Spectrum, modes

FEWEST = 5  # sizes of a fit with three unknowns
MOST_SAMPLES = 100_000


class LearningCurveParameters(Spectrum):
    """Spectrum, the sizes of a data set that grows, and the penalty at each of them."""

    n_modes: int = modes(1000)
    stride: int = parameter(
        100, symbol="n_1", meaning="samples of the first size, and added at each", ge=1, le=10_000
    )
    n_sizes: int = parameter(
        10,
        symbol="K",
        meaning=f"sizes of the data set; a fit of three unknowns takes {FEWEST}",
        ge=FEWEST,
        le=1000,
    )
    regularisation: Literal["fixed", "best"] = parameter(
        "best",
        symbol="regularisation",
        meaning="the same penalty at all sizes, or at each that of the least expected test loss",
    )
    penalty: float = parameter(
        1.0,
        symbol="lambda",
        meaning="where fixed: factor of |w|^2 beside the sum of squared residuals",
        gt=0,
        le=1e12,
    )

    @model_validator(mode="after")
    def _ends(self) -> LearningCurveParameters:
        end = self.stride * self.n_sizes
        if end > MOST_SAMPLES:
            raise ValueError(
                f"stride * n_sizes = {end} samples are too many; at most {MOST_SAMPLES}"
            )
        return self
