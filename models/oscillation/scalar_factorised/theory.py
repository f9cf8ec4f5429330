"""The exact recursion of product, norm and imbalance; where gradient flow would end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.oscillation.factorised import LARGEST_GROWTH, followed
from toysim.models.oscillation.runs import records_and_end
from toysim.models.oscillation.scalar_factorised.measures import kinds, measured, state_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def flow_sharpness(kind: Ints, imbalance: Array) -> Array:
    """l'' s at the minimum with the start's imbalance D, which gradient flow keeps; derived.

    sqrt(D^2 + 4), 2 sqrt(D^2 + 4) (at x y = 1 and +-1) and |D|/4 (at x y = 0).
    """
    root = np.hypot(imbalance, 2.0)
    return np.choose(kind, [root, 2.0 * root, 0.25 * np.abs(imbalance)])


def logistic_edge_share(eta: float) -> float:
    """eta * sharpness / 2 at which the logistic loss ends from above the edge: 1 - 3 eta^2/16.

    From y0^2 - x0^2 > 8/eta, up to O(eta^4); measured, not proved (extrapolated over eta: .18750
    for 3/16).
    """
    return 1.0 - 3.0 / 16.0 * eta**2


def predict(batch: Batch) -> Rows:
    """Every observable exactly.

    Valid unless the run diverges or rounding grows to where no digits are left. To know that, an
    error is carried along: 1.1 ns an update, where the descent takes 0.2.
    """
    at, kind, eta = records_and_end(batch), kinds(batch), batch["learning_rate"]
    start = state_of(batch["x_start"], batch["y_start"])
    course, _, growth = followed(start, kind, eta, at)
    return {
        **measured(batch, course),
        "flow_sharpness": flow_sharpness(kind, start[2]),
        "rounding_growth": growth,
        "valid": growth < LARGEST_GROWTH,
    }
