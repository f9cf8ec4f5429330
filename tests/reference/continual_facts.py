"""Memories, facts, orders and deletions written out once more, plainly: oracles for the tests.

Nothing here is imported from the package.
"""

import numpy as np


def strengths(exposures, end, *, fast=0.9, slow=0.999, feed=0.05, gain=0.5):
    """Sum of a fast and a slow trace after every step 0..end."""
    f, s, found = 0.0, 0.0, []
    for t in range(end + 1):
        f = fast * f
        s = slow * s + feed * f
        if t in exposures:
            f = f + gain * (1 - f)
        found.append(f + s)
    return np.array(found)


def fact_runs(injections, *, d, a, b, eta, B, s2, kappa, steps, start, runs, seed):
    """Recall (runs, steps + 1) of a fact injected before some updates, and of runs without it."""
    rng = np.random.default_rng(seed)
    i = np.arange(1.0, d + 1.0)
    h, fact = i**-a, i ** (-b / 2) * rng.choice([-1.0, 1.0], (runs, d))
    size = np.sum(fact**2, axis=1)
    told, untold = np.sqrt(start / d) * rng.standard_normal((2, runs, d))
    found = [], []
    for t in range(steps + 1):
        for delta, kept in zip((told, untold), found, strict=True):
            kept.append(np.sum(fact * delta, axis=1))
        if t in injections:
            missing = 1 - np.sum(fact * told, axis=1)
            told = told + kappa * (missing / size)[:, None] * fact
        told, untold = (_background(delta, h, eta, B, s2, rng) for delta in (told, untold))
    return np.array(found[0]).T, np.array(found[1]).T


def _background(delta, h, eta, B, s2, rng):
    runs, d = delta.shape
    x = rng.standard_normal((runs, B, d)) * np.sqrt(h)
    error = np.einsum("rbd,rd->rb", x, delta) - np.sqrt(s2) * rng.standard_normal((runs, B))
    return delta - eta / B * np.einsum("rb,rbd->rd", error, x)


def wording_runs(paraphrase, *, core, surface, share, a, eta, kappa, d, later, runs, seed):
    """Memory and generalisation (runs,), some updates after the last of ten noiseless injections 10
    apart, means over the background.
    """
    rng = np.random.default_rng(seed)
    i = np.arange(1.0, d + 1.0)
    kept = 1 - eta * i**-a

    def vector(exponent, square):
        v = i ** (-exponent / 2)
        return np.sqrt(square / np.sum(v**2)) * v * rng.choice([-1.0, 1.0], (runs, d))

    common, first = vector(core, share), vector(surface, 1 - share)
    delta = np.zeros((runs, d))
    for k in range(10):
        new = vector(surface, 1 - share)
        x = common + (new if paraphrase and k else first)
        missing = 1 - np.sum(x * delta, axis=1)
        delta = delta + kappa * (missing / np.sum(x**2, axis=1))[:, None] * x
        delta = delta * kept ** (10 if k < 9 else later)
    unseen = common + vector(surface, 1 - share)
    return np.sum((common + first) * delta, axis=1), np.sum(unseen * delta, axis=1)


def deletion(x, y, ridge, chosen, steps):
    """Fit, fit again without the rows, and steps of Newton's method from the one to the other."""
    stay = [i for i in range(len(y)) if i not in chosen]
    hessian = x.T @ x + ridge * np.eye(x.shape[1])
    start = np.linalg.solve(hessian, x.T @ y)
    left, right = x[stay].T @ x[stay], x[stay].T @ y[stay]
    again = np.linalg.solve(left + ridge * np.eye(x.shape[1]), right)
    w = start
    for _ in range(steps):
        w = w - np.linalg.solve(hessian, (left + ridge * np.eye(x.shape[1])) @ w - right)
    return start, again, w


def passes(x, noise, start, eta, order):
    """States (n + 1, d) of one pass over the samples in an order."""
    w = [start]
    for s in order:
        w.append(w[-1] - eta * x[s] * (x[s] @ w[-1] - noise[s]))
    return np.array(w)


def pool_runs(rows, n, visits, *, kappa, runs, seed):
    """Losses (tasks,) and squared errors, means over runs and standard errors, after visits drawn
    by probabilities (T, tasks), each to the share kappa of the way to the nearest interpolant.
    """
    rng = np.random.default_rng(seed)
    d, tasks = rows.shape[1], rows.reshape(-1, n, rows.shape[1])
    found = []
    for _ in range(runs):
        best, w = rng.standard_normal(d) / np.sqrt(d), np.zeros(d)
        for chance in visits:
            x = tasks[rng.choice(len(tasks), p=chance)]
            w = w + kappa * np.linalg.lstsq(x, x @ (best - w), rcond=None)[0]
        losses = [0.5 * np.mean((x @ (w - best)) ** 2) for x in tasks]
        found.append([*losses, np.sum((w - best) ** 2)])
    found = np.array(found)
    return found.mean(axis=0), found.std(axis=0) / np.sqrt(runs)
