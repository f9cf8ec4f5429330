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


def mixture_losses(stages, h, teachers, *, B, s2, runs, seed):
    """Losses (runs, T + 1, K) of SGD on mixtures; a stage is (rates, shares of the sources)."""
    rng = np.random.default_rng(seed)
    n_sources, d = h.shape
    w, losses = np.zeros((runs, d)), []

    def look():
        losses.append([0.5 * (w - teachers[k]) ** 2 @ h[k] for k in range(n_sources)])

    for rates, shares in stages:
        for eta in rates:
            look()
            which = rng.choice(n_sources, p=shares, size=(runs, B))
            x = rng.standard_normal((runs, B, d)) * np.sqrt(h[which])
            y = np.einsum("rbd,rbd->rb", x, teachers[which])
            y += np.sqrt(s2) * rng.standard_normal((runs, B))
            error = np.einsum("rbd,rd->rb", x, w) - y
            w = w - eta * np.einsum("rb,rbd->rd", error, x) / B
    look()
    return np.array(losses).transpose(2, 0, 1)
