"""Continual learning of linear tasks written out plainly, one run at a time.

Nothing here is imported from the package.
"""

import numpy as np


def fresh_tasks(rng, teachers, d, n, noise, kappa, order):
    """Errors (visits + 1, tasks) of one run, by the pseudo-inverse of drawn rows."""
    v = np.zeros((len(teachers), d))
    v[:, : len(teachers[0])] = teachers
    w = np.zeros(d)
    errors = [np.sum((v - w) ** 2, axis=1)]
    for j in order:
        x = rng.standard_normal((n, d))
        y = x @ v[j] + np.sqrt(noise) * rng.standard_normal(n)
        w = w + kappa * np.linalg.pinv(x) @ (y - x @ w)
        errors.append(np.sum((v - w) ** 2, axis=1))
    return np.array(errors)


def old_tasks_change(errors, order):
    """Mean rise since their first block of all tasks but the one first seen last, and mean fall
    before their first visit of all but the first.
    """
    seen = list(dict.fromkeys(order))
    rises, falls = [], []
    for j in seen:
        first = order.index(j)
        end = first
        while end < len(order) and order[end] == j:
            end += 1
        if j != seen[-1]:
            rises.append(errors[-1, j] - errors[end, j])
        if j != seen[0]:
            falls.append(errors[0, j] - errors[first, j])
    return np.mean(rises), np.mean(falls)


def recent_sequence(rng, n_tasks, n_visits, exponent):
    """Tasks drawn by (time since the last visit)^-exponent; unseen ones since visit -j."""
    last, tasks = -np.arange(n_tasks), []
    for k in range(1, n_visits + 1):
        weight = (k - last) ** -float(exponent)
        j = rng.choice(n_tasks, p=weight / weight.sum())
        last[j] = k
        tasks.append(int(j))
    return tasks


def switch(method, c, alpha, strength, angle, eta, n_steps):
    """Old and new residuals (steps + 1,) of descent on a new task from the old one's solution;
    unit features with cosine c, in three dimensions, labels 0 and 1.
    """
    old, new = np.array([1.0, 0.0, 0.0]), np.array([c, np.sqrt(1 - c * c), 0.0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    axes = np.eye(3)
    axes[:2, :2] = turn
    diagonal = axes.T @ np.diag(np.diag(axes @ np.outer(old, old) @ axes.T)) @ axes
    penalty = {"l2": np.eye(3), "ewc": diagonal, "ewc_full": np.outer(old, old)}
    w, course = np.zeros(3), []
    for _ in range(n_steps + 1):
        e1, e2 = old @ w, new @ w - 1.0
        course.append((e1, e2))
        g = e2 * new
        if method == "replay":
            g = alpha * e1 * old + (1 - alpha) * e2 * new
        elif method in penalty:
            g = g + strength * penalty[method] @ w
        elif method == "projection" or g @ (e1 * old) < 0:
            g = g - (g @ old) * old
        w = w - eta * g
    return np.array(course).T


def anchored(hessians, teachers, strength, matrix, rate=0.02, n_steps=40_000):
    """Weights after two tasks by plain descent, and sum of eta g^2 and move of the first; the
    anchor's ``matrix`` is made of the first task's Hessian, end, path and move.
    """
    w, path = np.zeros(len(teachers[0])), 0.0
    for _ in range(n_steps):
        g = hessians[0] @ (w - teachers[0])
        w, path = w - rate * g, path + rate * g * g
    first = w
    a = matrix(hessians[0], first, path, first)
    for _ in range(n_steps):
        w = w - rate * (hessians[1] @ (w - teachers[1]) + strength * a @ (w - first))
    return w, path


def refresh(rng, d, a, noise, eta, gamma, n_updates, n_runs):
    """Losses (runs,) at the end of runs side by side, each sample unlearned, then relearned."""
    h = np.arange(1, d + 1.0) ** -a
    delta = rng.standard_normal((n_runs, d)) / np.sqrt(d)
    for _ in range(n_updates):
        x = rng.standard_normal((n_runs, d)) * np.sqrt(h)
        label = np.sqrt(noise) * rng.standard_normal(n_runs)
        delta = delta + gamma * (np.sum(x * delta, axis=1) - label)[:, None] * x
        delta = delta - eta * (np.sum(x * delta, axis=1) - label)[:, None] * x
    return 0.5 * delta**2 @ h


def subnetworks(rng, n_tasks, d, m, distance, freeze):
    """Errors (tasks,) of one draw of masks of m of d weights, teachers of correlation 1 - D/2 made
    of a common and a private part.
    """
    alike = 1 - distance / 2
    common = rng.standard_normal(d)
    v = [
        np.sqrt(alike) * common + np.sqrt(1 - alike) * rng.standard_normal(d)
        for _ in range(n_tasks)
    ]
    masks = [rng.choice(d, m, replace=False) for _ in range(n_tasks)]
    w, owned = np.zeros(d), set()
    for own, teacher in zip(masks, v, strict=True):
        for i in own:
            if not (freeze and i in owned):
                w[i] = teacher[i]
            owned.add(i)
    errors = []
    for own, teacher in zip(masks, v, strict=True):
        seen = np.zeros(d)
        seen[own] = w[own]
        errors.append(np.sum((seen - teacher) ** 2) / d)
    return errors
