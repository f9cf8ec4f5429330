"""Parameters of a pool of tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.models.continual.visits import Sequence, Visits

MOST = 2 * 10**6  # numbers of all rows


class TaskPoolParameters(Visits):
    """The pool, what a visit does, and the sequence of visits."""

    n_tasks: int = parameter(8, symbol="K", meaning="tasks of the pool", ge=1, le=64)
    n_samples: int = parameter(5, symbol="n", meaning="rows of a task", ge=1, le=400)
    dimension: int = parameter(60, symbol="d", meaning="weights", ge=2, le=400)
    n_visits: int = parameter(
        48, symbol="T", meaning="visits, each to one task; K V with arrival", ge=1, le=10_000
    )
    sequence: Sequence = parameter(
        "uniform",
        symbol="sequence",
        meaning="each task once, in turn, in K blocks, at random in proportion to "
        "(j+1)^-imbalance, by the power of the time since the last visit, or as in order",
    )
    visit_kind: Literal["interpolate", "descend"] = parameter(
        "interpolate",
        symbol="visit",
        meaning="go to the nearest interpolant of the task, or some steps of gradient descent",
    )
    plasticity: float = parameter(
        1.0, symbol="kappa", meaning="share of the way that interpolate goes", gt=0, le=2
    )
    learning_rate: float = parameter(
        0.1, symbol="eta", meaning="learning rate of descend", gt=0, le=100
    )
    visit_steps: int = parameter(3, symbol="s", meaning="steps of descend", ge=1, le=10_000)
    imbalance: float = parameter(
        0.0,
        symbol="imbalance",
        meaning="task j is visited in proportion to (j+1)^-imbalance, at random",
        ge=0,
        le=5,
    )
    pool_draw: int = parameter(
        0, symbol="pool", meaning="which pool, one for all replicas and theory", ge=0, le=10**9
    )
    rows_kind: Literal["gaussian", "orthonormal"] = parameter(
        "gaussian",
        symbol="rows",
        meaning="rows drawn, or sqrt(d) times an orthonormal basis of those",
    )
    rows: Matrix = parameter(
        (), symbol="X", meaning="given pool, K n rows of d numbers, task by task"
    )
    rates: bool = parameter(
        False,
        symbol="rates",
        meaning="whether theory has the late rates too, seconds for pools near capacity",
        stream=False,
    )
    start: Vector = parameter((), symbol="delta_0", meaning="given start; else w* ~ N(0, 1/d)")

    @model_validator(mode="after")
    def _rows_fit(self) -> TaskPoolParameters:
        if self.n_samples > self.dimension:
            raise ValueError(
                f"n_samples = {self.n_samples} exceeds dimension = {self.dimension}; lower it"
            )
        if self.n_tasks * self.n_samples * self.dimension > MOST:
            raise ValueError(
                f"a pool of {self.n_tasks} x {self.n_samples} x {self.dimension} numbers does not "
                "fit; lower one of them"
            )
        shape = (self.n_tasks * self.n_samples, self.dimension)
        if self.rows and (len(self.rows), len(self.rows[0])) != shape:
            raise ValueError(
                f"rows are {len(self.rows)} x {len(self.rows[0])}; give n_tasks * n_samples = "
                f"{shape[0]} rows of dimension = {shape[1]}"
            )
        if self.start and len(self.start) != self.dimension:
            raise ValueError(
                f"start has {len(self.start)} numbers; give dimension = {self.dimension}"
            )
        return self
