"""Visits to tasks with fresh Gaussian data, in the few numbers that the errors depend on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.continual.arrangements import arranged
from toysim.models.continual.fresh_tasks.problem import blocks, plasticities
from toysim.models.continual.sequences import sequences, settings

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 2**18  # numbers drawn at once


@kernel
def visit(c: Array, v: Array, kappa: float, z: Array, g: Array, room: Array) -> None:
    """w <- w + kappa X^+ (y - X w) exactly in law, in O(m).

    c (m+1,) are w's coordinates in the span of the teachers, then its length across; overwritten.
    b = v - w,  X^+ (y - X w) = P b + u,  P the projector on the rows of X. In law
    P b = |b| sqrt(B) f,  f = sqrt(B) b/|b| + sqrt(1 - B) h,  B ~ Beta(n/2, (d-n)/2),
    u = s (x f + sqrt(C) r)/sqrt(S),  x ~ N(0, 1), C ~ chi2_(n-1), S ~ chi2_(d-n+1),
    h a random direction across b, r one across b and h. Of both, the m+1 coordinates are
    kept; the part outside has the length that its chi2 says. Derived.

    z (2m+4,): normal numbers of h, of r, r's along h outside, x. g (6,): chi2 of n, d-n and
    outside, and s2 times C/S, s2/S, and of what is outside h. room (3, m+1).
    """
    n = len(c)
    b, h, r = room[0], room[1], room[2]
    size = 0.0
    for i in range(n):
        b[i] = v[i] - c[i]
        size += b[i] * b[i]
    size = math.sqrt(size)
    if size > 0.0:
        for i in range(n):
            b[i] /= size
    else:
        b[0] = 1.0  # any direction
    along = 0.0
    for i in range(n):
        along += z[i] * b[i]
    outside, square = math.sqrt(g[2]), g[2]
    for i in range(n):
        h[i] = z[i] - along * b[i]
        square += h[i] * h[i]
    across = 1.0 / math.sqrt(square)
    for i in range(n):
        h[i] *= across
    outside *= across
    share = g[0] / (g[0] + g[1])
    noise = z[2 * n + 1] * math.sqrt(g[4])
    stay, turn = math.sqrt(share), math.sqrt(1.0 - share)
    forward = kappa * (size * stay + noise)
    away = forward * turn * outside
    for i in range(n):
        c[i] += forward * (stay * b[i] + turn * h[i])
    side = 0.0
    if g[3] > 0.0:
        on_b, on_h = 0.0, z[2 * n] * outside
        for i in range(n):
            on_b += z[n + i] * b[i]
            on_h += z[n + i] * h[i]
        along_h = z[2 * n] - on_h * outside
        square = along_h * along_h + g[5]
        for i in range(n):
            r[i] = z[n + i] - on_b * b[i] - on_h * h[i]
            square += r[i] * r[i]
        across = kappa * math.sqrt(g[3] / square)
        for i in range(n):
            c[i] += across * r[i]
        away += across * along_h
        side = across * across * g[5]
    c[n - 1] = math.sqrt(c[n - 1] * c[n - 1] + away * away + side)


@kernel
def run(
    v: Array, task: Ints, kappa: Array, z: Array, g: Array, error: Array, changes: Array
) -> None:
    """Rows from w = 0. v (K, m+1), task (n, T), kappa (T,), draws z (n, T, 2m+4), g (n, T, 6);
    ``error`` (n, K, T+1) after every visit, ``changes`` (n, 2): mean increase, forward transfer.
    """
    room = np.empty((3, v.shape[1]))
    for i in range(len(task)):
        c = np.zeros(v.shape[1])
        for k in range(len(kappa) + 1):
            for j in range(len(v)):
                square = 0.0
                for a in range(len(c)):
                    square += (c[a] - v[j, a]) ** 2
                error[i, j, k] = square
            if k < len(kappa):
                visit(c, v[task[i, k]], kappa[k], z[i, k], g[i, k], room)
        changed(error[i], task[i], changes[i])


@kernel
def changed(error: Array, task: Ints, changes: Array) -> None:
    """Increase of the errors (K, T+1) since their task's first block, over all tasks but the one
    first seen last; and decrease before it, over all but the one first seen first.
    """
    first, end, newest = blocks(task, len(error))
    seen, increase, transfer = 0, 0.0, 0.0
    for j in range(len(error)):
        if first[j] >= 0:
            seen += 1
            transfer += error[j, 0] - error[j, first[j]]
            if j != newest:
                increase += error[j, len(task)] - error[j, end[j]]
    changes[0], changes[1] = increase / (seen - 1), transfer / (seen - 1)


def draws(batch: Batch, rows: Ints, p: Any, noisy: bool) -> tuple[Array, Array]:
    """Normal numbers and chi2 of ``visit`` at some rows."""
    m, d, n, visits = p.coordinates, p.dimension, p.n_samples, p.n_visits
    outside = max(d - m - 1, 0)
    z, g = np.zeros((len(rows), visits, 2 * m + 4)), np.zeros((len(rows), visits, 6))
    for i, row in enumerate(rows):
        design = batch.generator(row, "design")
        design.standard_normal(out=(normal := np.empty((visits, m + 1))))
        z[i, :, : m + 1] = normal
        g[i, :, :3] = design.standard_gamma((0.5 * n, 0.5 * (d - n), 0.5 * outside), (visits, 3))
        if noisy:
            noise = batch.generator(row, "noise")
            z[i, :, m + 1 :] = noise.standard_normal((visits, m + 3))
            shapes = 0.5 * (n - 1), 0.5 * (d - n + 1), 0.5 * max(outside - 1, 0)
            g[i, :, 3:] = noise.standard_gamma(shapes, (visits, 3))
    g *= 2.0
    scale = p.noise / g[:, :, 4] if noisy else np.zeros(g.shape[:2])
    g[:, :, 3] *= scale
    g[:, :, 4] = scale
    z[:, :, 2 * m + 2] *= outside > 0
    if m == d:  # the teachers span everything: nothing is across
        z[:, :, [m, 2 * m + 1]] = 0.0
    return z, g


def chunks(which: Ints, p: Any, k: int) -> Iterator[Ints]:
    """Rows of a setting, as many at once as BLOCK numbers allow."""
    rows = np.flatnonzero(which == k)
    width = p.n_visits * (2 * p.coordinates + 10 + p.n_tasks)
    size = max(1, BLOCK // width)
    for begin in range(0, len(rows), size):
        yield rows[begin : begin + size]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    which, distinct = settings(batch, batch.model.parameters)
    tasks, n_tasks = sequences(batch), int(batch["n_tasks"].max(initial=1))
    error = np.empty((len(batch), n_tasks, batch.record_at.shape[1]))
    final, changes = np.empty(len(batch)), np.empty((len(batch), 2))
    for k, p in enumerate(distinct):
        v = np.pad(arranged(p), ((0, 0), (0, 1)))
        for rows in chunks(which, p, k):
            z, g = draws(batch, rows, p, p.noise > 0.0)
            course = np.empty((len(rows), p.n_tasks, p.n_visits + 1))
            task, changed_here = tasks[rows, : p.n_visits], np.empty((len(rows), 2))
            run(v, task, plasticities(p), z, g, course, changed_here)
            error[rows] = np.take_along_axis(course, batch.record_at[rows][:, None], axis=2)
            final[rows], changes[rows] = course[:, :, -1].mean(axis=1), changed_here
    return observed(error, final, changes)


def observed(error: Array, final: Array, changes: Array) -> Rows:
    """Observables of errors (rows, K, R), mean errors at the end and changes (rows, 2)."""
    mean = error.mean(axis=1)
    return {
        "error": error,
        "error_square": error**2,
        "mean_error": mean,
        "mean_error_square": mean**2,
        "final_error": final,
        "error_increase": changes[:, 0],
        "error_increase_square": changes[:, 0] ** 2,
        "forward_transfer": changes[:, 1],
    }
