"""Parameters of gradient descent on a loss of a product of two numbers."""

from __future__ import annotations

from typing import Literal

from toysim.model import parameter
from toysim.records import Recorded


class ScalarFactorisedParameters(Recorded):
    """Loss, start and step; steps at which descent diverges are allowed, and say so."""

    loss_kind: Literal["quadratic", "quartic", "logistic"] = parameter(
        "quadratic",
        symbol="l",
        meaning="(p-1)^2/2, (p^2-1)^2/4 or [log(1+e^p) + log(1+e^-p)]/2 of the product p = x y",
    )
    x_start: float = parameter(0.1, symbol="x0", meaning="start of x", ge=-1e6, le=1e6)
    y_start: float = parameter(2.5, symbol="y0", meaning="start of y", ge=-1e6, le=1e6)
    learning_rate: float = parameter(0.33, symbol="eta", meaning="learning rate", gt=0, le=1e6)
    n_steps: int = parameter(20_000, symbol="T", meaning="updates", ge=1, le=10**10)
