"""Parameters of message passing for a sign teacher."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.teacher_student.sizes import refuse_large
from toysim.records import Recorded


class MessagePassingParameters(Recorded):
    """Sizes, label noise, and rounds."""

    dimension: int = parameter(1000, symbol="d", meaning="inputs", ge=20, le=20_000)
    sample_ratio: float = parameter(
        2.0, symbol="alpha", meaning="samples per input n/d; n is rounded", gt=0, le=100
    )
    probit_noise: float = parameter(
        0.0, symbol="Delta", meaning="variance of the noise on u", ge=0, le=100
    )
    flip: float = parameter(0.0, symbol="p", meaning="share of labels flipped", ge=0, le=0.5)
    iterations: int = parameter(15, symbol="T", meaning="rounds of messages", ge=1, le=1000)

    @model_validator(mode="after")
    def _fits(self) -> MessagePassingParameters:
        refuse_large(self)
        return self
