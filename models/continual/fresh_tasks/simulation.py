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
from toysim.numerics.draws import chi_squared, normals_into

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
def draw(design: Words, noise: Words, sizes: Sizes, z: Array, g: Array) -> None:
    """The numbers of ``visit``, from the states of two streams."""
    n = len(z) // 2 - 1
    normals_into(design, z[:n])
    g[0] = chi_squared(design, sizes.n)
    g[1] = chi_squared(design, sizes.d - sizes.n)
    g[2] = chi_squared(design, sizes.outside)
    if sizes.noise > 0.0:
        normals_into(noise, z[n:])
        g[4] = sizes.noise / chi_squared(noise, sizes.d - sizes.n + 1)
        g[3] = g[4] * chi_squared(noise, sizes.n - 1)
        g[5] = chi_squared(noise, sizes.outside - 1)
    if sizes.outside == 0:
        z[2 * n] = 0.0
    if n > sizes.d:  # the teachers span everything: nothing is across
        z[n - 1] = z[2 * n - 1] = 0.0


@kernel
def run(
    v: Array,
    task: Ints,
    kappa: Array,
    sizes: Sizes,
    design: Words,
    noise: Words,
    error: Array,
    changes: Array,
) -> None:
    """Rows from w = 0. v (K, m+1), task (n, T), kappa (T,), states (n, 3) of the streams;
    ``error`` (n, K, T+1) after every visit, ``changes`` (n, 2): mean increase, forward transfer.
    """
    m = v.shape[1]
    room, z, g = np.empty((3, m)), np.zeros(2 * m + 2), np.zeros(6)
    for i in range(len(task)):
        c = np.zeros(m)
        for k in range(len(kappa) + 1):
            for j in range(len(v)):
                square = 0.0
                for a in range(m):
                    square += (c[a] - v[j, a]) ** 2
                error[i, j, k] = square
            if k < len(kappa):
                draw(design[i], noise[i], sizes, z, g)
                visit(c, v[task[i, k]], kappa[k], z, g, room)
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


def states(batch: Batch, rows: Ints, stream: str) -> Words:
    """Starts (n, 3) of a stream."""
    return np.pad(batch.words(stream)[rows], ((0, 0), (0, 1)))


def chunks(which: Ints, p: Any, k: int) -> Iterator[Ints]:
    """Rows of a setting, as many at once as BLOCK numbers allow."""
    rows = np.flatnonzero(which == k)
    width = (p.n_visits + 1) * p.n_tasks
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
        outside = max(p.dimension - p.coordinates - 1, 0)
        sizes = Sizes(p.dimension, p.n_samples, outside, float(p.noise))
        for rows in chunks(which, p, k):
            course = np.empty((len(rows), p.n_tasks, p.n_visits + 1))
            task, changed_here = tasks[rows, : p.n_visits], np.empty((len(rows), 2))
            streams = (states(batch, rows, name) for name in ("design", "noise"))
            run(v, task, plasticities(p), sizes, *streams, course, changed_here)
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
