"""Closed forms of the three nested logits, each with where it holds.

N pairs in the context, L labels, m competitors in layer 1, rho = mu_b/mu_alpha the ratio of
mobilities, p the attention of a label to the item before it. Derived from the loss of three logits
(after arXiv:2312.03002); numbers or arrays throughout.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import erfc, wrightomega

Numbers = float | npt.NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)


def invariant(beta1: Numbers, alpha: Numbers, m: Numbers, rho: Numbers) -> Any:
    """C = beta1 + e^beta1/m - rho alpha^2/2, constant along the flow of three and of four
    logits.
    """
    return beta1 + np.exp(beta1) / m - 0.5 * np.asarray(rho) * alpha**2


def odds_along(alpha: Numbers, C: Numbers, m: Numbers, rho: Numbers) -> Any:
    """p/(1-p) = e^beta1/m at matching strength alpha on the flow line of invariant C.

    With w = e^beta1/m the invariant says w + log w = C - log m + rho alpha^2/2: w is the Wright
    omega function of it.
    """
    return wrightomega(C - np.log(m) + 0.5 * np.asarray(rho) * np.asarray(alpha) ** 2)


def xi_phase1(
    t: Numbers, n_pairs: Numbers, n_labels: Numbers, mu_xi: Numbers = 1.0, xi_start: Numbers = 0.0
) -> Any:
    """xi(t) while attention is even, q = 1/N (exact for alpha = 0 and frozen attention): one of the
    shown labels.

        xi = xi(0) + N d,   d + B (e^d - 1) = mu_xi t/N^2,   B = N/(L - N) e^(xi(0)/N)

    d = x - omega(x + log B) with x = B + mu_xi t/N^2 and omega(z) = W0(e^z), finite at any time;
    Newton's steps bring back the digits that the difference loses at large x. Slope mu_xi (1/N -
    1/L) at the origin, N log t late. L = N: xi(0).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        y0 = np.asarray(xi_start, float) / n_pairs
        B = n_pairs / (np.asarray(n_labels, float) - n_pairs) * np.exp(y0)
        time = np.asarray(mu_xi) * t / np.asarray(n_pairs, float) ** 2
        d = B + time - wrightomega(B + time + np.log(B))
        for _ in range(4):
            d = d - (d + B * np.expm1(d) - time) / (1.0 + B * np.exp(d))
        return np.where(np.isinf(B), xi_start, xi_start + n_pairs * d)


def even_loss(xi: Numbers, n_pairs: Numbers, n_labels: Numbers) -> Any:
    """Loss while attention is even: -y + log(N e^y + L - N), y = xi/N; from log L to log N."""
    y = np.asarray(xi) / n_pairs
    return -y + np.logaddexp(np.log(n_pairs) + y, np.log(np.asarray(n_labels, float) - n_pairs))


def _per_alpha(n_pairs: Numbers, mu_alpha: Numbers) -> Any:
    """d(action)/dalpha times p, while q is near 1/N: N^2 / ((N - 1) mu_alpha)."""
    n = np.asarray(n_pairs, float)
    return n * n / ((n - 1.0) * mu_alpha)


def action_inf(
    n_pairs: Numbers,
    m: Numbers,
    rho: Numbers = 1.0,
    mu_alpha: Numbers = 1.0,
    beta1: Numbers = 0.0,
    alpha: Numbers = 0.0,
) -> Any:
    """int xi dt that the plateau lasts, from the start (beta1, alpha), leading order for large m:

        N^2/((N-1) mu_alpha) m e^-beta1 e^(rho alpha^2/2) sqrt(pi/(2 rho)) erfc(alpha sqrt(rho/2))

    A *negative* start of alpha costs e^(rho alpha^2/2). Tends to fall short of the cliff.
    """
    rho = np.asarray(rho, float)
    tail = np.sqrt(np.pi / (2.0 * rho)) * erfc(np.asarray(alpha) * np.sqrt(0.5 * rho))
    return (
        _per_alpha(n_pairs, mu_alpha)
        * m
        * np.exp(0.5 * rho * np.asarray(alpha) ** 2 - beta1)
        * tail
    )


