"""Entropy of bins, and its mean over finite samples, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy
from scipy.stats import binom

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.deep_linear.binned_unit.bins import entropy, probabilities

Array = npt.NDArray[np.float64]

WIDE = 10.0  # standard deviations of a count that are summed, and as many counts beyond
MOST, MOST_BINS = 2e6, 5000  # terms of the sum, and bins
LEAST = 0.02  # nat from which on means over samples say something


def finite(p: Array, n: int) -> float:
    """sum_i E[-(j/N) ln(j/N)], j ~ Binomial(N, p_i); NaN where that is too long a sum."""
    p = p[p * n > 1e-12]
    reach = WIDE * np.sqrt(n * p * (1.0 - p)) + 2.0 * WIDE
    low = np.maximum(np.floor(n * p - reach), 1.0)
    high = np.minimum(np.ceil(n * p + reach), n)
    if len(p) > MOST_BINS or np.sum(high - low + 1.0) > MOST:
        return float("nan")
    total = 0.0
    for q, a, b in zip(p, low, high, strict=True):
        j = np.arange(a, b + 1.0)
        total -= float(binom.pmf(j, n, q) @ xlogy(j / n, j / n))
    return total


def predicted(row: Row) -> Rows:
    """One row."""
    p = probabilities(row.p.activation, row.p.weight, row.p.n_bins)
    exact, seen = entropy(p), finite(p, row.p.n_samples)
    values = {"information": seen, "exact_information": exact, "valid": not seen < LEAST}
    return {name: np.asarray(value) for name, value in values.items()}


def predict(batch: Batch) -> Rows:
    """The mean over samples; not valid where nearly all samples fall into one bin."""
    return stacked([predicted(row) for row in batch.rows()])
