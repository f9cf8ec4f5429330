"""Parameters of the diagonal linear network."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.records import Recorded

MAX_ENTRIES = 10**7


class DiagonalLinearParameters(Recorded):
    """Data, start and descent; steps that diverge are allowed, and say so."""

    descent: Literal["stochastic", "cyclic", "full"] = parameter(
        "stochastic",
        symbol="descent",
        meaning="one sample an update, with replacement or in turn; or the mean over all",
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
    inputs: Matrix = parameter(
        (), symbol="X", meaning="features of every sample, in place of normal ones"
    )
    labels: Vector = parameter(
        (), symbol="y", meaning="label of every sample, in place of those of the true weights"
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

    @model_validator(mode="after")
    def _data_fit(self) -> DiagonalLinearParameters:
        n, d = self.n_samples, self.n_features
        if self.inputs and [len(x) for x in self.inputs] != [d] * n:
            raise ValueError(
                f"inputs has {len(self.inputs)} rows of {sorted({len(x) for x in self.inputs})} "
                f"values; give {n} rows (n_samples) of {d} (n_features)"
            )
        if self.labels and len(self.labels) != n:
            raise ValueError(f"labels has {len(self.labels)} values; give n_samples = {n} of them")
        return self
