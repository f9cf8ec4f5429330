"""The mean course of SGD on least squares, exact: which recursion of the moments a row follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.numerics.least_squares import Expected, decayed_moments, momentum_moments, padded, plain

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def expected(
    p: Any, h: Array, signal: Array, noise: float, rates: Array, keep_at: Ints
) -> Expected:
    """The course from ``signal`` (d,), twice the loss of every mode at the start.

    With weight decay the start is w = 0; with momentum as well there is no recursion: NaN.
    """
    batch = float(p.batch_size)
    if p.weight_decay == 0.0 and p.momentum == 0.0:
        return plain(h, signal, noise, batch, rates, keep_at)
    course, square = np.full(len(rates) + 1, np.nan), np.full(len(keep_at), np.nan)
    kept, curvature, told = padded(signal), padded(h), (rates, course, keep_at, square)
    if p.weight_decay == 0.0:
        momentum_moments(kept, curvature, noise, batch, p.momentum, *told)
    elif p.momentum == 0.0:
        decayed_moments(kept, np.sqrt(kept), curvature, noise, batch, p.weight_decay, *told)
    else:
        kept[:] = np.nan
    return Expected(course, square, kept[: len(h)])
