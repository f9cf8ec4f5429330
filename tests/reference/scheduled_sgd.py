"""SGD on least squares written out once more, plainly, with whole samples: oracles for the tests.

Nothing here is imported from the package. Arrays have runs first.
"""

import numpy as np


def sgd_losses(rates, *, a, b, d, B, s2, runs, seed, beta=0.0, lam=0.0):
    """Excess losses (runs, T + 1) and squared gradients of every update (runs, T)."""
    rng = np.random.default_rng(seed)
    i = np.arange(1, d + 1)
    h = i**-a
    best = np.sqrt(i ** -float(b) / h)
    w, v = np.zeros((2, runs, d))
    losses, squares = [], []
    for eta in rates:
        losses.append(0.5 * (w - best) ** 2 @ h)
        x = rng.standard_normal((runs, B, d)) * np.sqrt(h)
        y = x @ best + np.sqrt(s2) * rng.standard_normal((runs, B))
        error = np.einsum("rbd,rd->rb", x, w) - y
        g = np.einsum("rb,rbd->rd", error, x) / B
        squares.append(np.sum(g**2, axis=1))
        v = beta * v - eta * (g + lam * w)
        w = w + v
    losses.append(0.5 * (w - best) ** 2 @ h)
    return np.array(losses).T, np.array(squares).T


def deviations(sample):
    """Standard error of the mean, and of the sample variance, of independent runs (runs, ...)."""
    n = len(sample)
    centred = (sample - sample.mean(axis=0)) ** 2
    variance = centred.sum(axis=0) / (n - 1)
    return np.sqrt(variance / n), centred.std(axis=0) / np.sqrt(n), variance
