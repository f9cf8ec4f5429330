"""Parameters of subgradient descent on |x|."""

from __future__ import annotations

from toysim.model import parameter
from toysim.models.scheduled_sgd.declarations import Strict
from toysim.scheduled import Schedule


class AbsoluteValueParameters(Strict):
    """Slope, starts and the schedule."""

    learning_rate: float = parameter(
        1.0,
        symbol="eta",
        meaning="peak rate, in units of D/(G sqrt T); rates likewise",
        gt=0,
        le=1e6,
    )
    schedule: Schedule = parameter("linear", symbol="schedule", meaning="course of the rate")
    distance: float = parameter(1.0, symbol="D", meaning="farthest start", gt=0, le=1e6)
    slope: float = parameter(1.0, symbol="G", meaning="size of the gradient", gt=0, le=1e6)
    n_starts: int = parameter(100, symbol="n", meaning="starts D k/n", ge=1, le=10**6)
