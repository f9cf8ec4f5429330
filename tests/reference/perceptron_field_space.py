"""Free entropies of the perceptron in field space, written out plainly: fixed grids of nodes,
SciPy's ln H.

Their gradient vanishes at a saddle point, in the order parameters and in their conjugates. Good
where 1 - Q is not small; nothing here adapts.
"""

import numpy as np
from scipy.special import log_ndtr, logsumexp, xlogy

HERMITE, HERMITE_WEIGHTS = np.polynomial.hermite_e.hermegauss(100)
HERMITE_WEIGHTS = HERMITE_WEIGHTS / HERMITE_WEIGHTS.sum()
_u, _w = np.polynomial.legendre.leggauss(80)
MAGNETISATIONS = np.concatenate(
    [np.sin(0.25 * np.pi * (_u - 1.0)), np.sin(0.25 * np.pi * (_u + 1.0))]
)
_steps = np.concatenate(
    [_w * np.cos(0.25 * np.pi * (_u - 1.0)), _w * np.cos(0.25 * np.pi * (_u + 1.0))]
)
LOG_MEASURE = np.log(0.25 * np.pi * _steps)


def entropy(m):
    """S(m), ln 2 at 0."""
    return -xlogy(0.5 * (1 + m), 0.5 * (1 + m)) - xlogy(0.5 * (1 - m), 0.5 * (1 - m))


def site_exponents(q_hat, Q_hat, kappa, h):
    """Exponents over the magnetisations for fields h (...), (..., nodes), with the measure dm."""
    m = MAGNETISATIONS
    return (Q_hat - 0.5 * q_hat) * m**2 + h[..., None] * m + kappa * entropy(m) + LOG_MEASURE


def patterns(q, r, Q, beta):
    """2 int Dz H(-r z/sqrt(q - r^2)) ln int Dx H(t)^beta, t = -(sqrt(q) z + sqrt(Q - q) x)/sqrt(1 -
    Q).
    """
    z, x = HERMITE[:, None], HERMITE[None, :]
    log_h = log_ndtr((np.sqrt(q) * z + np.sqrt(Q - q) * x) / np.sqrt(1 - Q))
    inner = logsumexp(beta * log_h + np.log(HERMITE_WEIGHTS), axis=1)
    return 2 * np.sum(HERMITE_WEIGHTS * np.exp(log_ndtr(r * HERMITE / np.sqrt(q - r**2))) * inner)


def one_task(parameters, alpha, beta, kl):
    """phi at (q, r, Q, q^, r^, Q^)."""
    q, r, Q, q_hat, r_hat, Q_hat = parameters
    exponents = site_exponents(q_hat, Q_hat, kl * beta, np.sqrt(q_hat) * HERMITE + r_hat)
    sites = np.sum(HERMITE_WEIGHTS * logsumexp(exponents, axis=-1))
    return -Q * Q_hat + 0.5 * q * q_hat - r * r_hat + sites + alpha * patterns(q, r, Q, beta)


def two_tasks(parameters, first, alpha, beta, kappa, r0):
    """phi at (q, r, Q, q^, r^, Q^) of the second task; ``first`` = (q^, r^, Q^) of the first,
    without a prior.
    """
    q, r, Q, q_hat, r_hat, Q_hat = parameters
    m1 = MAGNETISATIONS
    q1_hat, r1_hat, Q1_hat = first
    one = site_exponents(q1_hat, Q1_hat, 0.0, np.sqrt(q1_hat) * HERMITE + r1_hat)
    density = HERMITE_WEIGHTS @ np.exp(
        one - logsumexp(one, axis=-1)[:, None]
    )  # of m1, times its node's weight
    sites = np.sum(density * 0.5 * kappa * np.log((1 - m1**2) / 4))
    for B, share in ((1, 0.5 * (1 + r0)), (-1, 0.5 * (1 - r0))):
        h = np.sqrt(q_hat) * HERMITE[None, :] + r_hat * B + kappa * np.arctanh(m1)[:, None]
        log_z = np.stack(
            [logsumexp(site_exponents(q_hat, Q_hat, kappa, row), axis=-1) for row in h]
        )
        sites += share * np.sum(density * (log_z @ HERMITE_WEIGHTS))
    return -Q * Q_hat + 0.5 * q * q_hat - r * r_hat + alpha * patterns(q, r, Q, beta) + sites


def gradient(function, parameters, *arguments):
    """Central differences in every parameter."""
    found = []
    for i, value in enumerate(parameters):
        step = 1e-5 * max(1.0, abs(value))
        values = []
        for sign in (1, -1):
            moved = np.array(parameters, float)
            moved[i] += sign * step
            values.append(function(moved, *arguments))
        found.append((values[0] - values[1]) / (2 * step))
    return np.array(found)
