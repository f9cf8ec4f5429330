"""Exact mean loss of SGD that is shown the first modes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.curriculum.spectral.problem import exposed, modes, shown

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def means(
    h: Array,
    signal: Array,
    m: Ints,
    batch: float,
    eta: float,
    s2: float,
    keep_at: Ints,
    q: Array,
    losses: Array,
) -> None:
    """q_i = E (w_i - w*_i)^2 (d,), in place, and losses (R,) at ``keep_at``, ascending; derived.

    s = s2 + sum_(i<=m) h_i q_i + sum_(i>m) ``signal_i``
    q_i <- q_i (1 - 2 eta h_i + eta^2 h_i^2 (1 + 1/B)) + (eta^2/B) h_i s for i <= m.
    """
    kept = 0
    for t in range(len(m) + 1):
        shown = m[min(t, len(m) - 1)]
        s, loss = s2, 0.0
        for i in range(len(h)):
            loss += 0.5 * h[i] * q[i]
            s += h[i] * q[i] if i < shown else signal[i]
        while kept < len(keep_at) and keep_at[kept] == t:
            losses[kept] = loss
            kept += 1
        if t == len(m):
            return
        for i in range(shown):
            a = eta * h[i]
            q[i] = q[i] * (1.0 - 2.0 * a + a * a * (1.0 + 1.0 / batch)) + eta * a / batch * s


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p = row.p
    h, teacher = modes(p)
    m, q = exposed(p), teacher**2
    losses = np.empty(len(row.record_at))
    B, eta = float(p.batch_size), p.learning_rate
    means(h, h * teacher**2, m, B, eta, p.noise_variance, row.record_at, q, losses)
    # Fourth moments contract where second moments do at three times the noise of samples.
    stable = eta * (h[0] * (1.0 + 3.0 / B) + 3.0 * h.sum() / B) < 2.0
    return {"loss": losses, "mode_error": q, **shown(p, m, row.record_at), "valid": stable}
