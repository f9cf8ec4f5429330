"""SGD on least squares, one sample an update: fresh, or one of kept rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12  # a loss beyond this does not come back


@kernel
def draw(rng: Any, deviation: Array, noise: float, x: Array) -> float:
    """A fresh input x (d,); returns its label's noise."""
    for i in range(len(x)):
        x[i] = deviation[i] * rng.standard_normal()
    error: float = noise * rng.standard_normal()
    return error


@kernel
def residuals(delta: Array, h: Array, rows: Array, eps: Array) -> tuple[float, float]:
    """Excess loss, and half the mean squared residual on the kept rows (NaN of none)."""
    train = 0.0
    for k in range(len(rows)):
        r = -eps[k]
        for i in range(len(delta)):
            r += rows[k, i] * delta[i]
        train += r * r
    return 0.5 * np.sum(h * delta * delta), 0.5 * train / len(rows)


@kernel
def descend(
    delta: Array,
    h: Array,
    rows: Array,
    eps: Array,
    fraction: float,
    reshuffled: bool,
    noise: float,
    rates: Array,
    order: Any,
    inputs: Any,
    keep_at: Ints,
    loss: Array,
    train: Array,
) -> int:
    """One run: delta <- delta - eta_t x (x.delta - eps), delta (d,) overwritten by the end state.

    ``keep_at`` (R,) updates of the records, ascending; ``noise`` deviation of fresh labels.
    Returns -1, or the update that left the loss below ESCAPED.
    """
    x, deviation = np.empty(len(delta)), np.sqrt(h)
    turn, place, kept = np.arange(len(rows)), len(rows), 0
    for t in range(len(rates) + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept], train[kept] = residuals(delta, h, rows, eps)
            kept += 1
        if not np.sum(h * delta * delta) < ESCAPED:
            return t
        if t == len(rates):
            break
        if order.random() < fraction:
            if not reshuffled:
                k = int(order.random() * len(rows))
            else:
                if place == len(rows):
                    for i in range(len(rows) - 1, 0, -1):
                        j = int(order.random() * (i + 1))
                        turn[i], turn[j] = turn[j], turn[i]
                    place = 0
                k = turn[place]
                place += 1
            x[:] = rows[k]
            r = -eps[k]
        else:
            r = -draw(inputs, deviation, noise, x)
        for i in range(len(x)):
            r += x[i] * delta[i]
        for i in range(len(x)):
            delta[i] -= rates[t] * r * x[i]
    return -1
