"""The field-space learner written from its equations (arXiv:2212.02846) with whole matrices in
NumPy and SciPy.
"""

import math

import numpy as np
from scipy.special import log_ndtr


def loss(theta, z, b=1.0):
    """-sum ln H(-u), u = z.m/S."""
    m = np.tanh(b * theta)
    return -log_ndtr(z @ m / math.sqrt(np.sum(1 - m * m))).sum()


def divergence(theta, reference, b=1.0):
    """KL of the distributions with means tanh(b theta), tanh(b reference), summed over weights."""
    m, old = np.tanh(b * theta), np.tanh(b * reference)
    plus, minus = (1 + m) / 2, (1 - m) / 2
    return np.sum(plus * np.log((1 + m) / (1 + old)) + minus * np.log((1 - m) / (1 - old)))


def expansion(theta, reference, b=1.0):
    """EWC: half the Fisher information at the reference times the squared distance."""
    return 0.5 * np.sum(b * b / np.cosh(b * reference) ** 2 * (theta - reference) ** 2)


def data_gradient(theta, z, method, b):
    if method == "metaplastic":
        m, S = np.sign(theta), math.sqrt(len(theta))
    else:
        m, S = np.tanh(b * theta), math.sqrt(np.sum(1 - np.tanh(b * theta) ** 2))
    u = z @ m / S
    score = np.exp(-0.5 * u * u - log_ndtr(u)) / math.sqrt(2 * math.pi)
    if method == "metaplastic":
        return -score @ z / S
    return -b * (1 - m * m) * (score @ z / S + m * (score @ (z @ m)) / S**3)


def learned(theta, tasks, p):
    """Field after both tasks; ``tasks`` are lists of minibatches z (n, N)."""
    theta = theta.copy()
    rates, epochs, gammas = (
        (p.learning_rate_1, p.learning_rate_2),
        (p.epochs_1, p.epochs_2),
        (p.prior_gamma, p.gamma),
    )
    b, reference = p.inverse_temperature, np.zeros_like(theta)
    for batches, rate, n_epochs, gamma in zip(tasks, rates, epochs, gammas, strict=True):
        first, second = np.zeros_like(theta), np.zeros_like(theta)
        total = sum(len(z) for z in batches)
        for t, z in enumerate(batches * n_epochs, start=1):
            gradient = data_gradient(theta, z, p.method, b)
            if p.method in ("variational", "ewc"):
                at = reference if p.method == "ewc" else theta
                gradient += (
                    gamma
                    * len(z)
                    / total
                    * b
                    * b
                    * (1 - np.tanh(b * at) ** 2)
                    * (theta - reference)
                )
            if p.optimiser == "adam":
                first = 0.9 * first + 0.1 * gradient
                second = 0.999 * second + 0.001 * gradient**2
                step = rate * first / (1 - 0.9**t) / np.sqrt(second / (1 - 0.999**t))
            else:
                first = p.momentum * first + rate * gradient
                step = first
            if p.method == "metaplastic":
                step = np.where(
                    step * theta > 0, step * (1 - np.tanh(p.metaplasticity * theta) ** 2), step
                )
            theta = theta - step - rate * p.weight_decay * theta
        reference = theta.copy()
    return theta
