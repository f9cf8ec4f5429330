"""Parameters of the catapult."""

from __future__ import annotations

from toysim.model import parameter
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
    n_steps: int = parameter(1000, symbol="T", meaning="updates", ge=1, le=10**9, stream=False)
