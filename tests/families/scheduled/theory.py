"""Second moments, exact for every schedule."""

import numpy as np
from toysim_scheduled.problem import curvatures, observed

from toysim.batch import stacked
from toysim.scheduled import rates


def second_moments(start, h, noise, eta):
    """m_t = E theta_t^2 (T + 1, K) under rates eta (T,): m <- (1 - eta h)^2 m + eta^2 s^2."""
    m = [np.full(len(h), start**2)]
    for rate in eta:
        m.append((1.0 - rate * h) ** 2 * m[-1] + (rate * noise) ** 2)
    return np.array(m)


def predict(batch):
    with np.errstate(over="ignore", invalid="ignore"):
        return stacked(
            [_row(row, eta) for row, eta in zip(batch.rows(), rates(batch), strict=True)]
        )


def _row(row, eta):
    p = row.p
    moments = second_moments(p.start, curvatures(p), p.noise, eta)
    return {**observed(row, moments), "valid": np.isfinite(moments).all()}
