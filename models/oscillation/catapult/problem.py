"""What a row is given: the weights of its network at the start, and its learning rate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.oscillation.catapult.measures import output_and_kernel

Array = npt.NDArray[np.float64]


class Problem(NamedTuple):
    """u and v (n,), drawn from N(0, 1), and eta = (eta lambda_0) / lambda_0."""

    u: Array
    v: Array
    eta: float


def problem_of(row: Row) -> Problem:
    """Rows of a replica share the draw, whatever the step."""
    u, v = row.normal("weights", 2, row.p.width)
    return Problem(u, v, row.p.start_eta_kernel / output_and_kernel(u, v)[1])
