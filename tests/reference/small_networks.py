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


def concepts(rng, h, k0, rate, time):
    """Coordinates at the prompt (1, 1) with signals 1 and 1/2 and the class 11 held out."""
    prompts = np.array([[-1, -1], [-1, 1], [1, -1.0]])
    sigma = np.array([1.0, 0.5])
    q = np.linalg.qr(rng.standard_normal((h, 2)))[0]
    w1, w2 = np.sqrt(k0) * q, np.sqrt(k0) * q.T
    for _ in range(round(time / rate)):
        hidden = prompts @ w1.T
        error = prompts * sigma - hidden @ w2.T
        w1, w2 = w1 + rate * (error @ w2).T @ prompts / 3, w2 + rate * error.T @ hidden / 3
    return (w2 @ w1 @ np.ones(2)) / sigma


def plane(rng, strengths, u0, rate, time, tau2=0.05, sy2=0.5):
    """I(X;T) and I(T;Y) of a balanced network after descent, by conditional covariances."""
    n = len(strengths)
    u, v, q = (np.linalg.qr(rng.standard_normal((n, n)))[0] for _ in range(3))
    task = (u * strengths) @ v.T
    w1, w2 = np.sqrt(u0) * q @ v.T, np.sqrt(u0) * u @ q.T
    for _ in range(round(time / rate)):
        r = task - w2 @ w1
        w1, w2 = w1 + rate * w2.T @ r, w2 + rate * r @ w1.T
    hidden, labels = w1 @ w1.T + tau2 * np.eye(n), task @ task.T + sy2 * np.eye(n)
    left = labels - task @ w1.T @ np.linalg.inv(hidden) @ w1 @ task.T
    given = 0.5 * np.log(np.linalg.det(hidden) / tau2**n)
    return np.array([given, 0.5 * np.log(np.linalg.det(labels) / np.linalg.det(left))])
