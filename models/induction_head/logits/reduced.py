"""The flow without beta1, whose invariant leaves three numbers y: how far alpha has moved from its
start, beta2, and xi.

The move of alpha, not alpha: a small mobility lets beta1 run far while alpha hardly moves. Arrays
have their rows last. Derived from the loss of three logits (after arXiv:2312.03002, a
reconstruction) and of four.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, inlined, kernel
from toysim.numerics.elementary import exp, expm1, log

Array = npt.NDArray[np.float64]

P, Q, R, EXCESS, ITEMS, LOG_RIGHT, ODDS = range(7)  # what is seen of y


class Reduced(NamedTuple):
    """Arrays (n,) of n rows: N, L, items without a label; alpha at the start; rho = mu_b/mu_alpha;
    z = beta1 - log m + e^beta1/m at the start; mobilities (3, n) of y, and sizes (3, n) of it that
    are as good as 0.
    """

    n_pairs: Any
    n_labels: Any
    n_items: Any
    alpha_start: Any
    rho: Any
    z: Any
    mobility: Any
    smallest: Any


@kernel
def some_rows(row: Reduced, some: npt.NDArray[np.int64]) -> Reduced:
    """That of some of the rows."""
    return Reduced(
        row.n_pairs[some],
        row.n_labels[some],
        row.n_items[some],
        row.alpha_start[some],
        row.rho[some],
        row.z[some],
        row.mobility[:, some],
        row.smallest[:, some],
    )


@inlined
def odds_of(z: float) -> float:
    """w with w + log w = z, the Wright omega function, by Halley's method for u = log w: three
    steps for all z, off by 1e-2, 1e-8 and rounding; the last one only changes w by a small share.
    """
    at_right = log(1.0 + max(z, 0.0))
    u = z if z < 0.0 else at_right
    u -= halley(u, exp(u), z)
    odds = exp(u)
    u -= halley(u, odds, z)
    odds = exp(u)
    share = halley(u, odds, z)
    return odds * (1.0 - share + 0.5 * share * share)


@inlined
def halley(u: float, odds: float, z: float) -> float:
    """How far u, with odds = e^u, lies above the root of u + e^u = z."""
    excess, slope = u + odds - z, 1.0 + odds
    return excess * slope / (slope * slope - 0.5 * excess * odds)


@borrowing
def look(y: Array, row: Reduced, seen: Array) -> None:
    """Attention at y (3, n) into ``seen`` (7, n): odds and share p of layer 1; q on the right
    label, r on each other one, q - r, and the items' share of layer 2.

        p/(1-p) = omega(z + rho (alpha^2 - alpha(0)^2)/2)
        (q, r) ~ e^(alpha p + beta2), e^beta2,   n_items ~ 1
    """
    for i in range(y.shape[1]):
        risen = y[0, i] * (row.alpha_start[i] + 0.5 * y[0, i])
        seen[ODDS, i] = odds_of(row.z[i] + row.rho[i] * risen)
        seen[P, i] = 1.0 / (1.0 + 1.0 / seen[ODDS, i])
    for i in range(y.shape[1]):
        match, beta2 = (row.alpha_start[i] + y[0, i]) * seen[P, i], y[1, i]
        top = max(max(match, 0.0) + beta2, 0.0)
        q, r = exp(match + beta2 - top), exp(beta2 - top)
        items = row.n_items[i] * exp(-top)
        per_norm = 1.0 / (q + (row.n_pairs[i] - 1.0) * r + items)
        excess = math.copysign(max(q, r), match) * -expm1(-abs(match))
        seen[Q, i], seen[R, i] = q * per_norm, r * per_norm
        seen[EXCESS, i], seen[ITEMS, i] = excess * per_norm, items * per_norm


@borrowing
def take_log_right(y: Array, row: Reduced, seen: Array) -> None:
    """log p(right) into ``seen``, from logits xi (q, r, 0)."""
    look(y, row, seen)
    for i in range(y.shape[1]):
        right, other = y[2, i] * seen[Q, i], y[2, i] * seen[R, i]
        top = max(right, max(other, 0.0))
        others = (row.n_pairs[i] - 1.0) * exp(other - top)
        absent = (row.n_labels[i] - row.n_pairs[i]) * exp(-top)
        seen[LOG_RIGHT, i] = right - top - log(exp(right - top) + others + absent)


@borrowing
def take_slope(y: Array, row: Reduced, seen: Array, out: Array) -> None:
    """-mobility * gradient (3, n): the chain rule from the logits back through both softmaxes."""
    look(y, row, seen)
    for i in range(y.shape[1]):
        p, q, r, xi = seen[P, i], seen[Q, i], seen[R, i], y[2, i]
        top = max(xi * q, max(xi * r, 0.0))
        others = (row.n_pairs[i] - 1.0) * exp(xi * r - top)
        absent = (row.n_labels[i] - row.n_pairs[i]) * exp(-top)
        per_norm = 1.0 / (exp(xi * q - top) + others + absent)
        others, absent = others * per_norm, absent * per_norm
        not_right = (row.n_pairs[i] - 1.0) * r + seen[ITEMS, i]
        by_right = q * (not_right * (others + absent) + r * others)
        by_xi = seen[EXCESS, i] * others + q * absent
        out[0, i] = row.mobility[0, i] * xi * p * by_right
        out[1, i] = row.mobility[1, i] * xi * seen[ITEMS, i] * by_xi
        out[2, i] = row.mobility[2, i] * by_xi
