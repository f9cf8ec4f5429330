"""The loss, for both sides: its curvatures, and what is observed of the coordinates' squares."""

import numpy as np


def curvatures(p):
    """h_k = 1/k (K,)."""
    return 1.0 / np.arange(1, p.n_modes + 1)


def observed(row, squares):
    """The observables of a row from theta^2, or its mean, after 0, 1, ..., T updates (T + 1, K)."""
    kept = squares[row.record_at]
    return {"loss": 0.5 * kept @ curvatures(row.p), "square": kept.T}
