"""Parameters of the diagonal linear network."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded

MAX_ENTRIES = 10**7


class DiagonalLinearParameters(Recorded):
    """Data, start and descent; steps that diverge are allowed, and say so."""

    descent: Literal["stochastic", "full"] = parameter(
        "stochastic",
        symbol="descent",
        meaning="one sample an update, with replacement; or the mean over all",
        stream=False,
    )
    learning_rate: float = parameter(
        0.01, symbol="eta", meaning="learning rate", gt=0, le=1e6, stream=False
    )
    n_samples: int = parameter(20, symbol="n", meaning="samples", ge=1, le=10**5)
    n_features: int = parameter(40, symbol="d", meaning="features, standard normal", ge=1, le=10**6)
    n_nonzero: int = parameter(
        3, symbol="k", meaning="first features with true weight 1; the others have 0", ge=0
    )
    scale: float = parameter(
        0.3, symbol="alpha", meaning="start of all w+ and w-", gt=0, le=1e3, stream=False
    )
    n_steps: int = parameter(60_000, symbol="T", meaning="updates", ge=1, le=10**7, stream=False)

    @model_validator(mode="after")
    def _sizes_fit(self) -> DiagonalLinearParameters:
        if self.n_nonzero > self.n_features:
            raise ValueError(
                f"n_nonzero = {self.n_nonzero} exceeds n_features = {self.n_features}; lower it"
            )
        if self.n_samples * self.n_features > MAX_ENTRIES:
            raise ValueError(
                f"n_samples * n_features = {self.n_samples * self.n_features:.3g} data; keep it "
                f"to {MAX_ENTRIES:.0g}"
            )
        return self
