"""What a row is given: its learning rates, the refined ones from exact gradient norms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row
from toysim.models.scheduled_sgd.expectation import expected
from toysim.models.scheduled_sgd.modes import modes
from toysim.scheduled import rate_shares, share_units

Array = npt.NDArray[np.float64]


def rows_and_rates(batch: Batch) -> Iterator[tuple[Row, Array]]:
    """The rows in turn with their learning rates (T,)."""
    names = batch["schedule"]
    which, shares = rate_shares(batch, np.where(names == "refined", "linear", names))
    for row, k, unit in zip(batch.rows(), which, share_units(batch), strict=True):
        rates = unit * shares[k, : row.p.n_steps]
        refine = row.p.schedule == "refined" and not row.p.rates
        yield row, refined_rates(row, rates) if refine else rates


def refined_rates(row: Row, rates: Array) -> Array:
    """Rounds of refinement from ``rates`` (T,) on, at the same peak (after arXiv:2310.07831)."""
    h, signal = modes(row.p)
    every = np.arange(row.p.n_steps)
    for _ in range(row.p.refinements):
        square = expected(row.p, h, signal, row.p.label_noise, rates, every).square
        rates = row.p.learning_rate * refined_shares(square, rates / row.p.learning_rate)
    return rates


def refined_shares(square: Array, before: Array) -> Array:
    """w_t sum_{p > t} w_p over its maximum, w_t = 1/E|g_t|^2 (T,); the shares before where no norm
    is left to weigh, as after one update or beyond all numbers.
    """
    with np.errstate(all="ignore"):
        weights = np.nan_to_num(np.min(square) / square, posinf=0.0)
    later = np.append(np.cumsum(weights[::-1])[::-1][1:], 0.0)
    largest = np.max(weights * later)
    return weights * later / largest if largest > 0.0 else before
