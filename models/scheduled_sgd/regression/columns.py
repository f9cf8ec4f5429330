"""Exact means of plain rows, side by side: no momentum, no weight decay, no first passage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.stability import stationary_losses
from toysim.numerics.least_squares import moments_of_rows
from toysim.numerics.mean_square import largest_stable_rate
from toysim.numerics.spread import narrow_rows
from toysim.scheduled import rate_shares, share_units

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def together(batch: Batch) -> Rows:
    """Every observable of plain rows with the same modes."""
    h, signal = modes(Row(batch, 0).p)
    n, at = len(batch), batch.record_at
    which, shares = rate_shares(batch)
    unit = np.asarray(share_units(batch), float)
    noise, size = batch["label_noise"].astype(float), batch["batch_size"].astype(float)
    n_steps = batch["n_steps"].astype(np.int64)
    order = np.argsort(n_steps, kind="stable")
    loss, square, bias, unused = np.empty((4, *at.shape))
    end, peak = np.empty((n, len(h))), np.empty(n)
    follow = (size, unit, which, shares, n_steps, order, at)
    moments_of_rows(signal, h, noise, *follow, loss, square, end, peak)
    final, largest = 0.5 * end.sum(axis=1), peak.copy()
    if at.shape[1]:
        moments_of_rows(signal, h, np.zeros(n), *follow, bias, unused, end.copy(), peak)
    rate = unit * shares.max(axis=1)[which]
    narrow = narrow_rows(h, signal, noise, size, unit, which, shares, n_steps, at)
    limit = {b: largest_stable_rate(h, b, 0.0) for b in np.unique(size).tolist()}
    nothing = np.full(n, np.nan)
    with np.errstate(invalid="ignore"):  # both may be infinite
        noise_loss = loss - bias
    return {
        "loss": loss,
        "final_loss": final,
        "mode_loss": 0.5 * end,
        "gradient_square": square,
        "signal_loss": bias,
        "noise_loss": noise_loss,
        "peak_loss": largest,
        "steps_to_target": nothing,
        "stationary_loss": stationary_losses(rate, h, size, noise),
        "share_of_limit": rate / np.array([limit[b] for b in size.tolist()]),
        "share_of_fourth": nothing,
        "loss_deviation": np.full(at.shape, np.nan),
        "replicas_needed": nothing,
        "valid": np.isfinite(final) & narrow,
    }
