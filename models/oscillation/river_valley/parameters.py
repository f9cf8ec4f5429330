"""Parameters of the river valley."""

from __future__ import annotations

from typing import Literal

from toysim.model import parameter
from toysim.scheduled import DECAYING, Schedule, Scheduled


class RiverValleyParameters(Scheduled):
    """Shape of the valley, noise across it, the schedule; unstable rates diverge, and say so."""

    learning_rate: float = parameter(
        0.5, symbol="eta", meaning="learning rate at its peak", gt=0, le=1e6
    )
    schedule: Literal[Schedule, "greedy"] = parameter(
        "wsd",
        symbol="schedule",
        meaning="course of the learning rate after the warm-up; greedy: best for the next loss",
    )
    river_slope: float = parameter(0.01, symbol="c", meaning="slope of the river", ge=0, le=1e6)
    curvature: float = parameter(
        1.0, symbol="k", meaning="curvature of the hillsides", gt=0, le=1e6
    )
    noise: float = parameter(
        1.0, symbol="s", meaning="standard deviation of the gradient across the river", ge=0, le=1e6
    )
    start: float = parameter(
        1.0, symbol="y0", meaning="height of the start above the river", ge=-1e5, le=1e5
    )
    decay_steps: int = parameter(200, symbol="T_d", meaning=DECAYING, ge=0)
