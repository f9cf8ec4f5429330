"""Parameters of one singular mode of a multi-pathway deep linear network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, parameter
from toysim.models.deep_linear.pathways import PathwayParameters
from toysim.models.deep_linear.stability import sharpness_at_end

MAX_STEPS = 2**31


class ModeParameters(PathwayParameters):
    """Start, target, deficits and stepping of one mode: ``depth`` layer values a pathway."""

    singular_value: float = parameter(
        2.0, symbol="S", meaning="target strength of the mode", gt=0, le=1e100
    )
    layer_start: float = parameter(
        0.3,
        symbol="p0",
        meaning="start of every pathway's first layer (of all layers where layer_offset is 0)",
    )
    start_strength: float = parameter(
        0.0,
        symbol="K0",
        meaning="if positive, p0 is the first layer of a pathway of this strength",
        ge=0,
    )
    start_imbalance: float = parameter(
        0.0,
        symbol="d",
        meaning="p0 is multiplied by 1+d for the first to 1-d for the last pathway",
        gt=-1,
        lt=1,
    )
    start_noise: float = parameter(
        0.0,
        symbol="sigma",
        meaning="standard deviation of Gaussian noise on each pathway's first layer",
        ge=0,
    )
    layer_offset: float = parameter(
        0.0,
        symbol="c",
        meaning="the other layers start at sqrt(p^2 + c): 0 small, 1 large initialization",
        ge=0,
    )
    layer_starts: Matrix = parameter(
        (),
        symbol="a0",
        meaning="layer values, a row a pathway, in place of all start parameters above",
    )
    lesions: tuple[int, ...] = parameter(
        (),
        symbol="lesions",
        meaning="pathways whose mode is cut out throughout: no output, no gradient",
    )
    keep_layers: bool = parameter(
        False,
        symbol="keep",
        meaning="keep the layers at the end, smallest first: what another run may start from, with "
        "another S",
        stream=False,
    )
    integrator: Literal["gradient_descent", "reduced_euler", "flow"] = parameter(
        "gradient_descent",
        symbol="integrator",
        meaning="updates of all layers; the one-number map; or the flow, by an error-controlled "
        "method (no step)",
        stream=False,
    )
    max_evaluations: int = parameter(
        10_000_000, symbol="N", meaning="slope evaluations the flow may spend", ge=100, stream=False
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
        if (
            self.integrator == "reduced_euler"
            and self.layer_starts
            and not all(map(_one_number, self.layer_starts))
        ):
            raise ValueError(
                "layer_starts: reduced_euler needs rows in which all layers but the smallest are "
                "equal; change them or use integrator gradient_descent"
            )
        return self

    @model_validator(mode="after")
    def _lesions_fit(self) -> ModeParameters:
        last = self.n_pathways - 1
        for pathway in self.lesions:
            if pathway not in range(self.n_pathways):
                raise ValueError(
                    f"lesions: pathway {pathway} does not exist; give pathways in 0..{last}"
                )
        return self

    @model_validator(mode="after")
    def _steps_fit(self) -> ModeParameters:
        if self.integrator == "flow":
            return self
        self.refuse_updates(MAX_STEPS)
        self.refuse_unstable(self._sharpness_at_end())
        return self

    def _sharpness_at_end(self) -> float:
        """Where one pathway has learned all; at depth 1 every other counts as much as that one."""
        alone = max(sharpness_at_end(self.singular_value, row) for row in self._squared_offsets())
        return alone * (self.n_pathways - len(set(self.lesions))) if self.depth == 1 else alone

    def _squared_offsets(self) -> list[tuple[float, ...]]:
        """a_l^2 less the smallest of them, for every pathway: conserved in the flow."""
        if not self.layer_starts:
            return [(0.0, *(self.layer_offset,) * (self.depth - 1))]
        squares = [[a * a for a in row] for row in self.layer_starts]
        return [tuple(s - min(row) for s in row) for row in squares]


def _one_number(row: Sequence[float]) -> bool:
    """Whether all layers but the smallest are of one size: the smallest alone describes them."""
    return len(set(sorted(map(abs, row))[1:])) <= 1
