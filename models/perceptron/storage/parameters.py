"""Parameters of the binary perceptron with random labels."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter
from toysim.models.perceptron.sizes import check_enumerable, check_patterns


class StorageParameters(Parameters):
    """Load, margin and the field along a reference, and the sampler."""

    alpha: float = parameter(
        0.5,
        symbol="alpha",
        meaning="patterns per weight; alpha * size is rounded to whole patterns",
        ge=0,
        le=1e3,
    )
    margin: float = parameter(
        0.0, symbol="kappa", meaning="least label times field of a solution", ge=-10, le=10
    )
    field: float = parameter(
        0.0,
        symbol="x",
        unit="nat",
        meaning="field along a fixed random configuration",
        ge=-10,
        le=10,
    )
    sampler: Literal["message_passing", "enumeration"] = parameter(
        "message_passing",
        symbol="sampler",
        meaning="message passing on one instance, or all configurations",
    )
    size: int = parameter(
        1001, symbol="N", meaning="weights of the instance; odd if enumerated", ge=1, le=100_000
    )

    @model_validator(mode="after")
    def _size_fits(self) -> StorageParameters:
        check_patterns(self.size, self.alpha)
        if self.sampler == "enumeration":
            check_enumerable(self.size)
        return self
