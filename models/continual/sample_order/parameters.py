"""Parameters of orders of samples."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import Parameters, parameter


class SampleOrderParameters(Parameters):
    """The samples, the step, and how many orders are tried."""

    n_samples: int = parameter(20, symbol="n", meaning="samples, each seen once", ge=2, le=2000)
    dimension: int = parameter(10, symbol="d", meaning="weights", ge=1, le=2000)
    spectrum: float = parameter(0.0, symbol="a", meaning="inputs have variances i^-a", ge=0, le=10)
    learning_rate: float = parameter(0.01, symbol="eta", meaning="learning rate", gt=0, le=10)
    noise: float = parameter(
        0.1, symbol="s^2", meaning="variance of the noise on labels", ge=0, le=1e4
    )
    start_distance: float = parameter(
        1.0, symbol="|delta_0|", meaning="distance from the teacher at the start", ge=0, le=1e4
    )
    n_orders: int = parameter(200, symbol="P", meaning="orders a data set", ge=2, le=10**6)
    data_draw: int = parameter(
        -1,
        symbol="set",
        meaning="which data set all replicas share; -1: one each",
        ge=-1,
        le=10**9,
    )

    @model_validator(mode="after")
    def _data_fit(self) -> SampleOrderParameters:
        if max(self.dimension, self.n_orders) * self.n_samples > 10**7:
            raise ValueError(
                f"{self.n_samples} samples of {self.dimension} weights in {self.n_orders} orders "
                "do not fit; lower one of them"
            )
        return self
