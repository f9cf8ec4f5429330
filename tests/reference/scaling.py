"""Linear regressions written out plainly, one teacher and one draw of labels at a time.

Losses are measured on the fitted weights themselves, not averaged by formula. Nothing here is
imported from the package.
"""

import numpy as np


def descended(x, y, weights, rate, n_steps):
    """Gradient descent on the weighted mean squared error over 2, from w = 0; (d,)."""
    share = weights / weights.sum()
    w = np.zeros(x.shape[1])
    for _ in range(n_steps):
        w = w - rate * x.T @ (share * (x @ w - y))
    return w


def solved(x, y, weights, penalty):
    """Weights of the ridge fit, from the normal equations; (d,)."""
    normal = (x.T * weights) @ x + penalty * np.eye(x.shape[1])
    return np.linalg.solve(normal, (x.T * weights) @ y)


def repeated_risk(rng, d, n_unique, n_repeated, repeats, noise, fit):
    """|w - w*|^2 of one draw of rows, labels and a teacher of norm 1."""
    n = n_unique + n_repeated
    x, teacher = rng.standard_normal((n, d)), rng.standard_normal(d)
    teacher /= np.linalg.norm(teacher)
    y = x @ teacher + np.sqrt(noise) * rng.standard_normal(n)
    weights = np.append(np.ones(n_unique), np.full(n_repeated, repeats))
    return np.sum((fit(x, y, weights) - teacher) ** 2)


def stream_risk(rng, d, n_repeated, fraction, noise, time, rate):
    """|w - w*|^2 after descent on (1 - f) of the population's loss and f of the rows'."""
    x, teacher = rng.standard_normal((n_repeated, d)), rng.standard_normal(d)
    teacher /= np.linalg.norm(teacher)
    y = x @ teacher + np.sqrt(noise) * rng.standard_normal(n_repeated)
    w = np.zeros(d)
    for _ in range(round(time / rate)):
        fresh, seen = w - teacher, x.T @ (x @ w - y) / n_repeated
        w = w - rate * ((1 - fraction) * fresh + fraction * seen)
    return np.sum((w - teacher) ** 2)


def kernel_losses(rng, d, a, b, n, penalty, noise):
    """Test and train loss of one teacher with random signs."""
    i = np.arange(1, d + 1.0)
    h = i**-a
    teacher = rng.choice([-1.0, 1.0], d) * np.sqrt(i**-b / h)
    x = rng.standard_normal((n, d)) * np.sqrt(h)
    y = x @ teacher + np.sqrt(noise) * rng.standard_normal(n)
    dual = np.linalg.solve(x @ x.T + penalty * np.eye(n), y)
    w = x.T @ dual
    return np.sum(h * (w - teacher) ** 2) + noise, np.mean((y - x @ w) ** 2)


def student(rng, d, n, time, rate):
    """Mean squared residual on n samples and on fresh inputs after descent from |w - w*| = 1."""
    x, off = rng.standard_normal((n, d)), rng.standard_normal(d)
    off /= np.linalg.norm(off)
    for _ in range(round(time / rate)):
        off = off - rate * x.T @ (x @ off) / n
    return np.mean((x @ off) ** 2), np.sum(off**2)


def repeated_sgd(rng, h, teacher, rows, eps, fraction, noise, rate, n_steps, n_runs):
    """Excess and train loss (n_runs,) at the end of runs on the same kept rows, side by side."""
    w = np.zeros((n_runs, len(h)))
    for _ in range(n_steps):
        fresh = rng.standard_normal(w.shape) * np.sqrt(h)
        k = rng.integers(len(rows), size=n_runs)
        kept = rng.random(n_runs) < fraction
        x = np.where(kept[:, None], rows[k], fresh)
        noises = np.where(kept, eps[k], np.sqrt(noise) * rng.standard_normal(n_runs))
        y = x @ teacher + noises
        w -= rate * (np.sum(w * x, axis=1) - y)[:, None] * x
    residuals = w @ rows.T - (rows @ teacher + eps)
    return 0.5 * (w - teacher) ** 2 @ h, 0.5 * np.mean(residuals**2, axis=1)


def growing_losses(rng, d, a, b, sizes, penalty, noise):
    """Test loss (K,) of one teacher after every size of one data set that grows."""
    i = np.arange(1, d + 1.0)
    h = i**-a
    teacher = rng.choice([-1.0, 1.0], d) * np.sqrt(i**-b / h)
    x = rng.standard_normal((sizes[-1], d)) * np.sqrt(h)
    y = x @ teacher + np.sqrt(noise) * rng.standard_normal(sizes[-1])
    fits = [solved(x[:n], y[:n], np.ones(n), penalty) for n in sizes]
    return np.array([np.sum(h * (w - teacher) ** 2) + noise for w in fits])


def one_pass(rng, h, teacher, n_kept, noise, rates, n_runs):
    """Excess loss (n_runs,) of SGD on the first features alone; labels come from all of them."""
    w = np.zeros((n_runs, n_kept))
    for rate in rates:
        x = rng.standard_normal((n_runs, len(h))) * np.sqrt(h)
        y = x @ teacher + np.sqrt(noise) * rng.standard_normal(n_runs)
        w -= rate * (np.sum(w * x[:, :n_kept], axis=1) - y)[:, None] * x[:, :n_kept]
    off = np.hstack([w, np.zeros((n_runs, len(h) - n_kept))]) - teacher
    return 0.5 * off**2 @ h