def action_half(
    n_pairs: Numbers,
    m: Numbers,
    rho: Numbers = 1.0,
    mu_alpha: Numbers = 1.0,
    beta1: Numbers = 0.0,
    alpha: Numbers = 0.0,
) -> Any:
    """int xi dt until p = 1/2 if q stayed at 1/N: N^2/((N-1) mu_alpha) int dalpha/p. Tends to
    overshoot the cliff.
    """
    C = np.asarray(invariant(beta1, alpha, m, rho))
    end = np.sqrt(2.0 * np.maximum(np.log(m) + 1.0 - C, 0.0) / rho)
    half = 0.5 * (end - alpha)
    nodes = np.asarray(alpha)[..., None] + half[..., None] * (1.0 + _NODES)
    along = odds_along(nodes, *(np.asarray(x)[..., None] for x in (C, m, rho)))
    # Not a product (BLAS), whose order of summation hangs on how many rows there are.
    integral = half * np.sum(_WEIGHTS * (1.0 + 1.0 / along), axis=-1)
    return _per_alpha(n_pairs, mu_alpha) * integral


def time_of_action(
    action: Numbers, n_pairs: Numbers, n_labels: Numbers, mu_xi: Numbers = 1.0
) -> Any:
    """Time at which int xi dt along ``xi_phase1`` from xi = 0 reaches ``action``; infinite for L =
    N.

    With y = xi/N:  mu_xi action/N^3 = A ((y - 1) e^y + 1) + y^2/2,  mu_xi t/N^2 = A (e^y - 1) + y.
    """
    n = np.asarray(n_pairs, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        A = n / (np.asarray(n_labels, float) - n)
        target = np.asarray(action) * mu_xi / n**3
        y = np.minimum(
            np.sqrt(2.0 * target / (1.0 + A)), 1.0 + np.log1p(target / A)
        )  # from above on both ends
        for _ in range(12):  # convex in y: Newton comes down to the root
            value = A * (y * np.exp(y) - np.expm1(y)) + 0.5 * y * y - target
            y = y - value / (y * (A * np.exp(y) + 1.0))
        return np.where(np.isinf(A), np.inf, n * n / mu_xi * (A * np.expm1(y) + y))


# Largest L up to which action_half's time lies above the cliff, for N = 2, ..., 7 (every L tried).
SMALL_UPPER = np.array([6, 7, 16, 55, 170, 425])


def bracketed(n_pairs: Numbers, n_labels: Numbers) -> tuple[Any, Any]:
    """Where the times of ``action_inf`` and of ``action_half`` from the origin lie below and above
    the cliff: checked, not proven, for three logits of equal mobilities and m = N.

    N >= 8: both for 2N <= L <= 64N (at N = 8 the upper one fails from L = 110N, the lower one at L
    = 9). N < 8: the lower one for N < L <= 64N, the upper one up to ``SMALL_UPPER``.
    """
    n, labels = np.asarray(n_pairs), np.asarray(n_labels)
    small, least = n < 8, np.where(n < 8, n + 1, 2 * n)
    lower = (least <= labels) & (labels <= 64 * n)
    most = np.where(small, SMALL_UPPER[np.clip(n, 2, 7) - 2], 64 * n)
    return lower, lower & (labels <= most)


def linear_cliff_time(
    action: Numbers, n_pairs: Numbers, n_labels: Numbers, mu_xi: Numbers = 1.0
) -> Any:
    """The same while xi grows linearly, t << N^2/mu_xi: sqrt(2 action N L/(mu_xi (L - N))).

    With ``action_inf`` from the origin, m = N and equal mobilities 1.58 N^(3/2) sqrt(L/(L - N))
    sqrt(N/(N - 1)).
    """
    with np.errstate(divide="ignore"):
        return np.sqrt(
            2.0
            * np.asarray(action)
            * n_pairs
            * n_labels
            / (mu_xi * (np.asarray(n_labels) - n_pairs))
        )


def saddle_rate(
    beta1: Numbers, n_pairs: Numbers, m: Numbers, mu_alpha: Numbers = 1.0, mu_xi: Numbers = 1.0
) -> Any:
    """L = N: rate at which alpha + xi (in units of the square roots of their mobilities) leaves
    alpha = xi = 0.

    sqrt(mu_alpha mu_xi) p (N - 1)/N^2; the time to escape is log(1/start)/rate.
    """
    n = np.asarray(n_pairs, float)
    return (
        np.sqrt(np.asarray(mu_alpha) * mu_xi)
        * (n - 1.0)
        / (n * n * (1.0 + m * np.exp(-np.asarray(beta1))))
    )
