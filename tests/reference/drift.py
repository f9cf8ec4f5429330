"""Learners of moving targets written out plainly: vectors, one replica after the other, by NumPy.

Nothing here is imported from the package.
"""

import numpy as np


def scale_invariant(rng, d, gamma, s2, n_steps, project=False, kappa=0.0, delta=0.0):
    """Overlap and effective rate after so many updates of w on (y - w.x/|w|)^2/2."""
    w, m = np.zeros(d), np.zeros(d)
    w[0], m[1] = 1.0, 1.0
    for _ in range(n_steps):
        if delta > 0:
            turn = rng.standard_normal(d) / np.sqrt(d)
            m = np.sqrt(1 - 2 * delta / d) * m + np.sqrt(2 * delta / d) * turn
            m /= np.linalg.norm(m)
        x = rng.standard_normal(d)
        norm = np.linalg.norm(w)
        e = w @ x / norm - m @ x - np.sqrt(s2) * rng.standard_normal()
        gradient = e * (x / norm - (w @ x) * w / norm**3)
        w = (1 - gamma / d * kappa) * w - gamma / d * gradient
        if project:
            w /= np.linalg.norm(w)
    norm = np.linalg.norm(w)
    return w @ m / norm, gamma / norm**2


def plain(rng, d, gamma, s2, n_steps):
    """|w - m|^2/2 of linear regression from w = 0."""
    w, m = np.zeros(d), np.ones(d) / np.sqrt(d)
    for _ in range(n_steps):
        x = rng.standard_normal(d)
        y = m @ x + np.sqrt(s2) * rng.standard_normal()
        w -= gamma / d * (w @ x - y) * x
    return 0.5 * np.sum((w - m) ** 2)


def tracked(rng, n, n_steps, s2, gains, q=None, p=0.0, v=0.0):
    """Square errors (n,) after the last update, of n targets side by side."""
    theta = np.zeros(n) if q is not None else np.sqrt(v) * rng.standard_normal(n)
    w = np.zeros(n)
    for t in range(n_steps):
        if q is not None:
            theta = theta + np.sqrt(q) * rng.standard_normal(n)
        else:
            new = np.sqrt(v) * rng.standard_normal(n)
            theta = np.where(rng.random(n) < p, new, theta)
        w = w + gains[t] * (theta + np.sqrt(s2) * rng.standard_normal(n) - w)
    return (theta - w) ** 2
