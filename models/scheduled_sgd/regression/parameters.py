"""Parameters of scheduled least squares."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.scheduled_sgd.declarations import LeastSquares, Shaped, Strict
from toysim.scheduled import Schedule

MOST_MODES = 512  # of the exact variance


class RegressionParameters(Strict, Shaped, LeastSquares):
    """Modes, batches, momentum and the schedule; unstable rates diverge, and say so."""

    learning_rate: float = parameter(
        0.25, symbol="eta", meaning="learning rate at its peak", gt=0, le=1e6
    )
    schedule: Literal[Schedule, "refined"] = parameter(
        "cosine",
        symbol="schedule",
        meaning="course of the learning rate after the warm-up; refined: by the gradient norms of "
        "the run before, from linear on",
    )
    refinements: int = parameter(2, symbol="J", meaning="rounds of refined", ge=0, le=20)
    momentum: float = parameter(0.0, symbol="beta", meaning="heavy-ball momentum", ge=0, lt=1)
    weight_decay: float = parameter(
        0.0, symbol="lambda", meaning="weight decay, w <- w - eta (g + lambda w)", ge=0, le=1e3
    )
    target: float = parameter(
        0.0, symbol="L*", meaning="excess loss whose first passage is told; 0 for none", ge=0
    )
    variance: bool = parameter(
        False,
        symbol="variance",
        meaning="whether theory has the deviation of the loss too, d^2 an update",
        stream=False,
    )

    @model_validator(mode="after")
    def _variance_is_affordable(self) -> RegressionParameters:
        if self.variance and (self.n_modes > MOST_MODES or self.momentum or self.weight_decay):
            raise ValueError(
                "the exact variance costs d^2 a step and knows no momentum or weight decay; set "
                f"variance = false (or n_modes <= {MOST_MODES}, momentum = weight_decay = 0)"
            )
        return self

    @model_validator(mode="after")
    def _refined_has_norms(self) -> RegressionParameters:
        if self.schedule == "refined" and self.momentum and self.weight_decay:
            raise ValueError(
                "refined needs exact gradient norms: momentum and weight decay together have none; "
                "set one of them to 0"
            )
        return self
