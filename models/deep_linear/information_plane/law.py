"""The bottleneck bound of Gaussian modes, and what both sides read off courses; derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def compressing_start(p: Any) -> float:
    """d I(X;T)/dt = sum u (s - u)/(u + tau2) at u = u0 is negative above the mean of s."""
    return float(np.mean(p.strengths))


def explained(strengths: Array, label_noise: float) -> Array:
    """R2 of every mode."""
    return strengths**2 / (strengths**2 + label_noise)


def bound(total: Array, r2: Array) -> Array:
    """Largest I(T;Y) at I(X;T) = total (R,): I_k = max(0, ln(R2/(1 - R2)) + l)/2 sums to it.

    Modes enter by falling R2; with the first n of them 2 total = sum of logits + n l.
    """
    used = np.sort(r2[r2 > 0.0])[::-1]
    if not len(used):
        return np.zeros(len(total))
    logit = np.log(used / (1.0 - used))
    n = np.arange(1, len(used) + 1)
    level = (2.0 * total[:, None] - np.cumsum(logit)) / n  # (R, modes) if n modes are used
    last = np.sum(level + logit > 0.0, axis=1)
    chosen = np.take_along_axis(level, np.maximum(last - 1, 0)[:, None], axis=1)
    each = 0.5 * np.maximum(logit + chosen, 0.0)
    kept = -np.expm1(-2.0 * each)
    return np.asarray(-0.5 * np.sum(np.log1p(-used * kept), axis=1))


def outputs(given: Array, label: Array, r2: Array) -> dict[str, Array]:
    """Observables of I(X;T) and I(T;Y) (R,), NaN for none."""
    most = bound(given, r2)
    some = len(given) > 0
    peak = given.max() if some else np.nan
    return {
        "information_input": given,
        "information_label": label,
        "bound": most,
        "compression": np.asarray((peak - given[-1]) / peak if some and peak > 0.0 else np.nan),
        "gap": np.asarray(most[-1] - label[-1] if some else np.nan),
    }
