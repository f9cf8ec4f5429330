"""The perceptron's measures by brute force: all weights in a table, pairs of solutions, quadrature
over few weights.
"""

import itertools

import numpy as np
from scipy.special import log_ndtr


def all_weights(n):
    """(2^n, n): the row's number has bit i set where w_i = +1."""
    return np.array([w[::-1] for w in itertools.product((-1.0, 1.0), repeat=n)])


def gibbs(patterns, margin, beta, fields):
    """ln Z / N, mean violated, magnetisations of exp(-beta violated + b.w); patterns (N, P),
    labelled.
    """
    w = all_weights(len(patterns))
    violated = np.sum(w @ patterns < margin * np.sqrt(len(patterns)), axis=1)
    with np.errstate(invalid="ignore"):
        cost = np.where(violated > 0, beta * violated, 0.0)
    weight = np.exp(w @ fields - cost)
    return (
        np.log(weight.sum()) / len(patterns),
        weight @ violated / weight.sum(),
        weight @ w / weight.sum(),
    )


def solution_pairs(patterns, coupling):
    """psi, p, q, t of all pairs of solutions, the second in the field of the first."""
    w = all_weights(len(patterns))
    solutions = w[np.all(w @ patterns > 0, axis=1)]
    n = len(patterns)
    weight = np.exp(coupling * solutions @ solutions.T)
    m = weight @ solutions / weight.sum(axis=1, keepdims=True)
    psi = np.mean(np.log(weight.sum(axis=1))) / n
    return (
        psi,
        np.mean(np.sum(m * solutions, 1)) / n,
        np.mean(np.sum(m * m, 1)) / n,
        np.mean(m @ solutions.mean(0)) / n,
    )


def log_density(m, patterns, beta, entropy_weight, fields):
    """Logarithm of the density of magnetisations m (..., N), up to a constant."""
    u = m @ patterns / np.sqrt(np.sum(1 - m * m, axis=-1))[..., None]
    up, down = (1 + m) / 2, (1 - m) / 2
    entropy = -np.sum(up * np.log(up) + down * np.log(down), axis=-1)
    return beta * np.sum(log_ndtr(u), axis=-1) + entropy_weight * entropy + m @ fields


def averages(points, weights, patterns, beta, entropy_weight, fields):
    """E m, E sign m, E |m|^2/N and E loss from points (n, N) of a quadrature rule of the base
    measure.
    """
    log_weight = log_density(points, patterns, beta, entropy_weight, fields)
    p = weights * np.exp(log_weight - log_weight.max())
    p /= p.sum()
    u = points @ patterns / np.sqrt(np.sum(1 - points * points, axis=-1))[:, None]
    return (
        p @ points,
        p @ np.sign(points),
        p @ np.mean(points**2, axis=1),
        -p @ np.mean(log_ndtr(u), axis=1),
    )


def cube(n, order=24):
    """Gauss-Legendre points and weights on [-1, 1]^n, panels split at 0 and square-root clustered
    at the walls.
    """
    x, w = np.polynomial.legendre.leggauss(order)
    half, weight = 0.5 * (x + 1), 0.5 * w
    m = np.concatenate([-np.sin(np.pi / 2 * half), np.sin(np.pi / 2 * half)])
    w1 = np.tile(weight * np.pi / 2 * np.cos(np.pi / 2 * half), 2)
    points = np.stack(np.meshgrid(*[m] * n, indexing="ij"), axis=-1).reshape(-1, n)
    weights = np.prod(
        np.stack(np.meshgrid(*[w1] * n, indexing="ij"), axis=-1).reshape(-1, n), axis=1
    )
    return points, weights


def sphere(squared_radius, order=200):
    """Points and weights on the sphere of three dimensions: latitude by Gauss-Legendre, longitude
    by midpoints.
    """
    z, w = np.polynomial.legendre.leggauss(order)
    phi = (np.arange(2 * order) + 0.5) * np.pi / order
    z, phi = (a.ravel() for a in np.meshgrid(z, phi, indexing="ij"))
    flat = np.sqrt(1 - z * z)
    points = np.sqrt(squared_radius) * np.stack(
        [flat * np.cos(phi), flat * np.sin(phi), z], axis=-1
    )
    return points, np.repeat(w, 2 * order)
