"""Parameters of ridge regression in high dimension."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter

MOST_DENSE = 5000  # rows or columns of a matrix that is drawn and solved


def samples(p: Any) -> Any:
    """n = round(alpha d), at least 1: of one row's parameters, or of columns of a batch."""
    import numpy as np

    n = np.maximum(np.rint(p.sample_ratio * p.dimension), 1.0)
    return n.astype(np.int64) if isinstance(n, np.ndarray) else int(n)


def features(p: Any) -> int:
    """p' = round(psi d), at least 1."""
    return int(max(round(p.feature_ratio * p.dimension), 1))


class RidgeParameters(Parameters):
    """Sizes, penalty, noise, and the law of the regressors."""

    dimension: int = parameter(
        200, symbol="d", meaning="inputs, or modes of a power law", ge=2, le=1_000_000
    )
    sample_ratio: float = parameter(
        1.5, symbol="alpha", meaning="samples per input n/d; n is rounded", gt=0, le=100
    )
    penalty: float = parameter(
        0.1,
        symbol="lambda",
        meaning="factor of |w|^2 beside the sum of squared residuals; 0 is the least-norm fit",
        ge=0,
        le=1e6,
    )
    label_noise: float = parameter(
        0.1, symbol="sigma^2", meaning="variance of the noise on the labels", ge=0, le=1e6
    )
    signal: float = parameter(
        1.0, symbol="rho", meaning="variance of the teacher's output, |w*|^2/d", gt=0, le=1e6
    )
    design: Literal["isotropic", "power_law", "random_features"] = parameter(
        "isotropic",
        symbol="design",
        meaning="regressors: x/sqrt(d); modes of variance i^-p; phi(F x/sqrt(d))/sqrt(p')",
    )
    capacity: float = parameter(
        1.5, symbol="p", meaning="power law: variance of mode i is i^-p", ge=0, le=10
    )
    source: float = parameter(
        2.0, symbol="c", meaning="power law: explained variance of mode i is i^-c", ge=0, le=20
    )
    activation: Literal["erf", "tanh", "relu"] = parameter(
        "erf", symbol="phi", meaning="of the random features, less its mean over a normal number"
    )
    feature_ratio: float = parameter(
        1.5, symbol="psi", meaning="random features per input p'/d; p' is rounded", gt=0, le=50
    )
    feature_draw: int = parameter(
        0,
        symbol="F",
        meaning="which draw of teacher and features: one for all replicas",
        ge=0,
        le=10**9,
    )
    method: Literal["auto", "law", "dense"] = parameter(
        "auto",
        symbol="method",
        meaning="isotropic: a bidiagonal design of the same law, O(d), or the matrix itself",
        stream=False,
    )

    @property
    def by_law(self) -> bool:
        """Whether the bidiagonal form is drawn."""
        return self.design == "isotropic" and self.method != "dense"

    @model_validator(mode="after")
    def _fits(self) -> RidgeParameters:
        if self.method == "law" and self.design != "isotropic":
            raise ValueError(f"method = law needs design = isotropic, not {self.design}")
        if self.design == "power_law" and self.signal != 1.0:
            raise ValueError(
                f"signal = {self.signal:g} is unused with design = power_law: "
                "source says what each mode explains; leave it at 1"
            )
        return self
