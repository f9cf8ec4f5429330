"""Message passing for a hard committee simulated: labels are drawn, and messages are passed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.hard_committee.labels import SMALL, all_labels
from toysim.models.teacher_student.labels import Array
from toysim.models.teacher_student.sizes import samples


def drawn(row: Row) -> tuple[Array, Array, Array]:
    """Inputs over sqrt(d) (n, d), labels -1, 0 or 1 (n,), and the teacher (2, d): orthogonal units
    of norm sqrt(d).
    """
    p = row.p
    first, second = row.normal("teacher", 2, p.dimension)
    second -= (second @ first) / (first @ first) * first
    teacher = np.stack([first, second])
    teacher *= math.sqrt(p.dimension) / np.linalg.norm(teacher, axis=1)[:, None]
    x = row.normal("inputs", samples(p), p.dimension)
    x *= p.dimension**-0.5
    return x, np.sign(np.sign(x @ teacher.T).sum(1)), teacher


def slopes(y: Array, fields: Array, v: Array) -> Array:
    """g = d ln Z_y/dom (n, 2); 0 where Z is rounding."""
    variance = 0.5 * float(v[0, 0] + v[1, 1])
    table = all_labels(fields[:, 0], fields[:, 1], variance, float(v[0, 1]))
    z, *along = table[y.astype(int) + 1, :, np.arange(len(y))].T
    return np.where(z > SMALL, np.stack(along) / np.maximum(z, SMALL), 0.0).T


def learned(p: Any, x: Array, y: Array, w: Array) -> Array:
    """Weights (2, d) after all rounds, from w on, V = 1, g = 0.

    om = X w'/sqrt(d) - g V,  A = g'g/d,  B = A w + g'X/sqrt(d),  V = 1/(1 + A), w = V B.
    """
    v, g = np.eye(2), np.zeros((len(y), 2))
    for _ in range(p.iterations):
        g = slopes(y, x @ w.T - g @ v, v)
        a = g.T @ g / p.dimension
        v = np.linalg.inv(np.eye(2) + a)
        w = v @ (a @ w + g.T @ x)
    return w


def eigenvalues(m: Array) -> tuple[float, float]:
    """Of a matrix (2, 2) on (1, 1)/sqrt(2) and (1, -1)/sqrt(2)."""
    same, other = float(m[0, 0] + m[1, 1]), float(m[0, 1] + m[1, 0])
    return 0.5 * (same + other), 0.5 * (same - other)


def measured(row: Row) -> dict[str, float]:
    """Every observable of one draw; units are matched with the teacher's the better way."""
    p = row.p
    x, y, teacher = drawn(row)
    w = learned(p, x, y, p.start_scale * row.normal("start", 2, p.dimension))
    m, q = eigenvalues(w @ teacher.T / p.dimension), eigenvalues(w @ w.T / p.dimension)
    return {
        "symmetric_overlap": m[0],
        "antisymmetric_overlap": abs(m[1]),
        "symmetric_self_overlap": q[0],
        "antisymmetric_self_overlap": q[1],
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([{k: np.array(v) for k, v in measured(row).items()} for row in batch.rows()])
