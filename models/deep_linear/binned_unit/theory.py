"""Entropy of bins, and its mean over finite samples, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.deep_linear.binned_unit.bins import entropy, probabilities

Array = npt.NDArray[np.float64]

# Trapezoids in x = ln s converge geometrically: steps of 0.2 leave 1e-14.
STEP, LAST = 0.2, 4.0
# E ln(1 + J) over ln p; a cubic spline of that many is 1e-11 off.
NODES = 4000
SEEN = 1e-18  # information of a bin with less is below rounding
LEAST = 0.02  # nat from either end at which means over samples say something


def mean_log(p: Array, n: int) -> Array:
    """E ln(1 + J), J ~ Binomial(n, p), of every p (k,) in 0..1; derived.

    int_0^inf e^-s [1 - (1 - p (1 - e^-s))^n] ds/s, from ln z = int (e^-s - e^(-s z)) ds/s.
    """
    s = np.exp(np.arange(LAST, -45.0 - np.log(n + 1.0), -STEP))
    total = np.zeros(len(p))
    with np.errstate(divide="ignore"):  # ln 0 of a certain bin
        for s_q in s:
            missing = np.expm1(n * np.log1p(p * np.expm1(-s_q)))
            total -= STEP * np.exp(-s_q) * missing
    return total


def finite(p: Array, n: int) -> float:
    """sum_i E[-(j/N) ln(j/N)], j ~ Binomial(N, p_i): sum_i p_i (ln N - E ln(1 + J_i)) with J_i ~
    Binomial(N - 1, p_i).
    """
    p = p[p > SEEN / len(p)]
    if len(p) <= NODES:
        return float(p @ (np.log(n) - mean_log(p, n - 1)))
    nodes = np.linspace(np.log(p.min()), np.log(p.max()), NODES)
    logs = CubicSpline(nodes, mean_log(np.exp(nodes), n - 1))(np.log(p))
    return float(p @ (np.log(n) - logs))


def predicted(row: Row) -> Rows:
    """One row."""
    p = probabilities(row.p.activation, row.p.weight, row.p.n_bins)
    exact, seen = entropy(p), finite(p, row.p.n_samples)
    common = min(seen, np.log(row.p.n_samples) - seen) >= LEAST
    values = {"information": seen, "exact_information": exact, "valid": common}
    return {name: np.asarray(value) for name, value in values.items()}


def predict(batch: Batch) -> Rows:
    """The mean over samples; not valid where nearly all samples fall into one bin, or each into
    its own.
    """
    return stacked([predicted(row) for row in batch.rows()])
