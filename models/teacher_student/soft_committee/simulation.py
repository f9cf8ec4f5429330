"""The soft committee simulated: a chain of overlaps of the same law at any N, or its weights.

With L the Cholesky factor of Q - R R' the fields of an example are u = z, h = R z + L z', and
|x|^2 = |z|^2 + |z'|^2 + chi^2_{N-K-M}: exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.teacher_student.soft_committee.measures import courses_of, gap
from toysim.models.teacher_student.soft_committee.problem import starts
from toysim.records import ended

Array = npt.NDArray[np.float64]

SLOPE = math.sqrt(2.0 / math.pi)
LARGEST = 1e12  # a self-overlap beyond it does not come back


@kernel
def factorise(r: Array, q: Array, lower: Array) -> None:
    """lower lower' = q - r r' (K, K); a pivot of units that coincide is floored at 0."""
    k, m = r.shape
    for i in range(k):
        for j in range(i + 1):
            left = q[i, j]
            for n in range(m):
                left -= r[i, n] * r[j, n]
            for n in range(j):
                left -= lower[i, n] * lower[j, n]
            if i == j:
                lower[i, i] = math.sqrt(max(left, 0.0))
            else:
                lower[i, j] = left / lower[j, j] if lower[j, j] > 0.0 else 0.0


@kernel
def factors(h: Array, u: Array, noise: float, eta: float, f: Array) -> None:
    """f_i = eta delta g'(h_i), delta = sum_n g(u_n) - sum_k g(h_k) + noise, g = erf(x/sqrt 2)."""
    delta = noise
    for n in range(len(u)):
        delta += math.erf(u[n] * math.sqrt(0.5))
    for i in range(len(h)):
        delta -= math.erf(h[i] * math.sqrt(0.5))
    for i in range(len(h)):
        f[i] = eta * delta * SLOPE * math.exp(-0.5 * h[i] * h[i])


@kernel
def move(r: Array, q: Array, f: Array, h: Array, u: Array, length: float, n: int) -> None:
    """R_in += f_i u_n/N,  Q_ik += (f_i h_k + f_k h_i)/N + f_i f_k |x|^2/N^2."""
    for i in range(len(h)):
        for k in range(len(u)):
            r[i, k] += f[i] * u[k] / n
        for k in range(i + 1):
            q[i, k] += (f[i] * h[k] + f[k] * h[i] + f[i] * f[k] * length / n) / n
            q[k, i] = q[i, k]


@kernel
def keep(t: int, n: int, at: Array, kept: int, before: Any, now: Any, out: Any) -> int:
    """Records of times up to t/N, on the line between two examples; returns how many."""
    while kept < len(at) and at[kept] * n <= t:
        share = at[kept] * n - (t - 1)
        out[0][:, :, kept] = before[0] + share * (now[0] - before[0])
        out[1][:, :, kept] = before[1] + share * (now[1] - before[1])
        kept += 1
    return kept


