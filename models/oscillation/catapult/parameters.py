"""Parameters of the catapult."""

from __future__ import annotations

import math

from pydantic import model_validator

from toysim.model import Vector, parameter
from toysim.records import Recorded


class CatapultParameters(Recorded):
    """Width and step, in units of the draw's own kernel: the thresholds are 2 and 4 for all."""

    width: int = parameter(
        1000, symbol="n", meaning="hidden units, u and v drawn from N(0, 1)", ge=1, le=10**7
    )
    start_eta_kernel: float = parameter(
        3.0,
        symbol="eta lambda0",
        meaning="learning rate times the kernel at the start",
        gt=0,
        le=1e6,
        stream=False,
    )
    start: Vector = parameter(
        (),
        symbol="f0, lambda0",
        meaning="output and kernel at the start: the drawn u + v and u - v are scaled to give them",
        stream=False,
    )
    n_steps: int = parameter(1000, symbol="T", meaning="updates", ge=1, le=10**9, stream=False)

    @model_validator(mode="after")
    def _start_fits(self) -> CatapultParameters:
        if not self.start:
            return self
        if len(self.start) != 2:
            raise ValueError(f"start has {len(self.start)} values; give two, output and kernel")
        output, kernel = self.start
        if not 2.0 * abs(output) <= math.sqrt(self.width) * kernel or not 0.0 < kernel <= 1e6:
            raise ValueError(
                f"start: no weights have output {output:g} and kernel {kernel:g}; give a kernel "
                f"above 0, up to 1e6, and at least 2 |output| / sqrt(width)"
            )
        return self
