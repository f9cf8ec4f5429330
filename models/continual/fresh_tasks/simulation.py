"""Visits to tasks with fresh Gaussian data, in the few numbers that the errors depend on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.continual.arrangements import arranged
from toysim.models.continual.fresh_tasks.problem import blocks, plasticities
from toysim.models.continual.sequences import sequences, settings
from toysim.numerics.draws import begin, chi_squared_into, normals_into

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


BLOCK = 2**18  # errors held at once


class Sizes(NamedTuple):
    """Weights d, samples n, directions outside those followed, and variance of the noise."""

    d: int
    n: int
    outside: int
    noise: float


@kernel
def visit(
    c: Array, v: Array, j: int, kappa: float, z: Array, x: Array, g: Array, k: int, room: Array
) -> None:
    """w <- w + kappa X^+ (y - X w) exactly in law, in O(m).

    c (m+1,) are w's coordinates in the span of the teachers, then its length across; overwritten.
    b = v - w,  X^+ (y - X w) = P b + u,  P the projector on the rows of X. In law
    P b = |b| sqrt(B) f,  f = sqrt(B) b/|b| + sqrt(1 - B) h,  B ~ Beta(n/2, (d-n)/2),
    u = s (x f + sqrt(C) r)/sqrt(S),  x ~ N(0, 1), C ~ chi2_(n-1), S ~ chi2_(d-n+1),
    h a random direction across b, r one across b and h. Of both, the m+1 coordinates are
    kept; the part outside has the length that its chi2 says. Derived.

    Column k of the draws is read: z (T, m+1) normal numbers of h; x (T, m+3) those of r, r's along
    h outside, x; g (6, T) chi2 of n, d-n and outside, s2 C/S, s2/S, and chi2 of what is outside h.
    v (K, m+1), visited is row j; room (3, m+1) for b, h and r.
    """
    n = len(c)
    size = 0.0
    for i in range(n):
        room[0, i] = v[j, i] - c[i]
        size += room[0, i] * room[0, i]
    size = math.sqrt(size)
    if size > 0.0:
        for i in range(n):
            room[0, i] /= size
    else:
        room[0, 0] = 1.0  # any direction
    along = 0.0
    for i in range(n):
        along += z[k, i] * room[0, i]
    outside, square = math.sqrt(g[2, k]), g[2, k]
    for i in range(n):
        room[1, i] = z[k, i] - along * room[0, i]
        square += room[1, i] * room[1, i]
    across = 1.0 / math.sqrt(square)
    for i in range(n):
        room[1, i] *= across
    outside *= across
    share = g[0, k] / (g[0, k] + g[1, k])
    noise = x[k, n + 1] * math.sqrt(g[4, k])
    stay, turn = math.sqrt(share), math.sqrt(1.0 - share)
    forward = kappa * (size * stay + noise)
    away = forward * turn * outside
    for i in range(n):
        c[i] += forward * (stay * room[0, i] + turn * room[1, i])
    side = 0.0
    if g[3, k] > 0.0:
        on_b, on_h = 0.0, x[k, n] * outside
        for i in range(n):
            on_b += x[k, i] * room[0, i]
            on_h += x[k, i] * room[1, i]
        along_h = x[k, n] - on_h * outside
        square = along_h * along_h + g[5, k]
        for i in range(n):
            room[2, i] = x[k, i] - on_b * room[0, i] - on_h * room[1, i]
            square += room[2, i] * room[2, i]
        across = kappa * math.sqrt(g[3, k] / square)
        for i in range(n):
            c[i] += across * room[2, i]
        away += across * along_h
        side = across * across * g[5, k]
    c[n - 1] = math.sqrt(c[n - 1] * c[n - 1] + away * away + side)


@kernel
def draw_data(state: Ints, buffer: Array, sizes: Sizes, z: Array, g: Array) -> None:
    """The first numbers of ``visit`` of every visit, from the stream of the data; z (T, m+1)."""
    normals_into(state, buffer, z.reshape(z.size))
    chi_squared_into(state, buffer, sizes.n, g[0])
    chi_squared_into(state, buffer, sizes.d - sizes.n, g[1])
    chi_squared_into(state, buffer, sizes.outside, g[2])
    if z.shape[1] > sizes.d:  # the teachers span everything: nothing is across
        z[:, z.shape[1] - 1] = 0.0


@kernel
def draw_noise(state: Ints, buffer: Array, sizes: Sizes, z: Array, g: Array) -> None:
    """The others, from the stream of the noise; z (T, m+3)."""
    n = z.shape[1] - 2
    normals_into(state, buffer, z.reshape(z.size))
    chi_squared_into(state, buffer, sizes.n - 1, g[3])
    chi_squared_into(state, buffer, sizes.d - sizes.n + 1, g[4])
    chi_squared_into(state, buffer, sizes.outside - 1, g[5])
    for k in range(len(z)):
        g[4, k] = sizes.noise / g[4, k]
        g[3, k] *= g[4, k]
    if sizes.outside == 0:
        z[:, n] = 0.0
    if n > sizes.d:
        z[:, n - 1] = 0.0


@kernel
def run(
    v: Array,
    task: Ints,
    kappa: Array,
    sizes: Sizes,
    words: Words,
    error: Array,
    changes: Array,
) -> None:
    """Rows from w = 0. v (K, m+1), task (n, T), kappa (T,), words (n, 2, 2) of two streams;
    ``error`` (n, K, T+1) after every visit, ``changes`` (n, 2): mean increase, forward transfer.
    """
    m, visits = v.shape[1], len(kappa)
    buffer = np.empty(6 * min(512, 1 + visits * (m + 11) // 6))
    state, room = np.empty(3, np.int64), np.empty((3, m))
    z, x, g = np.empty((visits, m)), np.zeros((visits, m + 2)), np.zeros((6, visits))
    for i in range(len(task)):
        begin(state, words[i, 0], buffer)
        draw_data(state, buffer, sizes, z, g)
        if sizes.noise > 0.0:
            begin(state, words[i, 1], buffer)
            draw_noise(state, buffer, sizes, x, g)
        c = np.zeros(m)
        for k in range(visits + 1):
            for j in range(len(v)):
                square = 0.0
                for a in range(m):
                    square += (c[a] - v[j, a]) ** 2
                error[i, j, k] = square
            if k < visits:
                visit(c, v, task[i, k], kappa[k], z, x, g, k, room)
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


def chunks(which: Ints, p: Any, k: int) -> Iterator[Ints]:
    """Rows of a setting, as many at once as BLOCK numbers allow."""
    rows = np.flatnonzero(which == k)
    width = (p.n_visits + 1) * p.n_tasks
    size = max(1, BLOCK // width)
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    which, distinct = settings(batch, batch.model.parameters)
    words = np.stack([batch.words("design"), batch.words("noise")], axis=1)
    tasks, n_tasks = sequences(batch), int(batch["n_tasks"].max(initial=1))
    error = np.empty((len(batch), n_tasks, batch.record_at.shape[1]))
    final, changes = np.empty(len(batch)), np.empty((len(batch), 2))
    for k, p in enumerate(distinct):
        v = np.pad(arranged(p), ((0, 0), (0, 1)))
        outside = max(p.dimension - p.coordinates - 1, 0)
        sizes = Sizes(p.dimension, p.n_samples, outside, float(p.noise))
        for rows in chunks(which, p, k):
            course = np.empty((len(rows), p.n_tasks, p.n_visits + 1))
            task, changed_here = tasks[rows, : p.n_visits], np.empty((len(rows), 2))
            run(v, task, plasticities(p), sizes, words[rows], course, changed_here)
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
