"""The mean course of SGD on least squares, exact: which recursion of the moments a row follows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.numerics.least_squares import decayed_moments, moments, momentum_moments, padded

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Expected(NamedTuple):
    """Mean excess loss after 0..T updates (T + 1,), E|g|^2 at the records (R,), and twice the loss
    of every mode at the end (d,).
    """

    course: Array
    square: Array
    signal: Array


def expected(
    p: Any, h: Array, signal: Array, noise: float, rates: Array, keep_at: Ints
) -> Expected:
    """The course from ``signal`` (d,), twice the loss of every mode at the start.

    With weight decay the start is w = 0; with momentum as well there is no recursion: NaN.
    """
    course, square = np.full(len(rates) + 1, np.nan), np.full(len(keep_at), np.nan)
    kept, curvature, batch = padded(signal), padded(h), float(p.batch_size)
    told = (rates, course, keep_at, square)
    if p.weight_decay == 0.0 and p.momentum == 0.0:
        moments(kept, curvature, noise, batch, *told)
    elif p.weight_decay == 0.0:
        momentum_moments(kept, curvature, noise, batch, p.momentum, *told)
    elif p.momentum == 0.0:
        decayed_moments(kept, np.sqrt(kept), curvature, noise, batch, p.weight_decay, *told)
    else:
        kept[:] = np.nan
    return Expected(course, square, kept[: len(h)])
