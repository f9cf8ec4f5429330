"""Parameters of tasks learned from fresh data."""

from __future__ import annotations

import warnings
from typing import Literal

from pydantic import model_validator

from toysim.errors import ToysimWarning
from toysim.model import Matrix, Vector, parameter
from toysim.models.continual.visits import Visits

MOST = 10**6  # moments of all visits


class FreshTasksParameters(Visits):
    """Data of a visit, how far it is learned, the teachers, and the sequence of visits."""

    dimension: int = parameter(60, symbol="d", meaning="weights", ge=4, le=10**6)
    n_samples: int = parameter(12, symbol="n", meaning="fresh samples of a visit", ge=1, le=10**6)
    noise: float = parameter(
        0.05, symbol="sigma^2", meaning="variance of the label noise", ge=0, le=1e6
    )
    plasticity: float = parameter(
        1.0,
        symbol="kappa",
        meaning="share of the way to the nearest interpolant that a visit goes",
        gt=0,
        le=2,
    )
    plasticities: Vector = parameter(
        (), symbol="kappa_k", meaning="plasticity of every visit, in place of one for all"
    )
    teachers: Matrix = parameter(
        (), symbol="v", meaning="coordinates of the teachers, one row a task; none is arrangement"
    )
    arrangement: Literal["equal", "chain", "clusters", "random"] = parameter(
        "equal",
        symbol="arrangement",
        meaning="unit teachers with correlation s, s^abs(i-j), or s within two halves; or drawn",
    )
    similarity: float = parameter(
        0.0, symbol="s", meaning="correlation of teachers, of random ones in the mean", ge=-1, le=1
    )
    teacher_dimension: int = parameter(
        8, symbol="m", meaning="coordinates of random teachers", ge=1, le=256
    )
    spread: float = parameter(
        0.0, symbol="spread", meaning="random teachers' lengths: times exp(spread z)", ge=0, le=5
    )
    teacher_draw: int = parameter(
        0, symbol="draw", meaning="which draw of random teachers", ge=0, le=10**9
    )
    common_draw: int = parameter(
        -1,
        symbol="common",
        meaning="which draw of their common vector, for all teacher_draw alike; -1 is their own",
        ge=-1,
        le=10**9,
    )
    tune: bool = parameter(
        False, symbol="tune", meaning="find best plasticities (20 ms a cell)", stream=False
    )

    @model_validator(mode="after")
    def _samples_fit(self) -> FreshTasksParameters:
        n, d = self.n_samples, self.dimension
        if n > d:
            raise ValueError(
                f"n_samples = {n} exceeds dimension = {d}: no fit interpolates; lower n_samples"
            )
        if self.noise > 0.0 and n > d - 4:
            warnings.warn(
                f"n_samples = {n}, dimension = {d}: the variance is infinite with noise above "
                "n_samples = dimension - 4; lower n_samples or set noise = 0",
                ToysimWarning,
                stacklevel=2,
            )
        return self

    @model_validator(mode="after")
    def _teachers_fit(self) -> FreshTasksParameters:
        if self.teachers:
            widths = sorted({len(row) for row in self.teachers})
            if len(self.teachers) != self.n_tasks or len(widths) != 1:
                raise ValueError(
                    f"teachers has {len(self.teachers)} rows of {widths} coordinates; give "
                    f"n_tasks = {self.n_tasks} rows of the same length"
                )
            if max(abs(x) for row in self.teachers for x in row) > 1e6:
                raise ValueError("teachers: coordinates beyond 1e6; scale them and the noise")
        if self.coordinates > self.dimension:
            raise ValueError(
                f"the teachers' {self.coordinates} coordinates exceed dimension = "
                f"{self.dimension}; raise dimension"
            )
        return self

    @model_validator(mode="after")
    def _similarity_fits(self) -> FreshTasksParameters:
        from toysim.models.continual.arrangements import least_similarity

        least = least_similarity(self)
        if not self.teachers and self.similarity < least:
            raise ValueError(
                f"similarity = {self.similarity:g}: {self.n_tasks} teachers, arrangement = "
                f"{self.arrangement}, have correlations of {least:.4g} to 1"
            )
        return self

    @model_validator(mode="after")
    def _plasticities_fit(self) -> FreshTasksParameters:
        given = self.plasticities
        if given and len(given) != self.n_visits:
            raise ValueError(
                f"plasticities has {len(given)} values; give n_visits = {self.n_visits} of them"
            )
        for k, share in enumerate(given):
            if not 0.0 < share <= 2.0:
                raise ValueError(f"plasticities: {share:g} of visit {k} is not in 0..2")
        return self

    @model_validator(mode="after")
    def _size_fits(self) -> FreshTasksParameters:
        size = self.n_visits * self.n_tasks**2
        if size > MOST:
            raise ValueError(f"n_visits * n_tasks^2 = {size} moments do not fit; at most {MOST}")
        return self

    @property
    def coordinates(self) -> int:
        """In which the teachers are given."""
        if self.teachers:
            return len(self.teachers[0])
        return self.teacher_dimension if self.arrangement == "random" else self.n_tasks
