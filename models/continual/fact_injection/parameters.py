"""Parameters of a fact in a stream."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded

MOST_WORDS = 10**7  # numbers of all wordings


class FactInjectionParameters(Recorded):
    """Background, fact, and when and how it is presented."""

    n_modes: int = parameter(64, symbol="d", meaning="modes i = 1..d", ge=1, le=10**6)
    capacity_exponent: float = parameter(
        1.5, symbol="a", meaning="background inputs have variance h_i = i^-a", ge=0, le=10
    )
    fact_exponent: float = parameter(
        1.5, symbol="b", meaning="the fact's components have squares i^-b", ge=0, le=10
    )
    learning_rate: float = parameter(
        0.2, symbol="eta", meaning="learning rate of the background", gt=0, le=100
    )
    batch: int = parameter(1, symbol="B", meaning="background samples an update", ge=1, le=10**6)
    noise: float = parameter(
        0.05, symbol="s^2", meaning="variance of the noise on background labels", ge=0, le=1e6
    )
    start_error: float = parameter(
        0.0, symbol="E_0", meaning="mean |delta|^2 at the start, of normal delta", ge=0, le=1e6
    )
    strength: float = parameter(
        0.6, symbol="kappa", meaning="share of the way to its label an injection goes", gt=0, le=2
    )
    count: int = parameter(
        1, symbol="n", meaning="injections, those beyond the last update left out", ge=1, le=10**6
    )
    interval: int = parameter(
        50, symbol="T", unit="updates", meaning="updates between injections", ge=1, le=10**6
    )
    first: int = parameter(
        1,
        symbol="t_1",
        unit="updates",
        meaning="updates before the first injection",
        ge=0,
        le=10**7,
    )
    presentation: Literal["duplicate", "paraphrase"] = parameter(
        "duplicate",
        symbol="presentation",
        meaning="whether injections repeat one wording or each has a new surface",
    )
    core_share: float = parameter(
        1.0,
        symbol="c",
        meaning="share of a wording's square in what all have in common; 1: the plain fact",
        gt=0,
        le=1,
    )
    surface_exponent: float = parameter(
        1.5, symbol="b'", meaning="squares of the surface's components fall as i^-b'", ge=0, le=10
    )
    n_steps: int = parameter(300, symbol="t", unit="updates", meaning="updates", ge=1, le=10**7)
    recall_threshold: float = parameter(
        0.5,
        symbol="theta",
        meaning="recall above which the fact counts as recalled",
        stream=False,
        ge=-10,
        le=10,
    )

    @property
    def n_injections(self) -> int:
        """That happen before the end."""
        return min(self.count, max(0, -((self.first - self.n_steps) // self.interval)))

    @property
    def n_wordings(self) -> int:
        """Different ones that are presented."""
        paraphrased = self.presentation == "paraphrase" and self.core_share < 1.0
        return max(1, self.n_injections) if paraphrased else 1

    @model_validator(mode="after")
    def _wordings_fit(self) -> FactInjectionParameters:
        if self.n_wordings * self.n_modes > MOST_WORDS:
            raise ValueError(
                f"{self.n_wordings} wordings of {self.n_modes} modes do not fit; lower count or "
                "n_modes"
            )
        return self
