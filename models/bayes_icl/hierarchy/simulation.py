"""Episodes one after the other, and what a new task costs after each."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from toysim.batch import Batch, Row, Rows, prepared, stacked
from toysim.jit import kernel
from toysim.numerics.elementary import log1p, normals

Array = npt.NDArray[np.float64]


@kernel
def factorise(A: Array) -> float:
    """Leaves the Cholesky factor in the lower half of A (p, p); returns ln det A."""
    log_det = 0.0
    for i in range(len(A)):
        for j in range(i + 1):
            total = A[i, j]
            for k in range(j):
                total -= A[i, k] * A[j, k]
            A[i, j] = math.sqrt(total) if i == j else total / A[j, j]
        log_det += 2.0 * math.log(A[i, i])
    return log_det


@kernel
def square_lengths(L: Array, z: Array, square: Array) -> None:
    """``square`` (n,) = z'A^-1 z of A = L L' for the columns z of (p, n), left as L^-1 z."""
    square[:] = 0.0
    for i in range(len(z)):
        for k in range(i):
            for test in range(len(square)):
                z[i, test] -= L[i, k] * z[k, test]
        for test in range(len(square)):
            z[i, test] /= L[i, i]
            square[test] += z[i, test] * z[i, test]


@kernel
def posterior(
    n: int, total: Array, square: Array, strength: float, diagonal: float, mean: Array, scale: Array
) -> None:
    """m_N and Lambda_N of n tasks, from their sum (p,) and sum of squares (p, p)."""
    weight = 1.0 / (strength + n)
    for i in range(len(mean)):
        mean[i] = weight * total[i]
        for j in range(len(mean)):
            scale[i, j] = square[i, j] - weight * total[i] * total[j]
        scale[i, i] += diagonal


@kernel
def predicted(
    tasks: Array, new: Array, strength: float, dof: float, constants: Array, log_loss: Array
) -> None:
    """-ln of the Student t, mean over new tasks (N + 1, p, n), after 0..N of ``tasks`` (N, p);
    ``constants`` (N + 1,): the part that depends on N alone.
    """
    n_tasks, p = tasks.shape
    total, square, mean = np.zeros(p), np.zeros((p, p)), np.empty(p)
    scale, away, diagonal = np.empty((p, p)), np.empty(new.shape[1:]), dof - p - 1.0
    square_of = np.empty(new.shape[2])
    for n in range(n_tasks + 1):
        posterior(n, total, square, strength, diagonal, mean, scale)
        nu, k = dof + n - p + 1.0, strength + n
        log_loss[n] = constants[n] + 0.5 * factorise(scale)
        for i in range(p):
            away[i] = new[n, i] - mean[i]
        square_lengths(scale, away, square_of)
        for test in range(len(square_of)):
            square_of[test] = log1p(square_of[test] * (k / (k + 1.0)))
        log_loss[n] += 0.5 * (nu + p) * np.mean(square_of)
        if n < n_tasks:
            total += tasks[n]
            for i in range(p):
                for j in range(p):
                    square[i, j] += tasks[n, i] * tasks[n, j]


@kernel
def after_all(tasks: Array, strength: float, diagonal: float, mean: Array, scale: Array) -> None:
    """m_N and Lambda_N after ``tasks`` (N, p), one at a time."""
    n_tasks, p = tasks.shape
    total, square = np.zeros(p), np.zeros((p, p))
    for n in range(n_tasks):
        for i in range(p):
            total[i] += tasks[n, i]
            for j in range(p):
                square[i, j] += tasks[n, i] * tasks[n, j]
    posterior(n_tasks, total, square, strength, diagonal, mean, scale)


@kernel
def order_gap(tasks: Array, strength: float, diagonal: float) -> float:
    """Largest change of m_N and Lambda_N when the tasks come reversed, over the largest entry."""
    p = tasks.shape[1]
    first, second = np.empty((p + 1, p)), np.empty((p + 1, p))  # mean and scale
    after_all(tasks, strength, diagonal, first[p], first[:p])
    after_all(np.ascontiguousarray(tasks[::-1]), strength, diagonal, second[p], second[:p])
    apart, largest = 0.0, 0.0
    for i in range(p + 1):
        for j in range(p):
            apart = max(apart, abs(first[i, j] - second[i, j]))
            largest = max(largest, abs(first[i, j]), abs(second[i, j]))
    return apart / largest


@kernel
def make_lower(A: Array, diagonal: Array) -> None:
    """Zeros above the diagonal (p,) of A (p, p)."""
    for i in range(len(A)):
        A[i, i] = diagonal[i]
        for j in range(i + 1, len(A)):
            A[i, j] = 0.0


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row, constants) for row, constants in prepared(batch, student_constants)])


def _row(row: Row, constants: Array) -> Rows:
    nothing = np.full(row.p.n_episodes + 1, np.nan)
    names = ("log_loss", "log_loss_oracle", "regret", "risk")
    found: Rows = dict.fromkeys(names, nothing) | {"order_gap": np.asarray(np.nan)}
    return found | (_observed(row, constants) if row.p.mode == "observed" else _shots(row))


def _observed(row: Row, constants: Array) -> Rows:
    """Sigma^-1 = A A'/(nu0 - p - 1), A lower triangular with chi-distributed diagonal; a task is
    mu + z A^-1 sqrt(nu0 - p - 1), of rows z ~ N(0, I).
    """
    p, rng = row.p, row.generator("prior")
    N, dim, diagonal = p.n_episodes, p.dim, p.dof - p.dim - 1.0
    A = rng.standard_normal((dim, dim))
    make_lower(A, np.sqrt(rng.chisquare(p.dof - np.arange(dim))))
    spread = np.linalg.inv(A) * np.sqrt(diagonal)
    mean = rng.standard_normal(dim) @ spread / np.sqrt(p.strength)
    tasks = mean + row.normal("tasks", N, dim) @ spread
    z = normals((N + 1, p.n_tests, dim), row.generator("new"))
    log_det = 2.0 * np.log(np.abs(np.diagonal(spread))).sum()
    square = np.einsum("nij,nij->n", z, z) / p.n_tests
    oracle = 0.5 * (dim * np.log(2.0 * np.pi) + log_det + square)
    # As one matrix: a product for every episode takes ten times as long.
    new = (mean + z.reshape(-1, dim) @ spread).reshape(z.shape).swapaxes(1, 2).copy()
    log_loss = np.empty(N + 1)
    predicted(tasks, new, p.strength, p.dof, constants, log_loss)
    return {
        "log_loss": log_loss,
        "log_loss_oracle": oracle,
        "regret": log_loss - oracle,
        "order_gap": np.asarray(order_gap(tasks, p.strength, diagonal)),
    }


def student_constants(row: Row) -> Array:
    """-ln of the Student t at its centre after N = 0..n_episodes, but for ln det Lambda_N/2."""
    p = row.p
    n = np.arange(p.n_episodes + 1.0)
    nu, k = p.dof + n - p.dim + 1.0, p.strength + n
    spread = 0.5 * p.dim * np.log((k + 1.0) / k * np.pi)
    return np.asarray(spread + gammaln(0.5 * nu) - gammaln(0.5 * (nu + p.dim)))


def _shots(row: Row) -> Rows:
    p, N, rng = row.p, row.p.n_episodes, row.generator("prior")
    mean = np.sqrt(p.prior_variance) * rng.standard_normal()
    noise = p.between_variance + p.within_variance / p.shots_per_episode
    episodes = mean + np.sqrt(noise) * row.normal("tasks", N)
    precision = 1.0 / p.prior_variance + np.arange(N + 1.0) / noise
    m = np.append(0.0, np.cumsum(episodes)) / noise / precision
    task = mean + np.sqrt(p.between_variance) * row.normal("new", N + 1, p.n_tests)
    within = p.within_variance / p.shots
    seen = task + np.sqrt(within) * row.normal("shots", N + 1, p.n_tests)
    spread = p.between_variance + 1.0 / precision
    weight = within / (spread + within)
    error = (weight * m)[:, None] + (1.0 - weight)[:, None] * seen - task
    return {"risk": np.mean(error**2, axis=1)}
