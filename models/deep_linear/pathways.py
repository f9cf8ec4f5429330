"""What models with several pathways share: their parameters, deficits in flow time, and gradient
descent's steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from toysim.model import Matrix, parameter
from toysim.models.deep_linear.stability import refuse_unstable
from toysim.records import Clock, Recorded

MAX_DEPTH = 64
CLOCK = Clock("time", "t", end=lambda p: p.duration)


class PathwayParameters(Recorded):
    """Pathways of ``depth`` weight matrices, windows in which one is frozen, and the updates."""

    n_pathways: int = parameter(
        2, symbol="P", meaning="pathways from input to output", ge=1, le=10_000
    )
    depth: int = parameter(
        3, symbol="D", meaning="weight matrices in a pathway", ge=1, le=MAX_DEPTH
    )
    deficit_pathway: int = parameter(
        1, symbol="b", meaning="pathway frozen in the deficit, counted from 0", ge=0
    )
    deficit_start: float = parameter(
        0.0, symbol="t0", unit="t", meaning="start of the deficit", ge=0
    )
    deficit_length: float = parameter(
        0.0, symbol="tau", unit="t", meaning="length of the deficit, 0 for none", ge=0
    )
    windows: Matrix = parameter(
        (), symbol="windows", unit="t", meaning="further deficits, rows [pathway, start, stop]"
    )
    duration: float = parameter(10.0, symbol="T", unit="t", meaning="flow time simulated", gt=0)
    level: float = parameter(
        0.5,
        symbol="level",
        meaning="share of S at which a mode counts as learned, in half_learning_time",
        gt=0,
        le=0.999,
        stream=False,
    )
    step: float = parameter(
        0.01, symbol="eta", unit="t", meaning="learning rate of an update", gt=0, stream=False
    )
    allow_unstable: bool = parameter(
        False, symbol="unstable", meaning="allow steps above the stability threshold", stream=False
    )

    @model_validator(mode="after")
    def _deficits_fit(self) -> PathwayParameters:
        last = self.n_pathways - 1
        if self.deficit_length > 0 and self.deficit_pathway > last:
            raise ValueError(
                f"deficit_pathway = {self.deficit_pathway} but the last pathway is {last}; "
                f"give 0..{last}, raise n_pathways or set deficit_length to 0"
            )
        for row in self.windows:
            if len(row) != 3 or row[0] not in range(self.n_pathways) or not 0 <= row[1] <= row[2]:
                raise ValueError(
                    f"windows: row {list(row)} must be [pathway, start, stop] with pathway in "
                    f"0..{last} and 0 <= start <= stop"
                )
        return self

    def refuse_updates(self, at_most: int) -> None:
        """Between one and ``at_most`` updates, or ValueError."""
        if not 0.5 < self.duration / self.step <= at_most:
            raise ValueError(
                f"duration / step = {self.duration / self.step:.3g} updates; change duration or "
                f"step so that there are 1 to {at_most}"
            )

    def refuse_unstable(self, sharpness: float) -> None:
        """A step at which gradient descent does not settle where one pathway has learned all."""
        refuse_unstable(
            self.step,
            sharpness,
            self.allow_unstable,
            "is unstable where one pathway has learned all: step * sharpness",
        )


def deficit_one_update_short(values: Mapping[str, Any]) -> dict[str, Any]:
    """For checks: a theory that is off by this must be seen to differ."""
    return {**values, "deficit_length": values["deficit_length"] - values["step"]}
