"""Parameters of the best schedule."""

from __future__ import annotations

import warnings
from typing import Literal

from pydantic import model_validator

from toysim.errors import ToysimWarning
from toysim.model import parameter
from toysim.models.scheduled_sgd.declarations import LeastSquares
from toysim.records import Recorded

MOST_NUMBERS = 10**8  # n_steps x n_modes kept, 0.8 GB


class OptimalParameters(LeastSquares, Recorded):
    """Modes, noise and length; the rates are what is looked for."""

    n_steps: int = parameter(1000, symbol="T", meaning="updates", ge=1, le=10**7)
    noise: Literal["multiplicative", "additive"] = parameter(
        "multiplicative",
        symbol="noise",
        meaning="of fresh samples, or of variance s^2 h_i/B whatever the state",
    )
    rate_limit: float = parameter(
        0.0, symbol="eta_max", meaning="largest rate allowed; 0 for none", ge=0, le=1e6
    )
    checkpoint_steps: int = parameter(
        0,
        symbol="T_0",
        meaning="updates of a run with linear decay that the best schedule goes on from",
        ge=0,
        le=10**7,
    )
    checkpoint_rate: float = parameter(
        0.3, symbol="eta_0", meaning="peak rate of that run", gt=0, le=1e6
    )
    passes_limit: int = parameter(
        4000, symbol="P", meaning="most passes over all rates", ge=1, le=10**6, stream=False
    )
    start_share: float = parameter(
        0.5,
        symbol="s",
        meaning="constant rate from which the descent starts, a share of the stable one",
        gt=0,
        lt=1,
        stream=False,
    )
    law: bool = parameter(
        False, symbol="law", meaning="whether theory has the laws of the rate too", stream=False
    )

    @model_validator(mode="after")
    def _states_fit_in_memory(self) -> OptimalParameters:
        if self.n_steps * self.n_modes > MOST_NUMBERS:
            raise ValueError(
                f"n_steps x n_modes = {self.n_steps * self.n_modes:.3g} states are kept, at most "
                f"{MOST_NUMBERS:.0e}; shorten the run or take fewer modes"
            )
        return self

    @model_validator(mode="after")
    def _minimum_is_one_of_few(self) -> OptimalParameters:
        if self.noise == "multiplicative" and not self.label_noise and self.batch_size > 64:
            told = "label_noise = 0 and batch_size > 64: minima are many; this is one of them"
            warnings.warn(told, ToysimWarning, stacklevel=2)
        return self
