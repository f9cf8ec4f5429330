"""Whether rounding leaves digits, seen from a twin of the run that starts a little larger: in chaos
the two part, and so would simulation and theory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

NUDGE = 1e-13  # relative; what rounding comes to over many updates
TOGETHER = 3e-11  # rounding on the way parts the sides by up to ten times as much
FLOOR = 1e-3  # a value's size below which its change is measured against this: atol over rtol


def distance(run: Mapping[str, Any], twin: Mapping[str, Any]) -> float:
    """Largest change of any observable, over FLOOR + its size as its tolerance is; infinite where
    one alone is a number.
    """
    a, b = (np.concatenate([np.ravel(values) for values in r.values()]) for r in (run, twin))
    with np.errstate(invalid="ignore"):  # both infinite
        apart = np.abs(a - b) / (FLOOR + np.abs(a))
    return float(np.max(np.where(np.isnan(a) & np.isnan(b), 0.0, np.nan_to_num(apart, nan=np.inf))))
