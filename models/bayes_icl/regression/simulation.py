"""Sequences of regression points, and what the two predictors lose on them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.bayes_icl.regression.problem import inputs
from toysim.numerics.elementary import exp
from toysim.numerics.reductions import largest, total

Array = npt.NDArray[np.float64]


@kernel
def memorise(
    fields: Array, y: Array, target: Array, s2: float, logs: Array, losses: Array
) -> float:
    """Adds the memoriser's squared errors of the points to ``losses`` (K,); returns ln P_M.

    ``fields`` (K, D): x_k.w_d; ``logs`` (D,): ln of the tasks' likelihoods, but for a constant.
    """
    n_points, n_tasks = fields.shape
    precision = 0.5 / s2
    logs[:] = 0.0
    weight, room = np.empty(n_tasks), np.empty(n_tasks)
    for k in range(n_points):
        best = largest(logs, room)
        for d in range(n_tasks):
            weight[d] = exp(logs[d] - best)
        error = np.dot(weight, fields[k]) / total(weight, room) - target[k]
        losses[k] += error * error
        for d in range(n_tasks):
            residual = y[k] - fields[k, d]
            logs[d] -= residual * residual * precision
    best = largest(logs, room)
    for d in range(n_tasks):
        weight[d] = exp(logs[d] - best)
    constant = 0.5 * n_points * math.log(2.0 * math.pi * s2)
    log_chance: float = best + math.log(total(weight, room) / n_tasks) - constant
    return log_chance


@kernel
def generalise(x: Array, y: Array, target: Array, s2: float, losses: Array) -> float:
    """The same of the Gaussian posterior of w ~ N(0, I): mean m, covariance S, by point
    m <- m + S x (y - m.x)/(s2 + x'S x), S <- S - S x x'S/(s2 + x'S x).
    """
    n_points, dim = x.shape
    m, S, towards = np.zeros(dim), np.eye(dim), np.empty(dim)
    log_evidence = 0.0
    for k in range(n_points):
        prediction, variance = 0.0, s2
        for i in range(dim):
            towards[i] = 0.0
            for j in range(dim):
                towards[i] += S[i, j] * x[k, j]
            prediction += m[i] * x[k, i]
            variance += towards[i] * x[k, i]
        losses[k] += (prediction - target[k]) ** 2
        residual = y[k] - prediction
        log_evidence -= 0.5 * (residual * residual / variance + math.log(2.0 * math.pi * variance))
        for i in range(dim):
            m[i] += towards[i] * residual / variance
            for j in range(dim):
                S[i, j] -= towards[i] * towards[j] / variance
    return log_evidence


@kernel
def sequences(rng: Any, tasks: Array, x: Array, fresh: bool, s2: float, losses: Array) -> float:
    """Adds the squared errors (2, K) of memoriser and generaliser on sequences with inputs x
    (n, K, d); returns the sum of ln P_M/P_G. ``tasks`` (d, D).
    """
    dim, n_tasks = tasks.shape
    n_points = x.shape[1]
    w, target, y = np.empty(dim), np.empty(n_points), np.empty(n_points)
    logs, gain = np.empty(n_tasks), 0.0
    for n in range(len(x)):
        own = rng.integers(0, n_tasks)
        for i in range(dim):
            w[i] = rng.standard_normal() if fresh else tasks[i, own]
        for k in range(n_points):
            target[k] = np.sum(x[n, k] * w)
            y[k] = target[k] + math.sqrt(s2) * rng.standard_normal()
        gain += memorise(np.dot(x[n], tasks), y, target, s2, logs, losses[0])
        gain -= generalise(x[n], y, target, s2, losses[1])
    return gain


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p = row.p
    tasks = row.generator("tasks").standard_normal((p.dim, p.n_tasks))
    losses, rng, gain = np.zeros((2, p.n_points)), row.generator("sequences"), 0.0
    for x in inputs(row):
        gain += sequences(rng, tasks, x, p.evaluate_on == "fresh", p.noise_variance, losses)
    losses /= p.n_sequences
    return {
        "loss_memorising": losses[0],
        "loss_generalising": losses[1],
        "gain": np.asarray(gain / p.n_sequences),
    }
