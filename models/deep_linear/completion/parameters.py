"""Parameters of deep matrix completion with a deficit."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Literal

from pydantic import model_validator

from toysim.model import Matrix, Tensor, Vector, parameter
from toysim.models.deep_linear.stability import refuse_unstable, sharpness_bound
from toysim.records import Recorded

MAX_STEPS = 2**31
MAX_NUMBERS = 10**8  # in the layers, and in a row's courses: below a GB each


class CompletionParameters(Recorded):
    """Target, observed entries, start, deficit and stepping; every layer is ``size`` x ``size``."""

    size: int = parameter(
        30, symbol="N", meaning="rows and columns of target and layers", ge=1, le=5000
    )
    depth: int = parameter(3, symbol="D", meaning="weight matrices", ge=1, le=64)
    rank: int = parameter(
        2, symbol="r", meaning="rank of the random target, scaled to Frobenius norm N", ge=1
    )
    n_observed: int = parameter(
        400, symbol="n", meaning="observed entries, uniform without replacement", ge=1
    )
    deficit: Literal["task_switch", "subset", "block_diagonal", "none"] = parameter(
        "task_switch",
        symbol="deficit",
        meaning="data before the switch: another target of rank_before; the first "
        "n_observed_before observed "
        "entries; the observed entries in n_blocks diagonal blocks; or the same as after it",
    )
    rank_before: int = parameter(
        5, symbol="r1", meaning="rank of the target before a task switch", ge=1
    )
    n_observed_before: int = parameter(
        200, symbol="n1", meaning="observed entries before the end of a subset", ge=1
    )
    n_blocks: int = parameter(
        2, symbol="b", meaning="diagonal blocks observed in a block_diagonal deficit", ge=2
    )
    target: Matrix = parameter(
        (), symbol="M", meaning="target as given, unscaled, in place of the random one"
    )
    target_before: Matrix = parameter(
        (), symbol="M1", meaning="the same for the target before a task switch"
    )
    observed: Matrix = parameter(
        (),
        symbol="mask",
        meaning="1 where observed, else 0, in place of random entries; counted row by row",
    )
    start: Literal["orthogonal", "identity", "gaussian"] = parameter(
        "orthogonal",
        symbol="start",
        meaning="layers (alpha sqrt N)^(1/D) times random orthogonal, alpha^(1/D) times identity, "
        "or entries of variance alpha^(2/D)/N",
    )
    start_layers: Tensor = parameter(
        (),
        symbol="W_l",
        meaning="layers at the start as given, first layer first, in place of start",
    )
    start_scale: float = parameter(
        0.01, symbol="alpha", meaning="scale of the product of the layers", gt=0, le=1e6
    )
    switch_times: Vector = parameter(
        (0.0, 100.0, 200.0, 400.0),
        symbol="T_c",
        unit="t",
        meaning="ends of the deficit, ascending",
        stream=False,
    )
    duration_after: float = parameter(
        400.0,
        symbol="T",
        unit="t",
        meaning="flow time simulated after each switch",
        gt=0,
        stream=False,
    )
    step: float = parameter(
        0.2, symbol="eta", unit="t", meaning="learning rate of an update", gt=0, stream=False
    )
    n_singular_values: int = parameter(
        3, symbol="k", meaning="largest singular values recorded", ge=1, stream=False
    )
    keep_product: bool = parameter(
        False, symbol="keep", meaning="keep the completed matrix at the end", stream=False
    )
    precision: Literal["float64", "float32"] = parameter(
        "float64",
        symbol="precision",
        meaning="numbers in the updates; theory is for float64 only",
        stream=False,
    )
    allow_unstable: bool = parameter(
        False, symbol="unstable", meaning="allow steps above the stability threshold", stream=False
    )

    @model_validator(mode="after")
    def _data_fit(self) -> CompletionParameters:
        entries = self.size * self.size
        for name in ("target", "target_before", "observed"):
            self._square(name, getattr(self, name))
        if self.start_layers and len(self.start_layers) != self.depth:
            raise ValueError(
                f"start_layers holds {len(self.start_layers)} layers; give {self.depth} (depth)"
            )
        for layer in self.start_layers:
            self._square("a layer of start_layers", layer)
        if not all(value in (0.0, 1.0) for row in self.observed for value in row):
            raise ValueError("observed: give 1 for an observed entry and 0 for any other")
        if self.observed_count == 0:
            raise ValueError("observed has no entry that is 1; observe at least one")
        if self.observed_count > entries:
            raise ValueError(
                f"n_observed = {self.n_observed}, but there are {entries} entries at size "
                f"{self.size}; lower it or raise size"
            )
        drawn_before = self.deficit == "task_switch" and not self.target_before
        limits = (
            ("rank", not self.target, self.size, "size"),
            ("rank_before", drawn_before, self.size, "size"),
            ("n_observed_before", self.deficit == "subset", self.observed_count, "n_observed"),
            ("n_blocks", self.deficit == "block_diagonal", self.size, "size"),
            ("n_singular_values", True, self.size, "size"),
        )
        for name, used, limit, of in limits:
            if used and getattr(self, name) > limit:
                raise ValueError(
                    f"{name} = {getattr(self, name)} is above {of} = {limit}; "
                    f"lower it or raise {of}"
                )
        return self

    def _square(self, name: str, rows: Matrix) -> None:
        lengths = {len(row) for row in rows}
        if rows and (len(rows) != self.size or lengths != {self.size}):
            raise ValueError(
                f"{name} has {len(rows)} rows of {sorted(lengths)} values; give {self.size} rows "
                f"of {self.size} (size)"
            )

    @model_validator(mode="after")
    def _times_fit(self) -> CompletionParameters:
        times = self.switch_times
        if not times or times[0] < 0 or any(a >= b for a, b in pairwise(times)):
            raise ValueError(
                f"switch_times = {list(times)}: give at least one, ascending, the first >= 0"
            )
        if self.duration_after / self.step <= 0.5 or self.end / self.step > MAX_STEPS:
            raise ValueError(
                f"duration_after / step = {self.duration_after / self.step:.3g} and in all "
                f"{self.end / self.step:.3g} updates; change duration_after, switch_times or step "
                f"so that there are 1 to {MAX_STEPS}"
            )
        layers = self.depth * self.size**2
        courses = len(times) * self.n_records * (2 + self.n_singular_values)
        if max(layers, courses) > MAX_NUMBERS:
            raise ValueError(
                f"the layers hold {layers:.3g} numbers and the courses of a row {courses:.3g}, "
                f"allowed are {MAX_NUMBERS:.0e}; lower size, depth, n_records or n_singular_values"
            )
        return self

    @model_validator(mode="after")
    def _step_fits(self) -> CompletionParameters:
        refuse_unstable(
            self.step,
            self.most_sharpness,
            self.allow_unstable,
            "may be unstable: step * (bound on the sharpness of the solution)",
        )
        return self

    @property
    def most_sharpness(self) -> float:
        """A bound on that of the solution, before the switch and after it."""
        after = self._norm("target"), self.observed_count
        return max(sharpness_bound(self.depth, *given) for given in (after, self._before()))

    def _before(self) -> tuple[float, float]:
        """Frobenius norm of the target before the switch and how many entries are observed then, on
        average.
        """
        if self.deficit == "subset":
            return self._norm("target"), self.n_observed_before
        if self.deficit == "block_diagonal":
            return self._norm("target"), max(1.0, self.observed_count / self.n_blocks)
        name = "target_before" if self.deficit == "task_switch" else "target"
        return self._norm(name), self.observed_count

    def _norm(self, name: str) -> float:
        rows = getattr(self, name)
        return math.hypot(*(value for row in rows for value in row)) if rows else float(self.size)

    @property
    def observed_count(self) -> int:
        """How many entries are observed after the switch."""
        return (
            sum(value == 1.0 for row in self.observed for value in row)
            if self.observed
            else self.n_observed
        )

    @property
    def end(self) -> float:
        """Flow time at which the longest course ends."""
        return self.switch_times[-1] + self.duration_after


def course_end(p: Any) -> Any:
    """``end`` of the parameters of a row, or (n,) of columns of rows."""
    import numpy as np

    return np.transpose(p.switch_times)[-1] + p.duration_after
