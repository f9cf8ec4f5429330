"""Two-layer linear networks written out plainly, in all their weights.

Nothing here is imported from the package.
"""

import numpy as np


def structured_start(rng, d, h, rank, norm, overlap, s, rate, n_steps):
    """Changes of kernel, representation and weights, and alignment, after descent."""
    u, v = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (h, d))
    w = w0 = norm / np.sqrt(rank) * u[:, :rank] @ v[:, :rank].T
    inside = v[:, :rank] @ rng.standard_normal(rank)
    outside = v[:, rank:] @ rng.standard_normal(d - rank)
    beta = s * np.sqrt(overlap) * inside / np.linalg.norm(inside)
    beta = beta + s * np.sqrt(1 - overlap) * outside / np.linalg.norm(outside)
    a = np.zeros(h)
    for _ in range(n_steps):
        e = beta - w.T @ a
        w, a = w + rate * np.outer(a, e), a + rate * w @ e
    kernel, kernel0 = w.T @ w + a @ a * np.eye(d), w0.T @ w0
    size = np.linalg.norm(kernel0)
    return {
        "kernel_change": np.linalg.norm(kernel - kernel0) / size,
        "representation_change": np.linalg.norm(w.T @ w - kernel0) / size,
        "kernel_alignment": np.sum(kernel * kernel0) / (np.linalg.norm(kernel) * size),
        "weight_change": np.sqrt(np.sum((w - w0) ** 2) + a @ a) / norm,
        "readout_square": a @ a,
    }
