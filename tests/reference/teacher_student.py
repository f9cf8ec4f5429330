"""Teachers and students written out plainly: weights, one example or one solve at a time.

Nothing here is imported from the package.
"""

import math

import numpy as np


def ridge(rng, d, n, penalty, noise, rho):
    """Excess error, m, q and train error of one draw."""
    teacher = rng.standard_normal(d)
    teacher *= math.sqrt(rho * d / (teacher @ teacher))
    x = rng.standard_normal((n, d)) / math.sqrt(d)
    y = x @ teacher + math.sqrt(noise) * rng.standard_normal(n)
    if penalty > 0:
        w = np.linalg.solve(x.T @ x + penalty * np.eye(d), x.T @ y)
    else:
        w = np.linalg.lstsq(x, y, rcond=None)[0]
    off = w - teacher
    return off @ off / d, w @ teacher / d, w @ w / d, np.mean((y - x @ w) ** 2)


def online(rng, n, rule, eta, flip, duration, cosine=0.0):
    """Overlap and self-overlap after ``duration`` n examples, from w ~ N(0, 1), or turned towards
    the teacher.
    """
    teacher, w = rng.standard_normal(n), rng.standard_normal(n)
    teacher *= math.sqrt(n) / np.linalg.norm(teacher)
    w = cosine * teacher + math.sqrt(1.0 - cosine**2) * w
    for _ in range(round(duration * n)):
        x = rng.standard_normal(n)
        u, h = teacher @ x / math.sqrt(n), w @ x / math.sqrt(n)
        y = np.sign(u) * (-1 if rng.random() < flip else 1)
        wrong = y * h < 0
        step = {"hebb": eta, "perceptron": eta * wrong, "adatron": eta * abs(h) * wrong}[rule]
        w = w + step * y * x / math.sqrt(n)
    return w @ teacher / n, w @ w / n


def committee(rng, n, eta, noise, duration, student, teacher_overlaps):
    """Error of an erf committee from given overlaps, K = M; estimated on fresh inputs."""
    k = len(student)
    teacher = np.zeros((k, n))
    teacher[np.arange(k), np.arange(k)] = math.sqrt(n)
    rest = np.linalg.cholesky(student - teacher_overlaps @ teacher_overlaps.T)
    w = math.sqrt(n) * np.hstack([teacher_overlaps, rest, np.zeros((k, n - 2 * k))])
    g = np.vectorize(math.erf)
    for _ in range(round(duration * n)):
        x = rng.standard_normal(n)
        u, h = teacher @ x / math.sqrt(n), w @ x / math.sqrt(n)
        delta = g(u / math.sqrt(2)).sum() - g(h / math.sqrt(2)).sum()
        delta += math.sqrt(noise) * rng.standard_normal()
        slope = math.sqrt(2 / math.pi) * np.exp(-(h**2) / 2)
        w = w + eta / math.sqrt(n) * np.outer(delta * slope, x)
    x = rng.standard_normal((20_000, n))
    u, h = x @ teacher.T / math.sqrt(2 * n), x @ w.T / math.sqrt(2 * n)
    return np.mean((g(u).sum(1) - g(h).sum(1)) ** 2) / 2


def logistic(rng, d, n, penalty, flip):
    """m, q and error of one logistic fit by Newton's rule, labels sign(u) with flips."""
    teacher = rng.standard_normal(d)
    teacher *= math.sqrt(d) / np.linalg.norm(teacher)
    x = rng.standard_normal((n, d)) / math.sqrt(d)
    y = np.sign(x @ teacher) * np.where(rng.random(n) < flip, -1, 1)
    w = np.zeros(d)
    for _ in range(60):
        p = 1 / (1 + np.exp(y * (x @ w)))
        gradient = penalty * w - x.T @ (y * p)
        hessian = (x.T * (p * (1 - p))) @ x + penalty * np.eye(d)
        w = w - np.linalg.solve(hessian, gradient)
    m, q = w @ teacher / d, w @ w / d
    return m, q, math.acos(m / math.sqrt(q)) / math.pi


def lasso(rng, d, n, k, penalty, ridge, noise):
    """E, m, q, share of nonzeros and train error of one fit by proximal gradients, rho = 1."""
    teacher = np.zeros(d)
    teacher[rng.permutation(d)[:k]] = rng.standard_normal(k)
    teacher *= math.sqrt(d) / np.linalg.norm(teacher)
    x = rng.standard_normal((n, d)) / math.sqrt(d)
    y = x @ teacher + math.sqrt(noise) * rng.standard_normal(n)
    rate = 1 / (np.linalg.norm(x, 2) ** 2 + ridge)
    w = ahead = np.zeros(d)
    for t in range(300):
        step = ahead - rate * (x.T @ (x @ ahead - y) + ridge * ahead)
        new = np.sign(step) * np.maximum(np.abs(step) - rate * penalty, 0)
        w, ahead = new, new + t / (t + 3) * (new - w)
    off = w - teacher
    return off @ off / d, w @ teacher / d, w @ w / d, np.mean(w != 0), np.mean((y - x @ w) ** 2)


def messages(rng, d, n, noise, flip, rounds):
    """m and q after every round of message passing for a sign teacher, one weight at a time."""
    teacher = rng.standard_normal(d)
    teacher *= math.sqrt(d) / np.linalg.norm(teacher)
    x = rng.standard_normal((n, d)) / math.sqrt(d)
    y = np.sign(x @ teacher + math.sqrt(noise) * rng.standard_normal(n))
    y *= np.where(rng.random(n) < flip, -1, 1)
    w, v, g, seen = np.zeros(d), 1.0, np.zeros(n), []
    for _ in range(rounds):
        field = x @ w - v * g
        s = math.sqrt(v + noise)
        for i in range(n):
            a = y[i] * field[i] / s
            chance = flip + (1 - 2 * flip) * math.erfc(-a / math.sqrt(2)) / 2
            g[i] = (
                y[i] * (1 - 2 * flip) * math.exp(-a * a / 2) / math.sqrt(2 * math.pi) / s / chance
            )
        gain = np.sum(field * g / s**2 + g**2) / d
        w, v = (gain * w + x.T @ g) / (1 + gain), 1 / (1 + gain)
        seen.append((w @ teacher / d, w @ w / d))
    return seen
