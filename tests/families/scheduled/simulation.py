"""Descent, draw by draw."""

import numpy as np
from toysim_scheduled.problem import curvatures, observed

from toysim.batch import stacked
from toysim.jit import kernel
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
    return stacked([_row(row, eta) for row, eta in zip(batch.rows(), rates(batch), strict=True)])


def _row(row, eta):
    p = row.p
    draws = row.normal("gradient", p.n_steps, p.n_modes)
    return observed(row, descend(p.start, curvatures(p), p.noise, eta, draws) ** 2)
