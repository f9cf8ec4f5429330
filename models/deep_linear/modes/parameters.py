"""Parameters of one singular mode of a multi-pathway deep linear network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Parameters, parameter

MAX_STEPS = 2**31
UNSTABLE_ABOVE = 2.0  # step * sharpness of gradient descent at a minimum


class ModeParameters(Parameters):
    """Start, target, deficits and stepping of one mode; every pathway has ``depth`` layer values of it."""

    n_pathways: int = parameter(2, symbol="P", meaning="pathways from input to output", ge=1, le=10_000)
    depth: int = parameter(3, symbol="D", meaning="weight matrices in a pathway", ge=1, le=64)
    singular_value: float = parameter(2.0, symbol="S", meaning="target strength of the mode", gt=0, le=1e100)
    layer_start: float = parameter(
        0.3, symbol="p0", meaning="start of every pathway's first layer (of all layers where layer_offset is 0)"
    )
    start_strength: float = parameter(
        0.0, symbol="K0", meaning="if positive, each pathway starts at this strength, in place of p0", ge=0
    )
    start_imbalance: float = parameter(
        0.0, symbol="d", meaning="p0 is multiplied by 1+d for the first to 1-d for the last pathway", gt=-1, lt=1
    )
    start_noise: float = parameter(
        0.0, symbol="sigma", meaning="standard deviation of Gaussian noise on each pathway's first layer", ge=0
    )
    layer_offset: float = parameter(
        0.0, symbol="c", meaning="the other layers start at sqrt(p^2 + c): 0 small, 1 large initialization", ge=0
    )
    layer_starts: Matrix = parameter(
        (), symbol="a0", meaning="layer values, a row a pathway, in place of all start parameters above"
    )
    deficit_pathway: int = parameter(1, symbol="b", meaning="pathway frozen in the deficit, counted from 0", ge=0)
    deficit_start: float = parameter(0.0, symbol="t0", unit="t", meaning="start of the deficit", ge=0)
    deficit_length: float = parameter(0.0, symbol="tau", unit="t", meaning="length of the deficit, 0 for none", ge=0)
    windows: Matrix = parameter((), symbol="windows", unit="t", meaning="further deficits, rows [pathway, start, stop]")
    lesions: tuple[int, ...] = parameter(
        (), symbol="lesions", meaning="pathways whose mode is cut out throughout: no output, no gradient"
    )
    duration: float = parameter(10.0, symbol="T", unit="t", meaning="flow time simulated", gt=0)
    step: float = parameter(
        0.01, symbol="eta", unit="t", meaning="learning rate of an update (not used by flow)", gt=0, stream=False
    )
    integrator: Literal["gradient_descent", "reduced_euler", "flow"] = parameter(
        "gradient_descent",
        symbol="integrator",
        meaning="updates of all layers; the one-number map; or the flow, by an error-controlled method",
        stream=False,
    )
    n_records: int = parameter(
        0, symbol="R", meaning="records over [0, T], both ends included; 1 for the end only", ge=0, stream=False
    )
    max_evaluations: int = parameter(
        10_000_000, symbol="N", meaning="slope evaluations the flow may spend", ge=100, stream=False
    )
    allow_unstable: bool = parameter(
        False, symbol="unstable", meaning="allow steps above the stability threshold", stream=False
    )

    @model_validator(mode="after")
    def _starts_fit(self) -> ModeParameters:
        shape = (self.n_pathways, self.depth)
        given = (len(self.layer_starts), *{len(row) for row in self.layer_starts})
        if self.layer_starts and given != shape:
            raise ValueError(
                f"layer_starts has {len(self.layer_starts)} rows of {sorted(given[1:])} values; "
                f"give {shape[0]} rows (n_pathways) of {shape[1]} (depth)"
            )
        if self.integrator == "reduced_euler" and self.layer_starts and not all(map(_one_number, self.layer_starts)):
            raise ValueError(
                "layer_starts: reduced_euler needs rows in which all layers but the smallest are equal; "
                "change them or use integrator gradient_descent"
            )
        return self

    @model_validator(mode="after")
    def _deficits_fit(self) -> ModeParameters:
        last = self.n_pathways - 1
        if self.deficit_length > 0 and self.deficit_pathway > last:
            raise ValueError(
                f"deficit_pathway = {self.deficit_pathway} but the last pathway is {last}; "
                f"give 0..{last}, raise n_pathways or set deficit_length to 0"
            )
        for row in self.windows:
            if len(row) != 3 or row[0] not in range(self.n_pathways) or not 0 <= row[1] <= row[2]:
                raise ValueError(
                    f"windows: row {list(row)} must be [pathway, start, stop] with pathway in 0..{last} "
                    f"and 0 <= start <= stop"
                )
        for pathway in self.lesions:
            if pathway not in range(self.n_pathways):
                raise ValueError(f"lesions: pathway {pathway} does not exist; give pathways in 0..{last}")
        return self

    @model_validator(mode="after")
    def _steps_fit(self) -> ModeParameters:
        if self.integrator == "flow":
            return self
        if not 0.5 < self.duration / self.step <= MAX_STEPS:
            raise ValueError(
                f"duration / step = {self.duration / self.step:.3g} updates; change duration or step "
                f"so that there are 1 to {MAX_STEPS}"
            )
        sharpness = max(sharpness_at_end(self.singular_value, row) for row in self._squared_offsets())
        if self.step * sharpness > UNSTABLE_ABOVE and not self.allow_unstable:
            raise ValueError(
                f"step = {self.step:g} is unstable where one pathway has learned all: step * sharpness = "
                f"{self.step * sharpness:.3g} > 2; lower it below {UNSTABLE_ABOVE / sharpness:.3g} "
                f"or set allow_unstable = true"
            )
        return self

    def _squared_offsets(self) -> list[tuple[float, ...]]:
        """a_l^2 less the smallest of them, for every pathway: conserved in the flow."""
        if not self.layer_starts:
            return [(0.0, *(self.layer_offset,) * (self.depth - 1))]
        squares = [[a * a for a in row] for row in self.layer_starts]
        return [tuple(s - min(row) for s in row) for row in squares]


def _one_number(row: Sequence[float]) -> bool:
    """Whether all layers but the smallest are of one size, so that the smallest alone describes them."""
    return len(set(sorted(map(abs, row))[1:])) <= 1


def sharpness_at_end(singular_value: float, squared_offsets: Sequence[float]) -> float:
    """Largest Hessian eigenvalue where one pathway alone has learned the mode.

    With a_l^2 = u + c_l (c_l conserved, the smallest 0) and prod_l a_l = S:

        lambda_max = S^2 sum_l 1 / (u + c_l);    all c_l = 0:  D S^(2 - 2/D)

    Plain Python: it runs while parameters are checked, before NumPy is needed.
    """
    depth = len(squared_offsets)
    if not any(squared_offsets):
        exponent = 2.0 - 2.0 / depth
        return depth * math.pow(singular_value, exponent)
    # prod (u + c_l) = S^2 rises from 0 at u = 0; at u = S^(2/D) it is >= S^2.
    low, high = 0.0, math.pow(singular_value, 2.0 / depth)
    for _ in range(60):
        u = 0.5 * (low + high)
        if math.prod(u + c for c in squared_offsets) < singular_value**2:
            low = u
        else:
            high = u
    return singular_value * singular_value * sum(1.0 / (high + c) for c in squared_offsets)
