"""What a row descends on: one of three losses of a product, with its slope and bend.

The quartic one is that of arXiv:2210.03294, the logistic one that of arXiv:2212.07469. Both sides
take slopes from here, so comparing them does not check these: the tests do, by differences.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel

KINDS = {"quadratic": 0, "quartic": 1, "logistic": 2}


def kinds(batch: Batch) -> npt.NDArray[np.int64]:
    """Number (n_rows,) of every row's loss."""
    return np.array([KINDS[kind] for kind in batch["loss_kind"].tolist()], np.int64)


@kernel
def loss_of(kind: int, p: float) -> float:
    """(p-1)^2/2, (p^2-1)^2/4 or [log(1+e^p) + log(1+e^-p)]/2."""
    if kind == 0:
        return 0.5 * (p - 1.0) ** 2
    if kind == 1:
        return 0.25 * (p * p - 1.0) ** 2
    return 0.5 * abs(p) + math.log1p(math.exp(-abs(p)))


@kernel
def slope_of(kind: int, p: float) -> float:
    """First derivative: p - 1, p (p^2 - 1) or tanh(p/2)/2."""
    if kind == 0:
        return p - 1.0
    if kind == 1:
        return p * (p * p - 1.0)
    return 0.5 * math.tanh(0.5 * p)


@kernel
def bend_of(kind: int, p: float) -> float:
    """Second derivative: 1, 3 p^2 - 1 or (1 - tanh(p/2)^2)/4."""
    if kind == 0:
        return 1.0
    if kind == 1:
        return 3.0 * p * p - 1.0
    return 0.25 * (1.0 - math.tanh(0.5 * p) ** 2)
