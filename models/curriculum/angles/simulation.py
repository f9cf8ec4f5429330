"""Updates on sequences of tokens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.curriculum.angles.problem import concentrations, mean_loss
from toysim.numerics.normals import normals
from toysim.numerics.reductions import dot
from toysim.records import ended

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12


@kernel
def descend(
    z: Floats, c: Array, eta: float, deviation: float, theta: Array, keep_at: Ints, kept: Array
) -> int:
    """theta <- theta - eta g, g = (1/m) sum_j x_j (x_j.theta - noise), the common direction first.

    ``z`` (T, m, d + 1), noise last; ``kept`` (3, R): |g|^2, p^2, |theta|^2 - p^2 at ``keep_at``,
    ascending. Returns -1, or the update after which theta escaped.
    """
    T, m, d = z.shape[0], z.shape[1], len(theta)
    x, g, record = np.empty(d), np.empty(d), 0
    for t in range(T + 1):
        first = record
        while record < len(keep_at) and keep_at[record] == t:
            kept[1, record] = theta[0] ** 2
            kept[2, record] = np.sum(theta[1:] ** 2)
            record += 1
        if t < T:
            g[:] = 0.0
            along, across = np.sqrt(c[t]), np.sqrt((1.0 - c[t]) / d)
            for j in range(m):
                for i in range(d):
                    x[i] = across * z[t, j, i]
                x[0] += along
                residual = (dot(x, theta) - deviation * z[t, j, d]) / m
                for i in range(d):
                    g[i] += x[i] * residual
            for i in range(d):
                theta[i] -= eta * g[i]
        if record > first:
            kept[0, first:record] = dot(g, g)
        if not dot(theta, theta) < ESCAPED:
            return t
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row) -> Rows:
    p, c = row.p, concentrations(row)
    theta, kept = np.zeros(p.dim), np.full((3, len(row.record_at)), np.nan)
    theta[:2] = np.sqrt(p.start_along), np.sqrt(p.start_across)
    z = normals((p.n_sequences, p.n_tokens, p.dim + 1), row.generator("data"))
    deviation = np.sqrt(p.noise_variance)
    failed_at = descend(z, c, p.learning_rate, deviation, theta, row.record_at, kept)
    return {
        "gradient_square": kept[0],
        "along": kept[1],
        "across": kept[2],
        "loss": mean_loss(c, p.dim, kept[1], kept[2]),
        "failed_at": np.asarray(failed_at),
    }
