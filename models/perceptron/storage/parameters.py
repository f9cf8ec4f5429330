"""Parameters of the binary perceptron with random labels."""

from __future__ import annotations

from pydantic import model_validator
from toysim.models.perceptron.sizes import check_enumerable

from toysim.model import Parameters, parameter


class StorageParameters(Parameters):
    """Load, margin and the field along a reference; the sampler enumerates all configurations."""

    alpha: float = parameter(
        0.5, symbol="alpha", meaning="patterns per weight; alpha * size is rounded to whole patterns", ge=0, le=1e3
    )
    margin: float = parameter(0.0, symbol="kappa", meaning="least label times field of a solution", ge=-10, le=10)
    field: float = parameter(
        0.0, symbol="x", unit="nat", meaning="field along a fixed random configuration", ge=-20, le=20
    )
    size: int = parameter(15, symbol="N", meaning="weights of the enumerated instance, an odd number", ge=1)

    @model_validator(mode="after")
    def _enumerable(self) -> StorageParameters:
        check_enumerable(self.size)
        return self
