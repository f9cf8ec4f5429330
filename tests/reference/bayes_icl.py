"""Predictors in context written out once more, plainly: oracles for the tests.

Nothing here is imported from the package.
"""

import numpy as np


def urn_losses(urns, *, C, a, own, n, seed):
    """Losses (n, C, 2) of memoriser and generaliser on sequences; ``urns`` (D, V), ``own`` (n, V)
    the chances each sequence is drawn with.
    """
    rng = np.random.default_rng(seed)
    V = urns.shape[1]
    losses = np.empty((n, C, 2))
    for i in range(n):
        counts = np.zeros(V)
        for k in range(C):
            logs = counts @ np.log(urns).T
            weight = np.exp(logs - logs.max())
            memory = weight @ urns / weight.sum()
            general = (counts + a) / (k + V * a)
            ball = rng.choice(V, p=own[i])
            losses[i, k] = -np.log([memory[ball], general[ball]])
            counts[ball] += 1
    return losses


def regression_losses(tasks, w, x, *, s2, seed):
    """Squared errors (n, K, 2) of memoriser and ridge before every point; tasks (D, d), w (n, d),
    x (n, K, d).
    """
    rng = np.random.default_rng(seed)
    n, K, d = x.shape
    losses = np.empty((n, K, 2))
    for i in range(n):
        y = x[i] @ w[i] + np.sqrt(s2) * rng.standard_normal(K)
        for k in range(K):
            X, seen = x[i, :k], y[:k]
            logs = -((seen - tasks @ X.T) ** 2).sum(1) / (2 * s2)
            weight = np.exp(logs - logs.max())
            memory = weight @ tasks / weight.sum()
            ridge = np.linalg.solve(X.T @ X + s2 * np.eye(d), X.T @ seen)
            losses[i, k] = ((memory - w[i]) @ x[i, k]) ** 2, ((ridge - w[i]) @ x[i, k]) ** 2
    return losses


def walk_times(x, probability, *, penalty, runs, seed):
    """Steps (runs,) until the sum of x, drawn with ``probability``, reaches the penalty."""
    rng = np.random.default_rng(seed)
    S, t = np.zeros(runs), np.zeros(runs, int)
    while (penalty > S).any():
        going = penalty > S
        S[going] += rng.choice(x, size=going.sum(), p=probability)
        t[going] += 1
    return t


def student_regret(*, p, nu0, k0, N, runs, seed):
    """Log loss above the oracle's (runs, N + 1) on one new task, by textbook updates in turn."""
    from scipy.stats import invwishart, multivariate_normal, multivariate_t

    rng = np.random.default_rng(seed)
    found = np.empty((runs, N + 1))
    for r in range(runs):
        scale = (nu0 - p - 1) * np.eye(p)
        cov = np.atleast_2d(invwishart.rvs(nu0, scale, random_state=rng))
        mean = rng.multivariate_normal(np.zeros(p), cov / k0)
        m, k, nu = np.zeros(p), k0, nu0
        for n in range(N + 1):
            new = rng.multivariate_normal(mean, cov)
            dof = nu - p + 1
            student = multivariate_t(m, scale * (k + 1) / (k * dof), dof)
            found[r, n] = multivariate_normal(mean, cov).logpdf(new) - student.logpdf(new)
            task = rng.multivariate_normal(mean, cov)
            scale = scale + k / (k + 1) * np.outer(task - m, task - m)
            m, k, nu = (k * m + task) / (k + 1), k + 1, nu + 1
    return found
