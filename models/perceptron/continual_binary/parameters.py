"""Parameters of two tasks in a row on binary weights."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.perceptron.samplers.parameters import BinaryParameters


class ContinualBinaryParameters(BinaryParameters):
    """Loads of the two tasks, overlap of their teachers, and the coupling to the first solution."""

    alpha_1: float = parameter(
        0.8,
        symbol="alpha_1",
        meaning="patterns of task 1 per weight; alpha_1 * size is rounded",
        ge=0,
        le=1e3,
    )
    alpha_2: float = parameter(
        0.6,
        symbol="alpha_2",
        meaning="patterns of task 2 per weight; alpha_2 * size is rounded",
        ge=0,
        le=1e3,
    )
    task_overlap: float = parameter(
        0.5, symbol="r0", meaning="overlap of the two teachers", ge=-1, le=1
    )
    coupling: float = parameter(
        0.3, symbol="x", unit="nat", meaning="field along the first task's reference", ge=-20, le=20
    )

    @model_validator(mode="after")
    def _size_fits(self) -> ContinualBinaryParameters:
        self.check_size(self.alpha_1, self.alpha_2)
        return self
