"""How far two coexisting saddle points must be apart for a finite instance to know its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from toysim.models.perceptron.replica.branches import Flags
from toysim.models.perceptron.replica.saddle import Array

# Free entropies of instances scatter by about .5/sqrt(N). Of students at N = 25 to 1,001 fewer than
# .5/N had the other branch's overlap from here on; measured.
LOW_LEADS, HIGH_LEADS = 1.25, 2.0


def apart(low: Array, high: Array, size: Array) -> Flags:
    """Whether nearly all instances of a size are on the branch of larger free entropy (rows,); one
    that is NaN is not there.
    """
    lead = (low - high) * np.sqrt(size)
    return np.asarray((lead >= LOW_LEADS) | (lead <= -HIGH_LEADS) | np.isnan(lead))


def by_distinct(batch: Any, names: tuple[str, ...], known: Callable[..., Flags]) -> Flags:
    """``known`` of columns (rows,), once for every distinct row."""
    columns = np.stack([np.asarray(batch[name], float) for name in names], axis=1)
    distinct, which = np.unique(columns, axis=0, return_inverse=True)
    return np.asarray(known(*distinct.T)[which.reshape(-1)])
