"""What a row is given: its learning rates, the refined ones from exact gradient norms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row
from toysim.models.scheduled_sgd.expectation import expected
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.parts import cells
from toysim.scheduled import rate_shares, share_units

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def followed(batch: Batch) -> tuple[Array, Ints, Array]:
    """What rates are shares of and which shares a row follows (n,), and all shares (n_shapes, T);
    refined rates, found once a cell, are shares of 1.
    """
    refined = (batch["schedule"] == "refined") & (batch["rates"].size == 0)
    which, shares = rate_shares(batch, np.where(refined, "linear", batch["schedule"]))
    unit, some = np.array(share_units(batch), float), np.flatnonzero(refined)
    for p, members in cells(batch.take(some)):
        rows = some[members]
        rates = refined_rates(p, unit[rows[0]] * shares[which[rows[0]], : p.n_steps])
        own = np.append(rates, np.zeros(shares.shape[1] - p.n_steps))
        unit[rows], which[rows], shares = 1.0, len(shares), np.vstack((shares, own))
    return unit, which, shares


def rows_and_rates(batch: Batch) -> Iterator[tuple[Row, Array]]:
    """The rows in turn with their learning rates (T,)."""
    units, which, shares = followed(batch)
    for row, unit, k in zip(batch.rows(), units, which, strict=True):
        yield row, unit * shares[k, : row.p.n_steps]


def refined_rates(p: Any, rates: Array) -> Array:
    """Rounds of refinement from ``rates`` (T,) on, at the same peak (after arXiv:2310.07831)."""
    h, signal = modes(p)
    every = np.arange(p.n_steps)
    for _ in range(p.refinements):
        square = expected(p, h, signal, p.label_noise, rates, every).square
        rates = p.learning_rate * refined_shares(square, rates / p.learning_rate)
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
