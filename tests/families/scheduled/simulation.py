"""Descent, draw by draw."""

import numpy as np
from toysim_scheduled.problem import curvatures, observed

from toysim.batch import stacked
from toysim.jit import kernel
from toysim.records import ended
from toysim.scheduled import rates


@kernel
def descend(start, h, noise, eta, draws):
    """theta (T + 1, K) from ``start``: theta <- theta - eta_t (h theta + s z_t).

    h (K,), eta (T,), draws z (T, K).
    """
    theta = np.full((len(eta) + 1, len(h)), start)
    for t in range(len(eta)):
        theta[t + 1] = theta[t] - eta[t] * (h * theta[t] + noise * draws[t])
    return theta


def simulate(batch):
    with np.errstate(over="ignore"):
        rows = [_row(row, eta) for row, eta in zip(batch.rows(), rates(batch), strict=True)]
    observables, failed_at = zip(*rows, strict=True)
    return stacked(observables) | ended(np.array(failed_at))


def _row(row, eta):
    p = row.p
    draws = row.normal("gradient", p.n_steps, p.n_modes)
    squares = descend(p.start, curvatures(p), p.noise, eta, draws) ** 2
    lost = ~np.isfinite(squares).all(axis=1)
    return observed(row, squares), int(np.argmax(lost)) if lost.any() else -1