@kernel
def chain(
    r: Array,
    q: Array,
    eta: float,
    deviation: float,
    n: int,
    n_examples: int,
    threshold: float,
    at: Array,
    inputs: Any,
    noise: Any,
    out_r: Array,
    out_q: Array,
) -> tuple[float, int]:
    """One run; r (K, M) and q (K, K) are overwritten, out (K, M or K, R) are the records.

    Returns the first time at which the gap is above the threshold (NaN), and -1 or the example at
    which it diverged.
    """
    k, m = r.shape
    h, u, other, f = np.empty(k), np.empty(m), np.empty(k), np.empty(k)
    lower, old_r, old_q = np.zeros((k, k)), r.copy(), q.copy()
    kept = keep(0, n, at, 0, (r, q), (r, q), (out_r, out_q))
    escaped = 0.0 if gap(r) > threshold else math.nan
    for t in range(1, n_examples + 1):
        length = 2.0 * inputs.standard_gamma(0.5 * (n - k - m))
        for i in range(m):
            u[i] = inputs.standard_normal()
            length += u[i] * u[i]
        factorise(r, q, lower)
        for i in range(k):
            other[i] = inputs.standard_normal()
            length += other[i] * other[i]
            h[i] = 0.0
            for j in range(m):
                h[i] += r[i, j] * u[j]
            for j in range(i + 1):
                h[i] += lower[i, j] * other[j]
        off = deviation * noise.standard_normal() if deviation > 0.0 else 0.0
        factors(h, u, off, eta, f)
        if kept < len(at) and at[kept] * n <= t:
            old_r[:], old_q[:] = r, q
        move(r, q, f, h, u, length, n)
        if not np.trace(q) < LARGEST:
            return escaped, t
        if math.isnan(escaped) and gap(r) > threshold:
            escaped = t / n
        if kept < len(at) and at[kept] * n <= t:
            kept = keep(t, n, at, kept, (old_r, old_q), (r, q), (out_r, out_q))
    return escaped, -1


@kernel
def weights(
    r: Array,
    q: Array,
    eta: float,
    deviation: float,
    n: int,
    n_examples: int,
    threshold: float,
    at: Array,
    inputs: Any,
    noise: Any,
    out_r: Array,
    out_q: Array,
) -> tuple[float, int]:
    """The same with the weights: teachers are the first M axes, the start fills the next K."""
    k, m = r.shape
    w, x, root = np.zeros((k, n)), np.empty(n), math.sqrt(n)
    lower = np.zeros((k, k))
    factorise(r, q, lower)
    w[:, :m], w[:, m : m + k] = root * r, root * lower
    h, f, old_r, old_q = np.empty(k), np.empty(k), r.copy(), q.copy()
    kept = keep(0, n, at, 0, (r, q), (r, q), (out_r, out_q))
    escaped = 0.0 if gap(r) > threshold else math.nan
    for t in range(1, n_examples + 1):
        for i in range(n):
            x[i] = inputs.standard_normal()
        for i in range(k):
            h[i] = np.sum(w[i] * x) / root
        off = deviation * noise.standard_normal() if deviation > 0.0 else 0.0
        factors(h, x[:m], off, eta, f)
        old_r[:], old_q[:] = r, q
        for i in range(k):
            w[i] += f[i] / root * x
        for i in range(k):
            r[i] = w[i, :m] / root
            for j in range(i + 1):
                q[i, j] = q[j, i] = np.sum(w[i] * w[j]) / n
        if not np.trace(q) < LARGEST:
            return escaped, t
        if math.isnan(escaped) and gap(r) > threshold:
            escaped = t / n
        kept = keep(t, n, at, kept, (old_r, old_q), (r, q), (out_r, out_q))
    return escaped, -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at, (r, q) = batch.record_at, starts(batch)
    (n_rows, k, m), n_records = r.shape, at.shape[1]
    out_r = np.full((n_rows, k, m, n_records), np.nan)
    out_q = np.full((n_rows, k, k, n_records), np.nan)
    escape, failed_at = np.empty(n_rows), np.empty(n_rows, np.int64)
    deviation = np.sqrt(batch["label_noise"])
    n_examples = np.ceil(batch["duration"] * batch["size"]).astype(np.int64)
    for i in range(n_rows):
        run = chain if batch["method"][i] == "overlaps" else weights
        escape[i], failed_at[i] = run(
            r[i],
            q[i],
            batch["learning_rate"][i],
            deviation[i],
            batch["size"][i],
            n_examples[i],
            batch["threshold"][i],
            at[i],
            batch.generator(i, "inputs"),
            batch.generator(i, "noise"),
            out_r[i],
            out_q[i],
        )
    overlaps = {"student_overlaps": out_q, "teacher_overlaps": out_r, "escape_time": escape}
    return overlaps | courses_of(out_r, out_q) | ended(failed_at)
