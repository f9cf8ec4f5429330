"""Parameters of interventions in one run."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import Parameters, parameter


class InterventionsParameters(Parameters):
    """Facts, weights, and how far one goes."""

    dimension: int = parameter(50, symbol="d", meaning="weights", ge=1, le=10_000)
    n_interventions: int = parameter(20, symbol="M", meaning="facts injected", ge=1, le=10**6)
    strength: float = parameter(
        0.5, symbol="kappa", meaning="share of the way to its label an injection goes", gt=0, le=2
    )

    @model_validator(mode="after")
    def _facts_fit(self) -> InterventionsParameters:
        if self.dimension * self.n_interventions > 10**7:
            raise ValueError(
                f"{self.n_interventions} facts of {self.dimension} weights do not fit; lower "
                "n_interventions or dimension"
            )
        return self
