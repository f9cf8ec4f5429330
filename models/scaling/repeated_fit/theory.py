"""The fit with repeated rows at large sizes: ridge, flow and stream."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.repeated_fit import resolvent
from toysim.models.scaling.repeated_fit.law import rise_above
from toysim.numerics import marchenko_pastur

Array = npt.NDArray[np.float64]

LEAST_SIZE = 150.0  # max(d, rows) (1 - D) from which on the variance is within 1 %
LEAST_SHARE = 1e-10  # of penalty or rate against the weights: below, simulation only rounds


def tokens(p: Any, scale: float = 1.0) -> resolvent.Rows:
    """The rows of ridge and flow, their weights times ``scale``."""
    return resolvent.Rows((p.n_unique, p.n_repeated), (scale, scale * p.repeats), p.n_features)


def ridge(p: Any, rows: resolvent.Rows, penalty: float) -> tuple[float, float]:
    """Bias and variance: with 1/g' = -(1 - D)/g^2, bias -lambda^2 g' W and variance
    -s^2 d g' sum n v^2/(1 + v d g)^2.
    """
    g, d = rows.at(penalty), p.n_features
    slope = g * g / rows.unfit(g)
    seen = sum(
        n * (v / (1.0 + v * d * g)) ** 2 for n, v in zip(rows.counts, rows.weights, strict=True)
    )
    return p.signal_norm * penalty**2 * slope, p.label_noise * d * slope * seen


def learned(t: Array, x: Array) -> Array:
    """(1 - e^(-tx))/x, (R, k)."""
    tx = t[:, None] * x
    return t[:, None] * -np.expm1(-tx) / np.maximum(tx, 1e-300)


def flow(p: Any, t: Array) -> tuple[Array, Array]:
    """Bias and variance (R,): the trace is cyclic, so that one resolvent is enough; derived.

    bias = W [int e^(-2tx) rho dx + (1 - rows/d)_+],  rho = Im g/pi,
    variance = s^2 sum_k v_k^2 int ((1 - e^(-tx))/x)^2 mu_k dx,
    mu_k = Im [n_k d g/(1 + v_k d g)]/pi
    """
    rows = tokens(p, 1.0 / (p.n_unique + p.n_repeated * p.repeats))
    x, dx, g = rows.density()
    unseen = max(0.0, 1.0 - sum(rows.counts) / p.n_features)
    bias = np.exp(-2.0 * t[:, None] * x) @ (dx * g.imag) / np.pi + unseen
    noise = np.zeros(len(x))
    for n, v in zip(rows.counts, rows.weights, strict=True):
        noise += v * v * n * p.n_features * (g / (1.0 + v * p.n_features * g)).imag
    return p.signal_norm * bias, p.label_noise * (learned(t, x) ** 2 @ (dx * noise)) / np.pi


def stream(p: Any, t: Array) -> tuple[Array, Array]:
    """Bias and variance (R,) on fresh data and m rows, nu of the Marchenko-Pastur law; derived.

    alpha = 1 - f + f nu,  bias = W <e^(-2 alpha t)>,
    variance = d f^2 s^2/m <nu ((1 - e^(-alpha t))/alpha)^2>
    """
    f, m = p.fraction, p.n_repeated
    if f == 0.0:
        return p.signal_norm * np.exp(-2.0 * t), np.zeros(len(t))
    nu, share = marchenko_pastur.nodes(p.n_features, m)
    zero = marchenko_pastur.zero_share(p.n_features, m)
    alpha = 1.0 - f + f * nu
    bias = np.exp(-2.0 * t[:, None] * alpha) @ share + zero * np.exp(-2.0 * (1.0 - f) * t)
    variance = learned(t, alpha) ** 2 @ (share * nu) * p.n_features * f * f / m
    return p.signal_norm * bias, p.label_noise * variance


def large_enough(p: Any, t: Array) -> bool:
    """Whether the variance is that of large sizes: D at the penalty that acts like the time."""
    if p.method == "stream":
        if p.fraction == 0.0:
            return True
        rows = resolvent.Rows((p.n_repeated, 0.0), (1.0, 1.0), p.n_features)
        least = (1.0 - p.fraction + 1.0 / np.nanmax(t)) * p.n_repeated / p.fraction
    else:
        rows = tokens(p)
        n_tokens = p.n_unique + p.n_repeated * p.repeats
        least = p.penalty if p.method == "ridge" else n_tokens / np.nanmax(t)
        if p.method == "ridge" and least < LEAST_SHARE * (n_tokens + p.repeats * p.n_features):
            return False
    unfit = rows.unfit(rows.at(least))
    return bool(max(p.n_features, sum(rows.counts)) * unfit >= LEAST_SIZE)


def converged(p: Any, n_unique: float, n_repeated: float) -> float:
    """Risk of the ridge fit of other rows, all of weight 1 but the repeated ones."""
    rows = resolvent.Rows((n_unique, n_repeated), (1.0, p.repeats), p.n_features)
    return sum(ridge(p, rows, p.penalty))


def predicted(row: Row) -> Rows:
    """Every observable and diagnostic of one row."""
    p, t = row.p, row.record_at
    if p.method == "ridge":
        bias, variance = (np.full(len(t), part) for part in ridge(p, tokens(p), p.penalty))
    else:
        bias, variance = (flow if p.method == "flow" else stream)(p, t)
    found = {
        "risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "dropped_risk": converged(p, p.n_unique, 0.0),
        "fresh_risk": converged(p, p.n_unique + p.n_repeated * p.repeats, 0.0),
        "rise_above": rise_above(p.fraction),
        "valid": not len(t) or large_enough(p, t),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def predict(batch: Batch) -> Rows:
    """Every row; valid where sizes are large against what is resolved of the spectrum."""
    return stacked([predicted(row) for row in batch.rows()])
