"""Models of curricula written out once more, plainly, with whole inputs: oracles for the tests.

Nothing here is imported from the package. Arrays have runs first.
"""

import numpy as np


def perceptron(variances, *, n_r, n_i, eta, q_r, q_i, runs, seed):
    """R, Q_r, Q_i (runs, T + 1, 3) of explicit weights; ``variances`` (T,) of irrelevant inputs."""
    rng = np.random.default_rng(seed)
    d = n_r + n_i
    teacher = np.zeros(d)
    teacher[0] = 1.0
    w = np.zeros((runs, d))
    w[:, 1], w[:, -1] = np.sqrt(q_r * d), np.sqrt(q_i * d)
    found = []

    def look():
        found.append(
            [w[:, 0] / np.sqrt(d), (w[:, :n_r] ** 2).sum(1) / d, (w[:, n_r:] ** 2).sum(1) / d]
        )

    for variance in variances:
        look()
        x = rng.standard_normal((runs, d))
        x[:, n_r:] *= np.sqrt(variance)
        s = (w * x).sum(axis=1) / np.sqrt(d)
        w = w + eta / np.sqrt(d) * (np.sign(x[:, 0]) - s)[:, None] * x
    look()
    return np.array(found).transpose(2, 0, 1)


def chain_of_tasks(*, K, K_l, m, u, eps, progress, runs, seed):
    """Episodes (runs,) until K_l tasks have competence u."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        c, alp, last, n = np.zeros(K), np.zeros(K), np.zeros(K), 0
        while (c[:K_l] >= u).sum() < K_l:
            random = not progress or rng.random() < eps or alp.sum() == 0
            k = rng.integers(K) if random else rng.choice(K, p=alp / alp.sum())
            if k < K_l and (k == 0 or c[k - 1] >= u) and c[k] < m:
                c[k] += 1
            r = c[k] / m
            alp[k], last[k] = abs(r - last[k]), r
            n += 1
        found.append(n)
    return np.array(found)


def exposed_regression(exposed, *, h, teacher, B, eta, s2, runs, seed):
    """Excess losses (runs, T + 1) of SGD that sees the first ``exposed`` (T,) modes."""
    rng = np.random.default_rng(seed)
    w, losses = np.zeros((runs, len(h))), []
    for m in exposed:
        losses.append(0.5 * (w - teacher) ** 2 @ h)
        x = rng.standard_normal((runs, B, len(h))) * np.sqrt(h)
        y = x @ teacher + np.sqrt(s2) * rng.standard_normal((runs, B))
        error = np.einsum("rbm,rm->rb", x[:, :, :m], w[:, :m]) - y
        w[:, :m] -= eta / B * np.einsum("rb,rbm->rm", error, x[:, :, :m])
    losses.append(0.5 * (w - teacher) ** 2 @ h)
    return np.array(losses).T


def denoiser(levels, *, kept, data, K, eta, runs, seed):
    """theta (runs, d, K) after one sample each at ``levels`` (runs, n); ``kept`` A_t."""
    rng = np.random.default_rng(seed)
    theta = np.zeros((runs, len(data), K))
    for t in levels.T:
        phi = np.cos(np.pi / 1000 * np.outer(t, np.arange(K)))
        eps, x0 = rng.standard_normal((2, runs, len(data)))
        A = kept[t][:, None]
        x = np.sqrt(A * data) * x0 + np.sqrt(1 - A) * eps
        error = np.einsum("rik,rk->ri", theta, phi) * x - eps
        theta -= eta * (error * x)[:, :, None] * phi[:, None, :]
    return theta


def tokens(concentrations, *, d, m, eta, n2, p2, q, runs, seed):
    """|g|^2, p^2, q_perp (runs, T, 3), before every update."""
    rng = np.random.default_rng(seed)
    u = np.ones(d) / np.sqrt(d)
    side = np.eye(d)[0] - u / np.sqrt(d)
    theta = np.tile(np.sqrt(p2) * u + np.sqrt(q) * side / np.linalg.norm(side), (runs, 1))
    found = []
    for c in concentrations:
        x = np.sqrt(c) * u + np.sqrt((1 - c) / d) * rng.standard_normal((runs, m, d))
        error = np.einsum("rmd,rd->rm", x, theta) - np.sqrt(n2) * rng.standard_normal((runs, m))
        g = np.einsum("rm,rmd->rd", error, x) / m
        p = theta @ u
        found.append([(g**2).sum(1), p**2, (theta**2).sum(1) - p**2])
        theta = theta - eta * g
    return np.array(found).transpose(2, 0, 1)
