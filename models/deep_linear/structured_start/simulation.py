"""Descent from structured starts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.deep_linear.structured_start.problem import Start, start_of
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]


@kernel
def output(w: Array, a: Array, beta: Array, e: Array) -> float:
    """The error e = beta - W'a (columns,), overwritten; returns the strength a'W beta."""
    strength = 0.0
    for j in range(len(beta)):
        e[j] = beta[j]
    for i in range(len(a)):
        for j in range(len(beta)):
            e[j] -= a[i] * w[i, j]
    for j in range(len(beta)):
        strength += (beta[j] - e[j]) * beta[j]
    return strength


@kernel
def update(w: Array, a: Array, e: Array, eta: float) -> None:
    """W <- W + eta a e', a <- a + eta W e, both with the old ones on the right."""
    for i in range(len(a)):
        pull = 0.0
        for j in range(len(e)):
            pull += w[i, j] * e[j]
        for j in range(len(e)):
            w[i, j] += eta * a[i] * e[j]
        a[i] += eta * pull


@kernel
def descend(
    w: Array, a: Array, beta: Array, eta: float, end: float, tolerance: float, at: Array, out: Array
) -> tuple[float, float, float]:
    """Descent of w (h, c) and a (h,) on the task beta (c,), both overwritten.

    ``out`` (R,): strengths at the flow times ``at``, linear between updates; after the end that of
    the last. Returns the time at which half of |beta|^2 is reached, the last error's norm, and the
    time.
    """
    e, half, kept, t = np.empty(len(beta)), math.nan, 0, 0.0
    square = np.sum(beta * beta)
    goal, small = 0.5 * square, tolerance * tolerance * square
    now = output(w, a, beta, e)
    for n in range(1, math.ceil(end / eta) + 1):
        if np.sum(e * e) <= small:
            break
        update(w, a, e, eta)
        before, now = now, output(w, a, beta, e)
        t = n * eta
        while kept < len(at) and at[kept] <= t:
            out[kept] = now + (before - now) * (t - at[kept]) / eta
            kept += 1
        if before < goal <= now and math.isnan(half):
            half = t - eta * (now - goal) / (now - before)
    out[kept:] = now
    return half, math.sqrt(np.sum(e * e)), t


def finished(w: Array, a: Array, beta: Array) -> tuple[Array, Array]:
    """The rest of the way of w (h, c) and a (h,), on which a small error e = beta - W'a decays
    linearly: W + a m', a + W m with (W'W + |a|^2) m = e, to order |e|^2.
    """
    m = np.linalg.solve(w.T @ w + (a @ a) * np.eye(len(beta)), beta - w.T @ a)
    return w + np.outer(a, m), a + w @ m


def layers(row: Row, start: Start) -> tuple[Array, Array, Array]:
    """First layer (h, c), readout (h,) and task (c,) in the coordinates that move: without
    perturbation the start's own and one more input.
    """
    p, r = row.p, row.p.rank
    noisy = p.perturbation > 0.0
    h, c = (p.width, p.n_inputs) if noisy else (r, min(r + 1, p.n_inputs))
    w, beta = np.zeros((h, c)), np.zeros(c)
    w[np.arange(r), np.arange(r)], beta[:r] = start.singular, start.inside
    beta[r : r + 1] = start.outside
    a = np.zeros(h)
    if noisy:
        noise = p.perturbation * row.normal("noise", h, c + 1)
        w, a = w + noise[:, :c], noise[:, c].copy()
    return w, a, beta


def changes(w0: Array, a0: Array, w: Array, a: Array, d: int) -> dict[str, float]:
    """What has changed of kernel, representation and weights; inputs that are left out (d of them
    with those of w) see the readout alone.
    """
    g0, g, s0, s = w0.T @ w0, w.T @ w, float(a0 @ a0), float(a @ a)
    moved, more = g - g0, s - s0
    size = math.sqrt(np.sum(g0**2) + 2.0 * s0 * np.trace(g0) + d * s0**2)
    final = math.sqrt(np.sum(g**2) + 2.0 * s * np.trace(g) + d * s**2)
    kernel_moved = np.sum(moved**2) + 2.0 * more * np.trace(moved) + d * more**2
    inner = np.sum(g * g0) + s * np.trace(g0) + s0 * np.trace(g) + d * s * s0
    return {
        "kernel_change": math.sqrt(max(kernel_moved, 0.0)) / size,
        "representation_change": float(np.linalg.norm(moved) / np.linalg.norm(g0)),
        "kernel_alignment": float(inner) / (final * size),
        "weight_change": math.sqrt(np.sum((w - w0) ** 2) + np.sum((a - a0) ** 2))
        / float(np.linalg.norm(w0)),
        "readout_square": s,
    }


def observed(row: Row) -> tuple[dict[str, object], int]:
    """Every observable of a row, and the update at which it gave up, or -1."""
    p, start = row.p, start_of(row)
    w, a, beta = layers(row, start)
    w0, a0, course = w.copy(), a.copy(), np.empty(len(row.record_at))
    eta, at = p.learning_rate, np.asarray(row.record_at)
    half, left, _ = descend(w, a, beta, eta, p.duration, p.tolerance, at, course)
    lost = not left <= p.tolerance * p.teacher_norm * (1.0 + 1e-12)  # a norm that is rounded
    w, a = (w, a) if lost else finished(w, a, beta)
    carried = a * (w @ beta)
    total = float(carried.sum())
    return {
        **changes(w0, a0, w, a, p.n_inputs),
        "recruited_share": 1.0 - float(carried[: p.rank].sum()) / total if total else np.nan,
        "drawn_overlap": start.overlap,
        "half_learning_time": half,
        "residual": left,
        "strength": course,
    }, math.ceil(p.duration / eta) if lost else -1


def simulate(batch: Batch) -> Rows:
    """Every row; those with an error above the tolerance have not converged."""
    found, failed_at = zip(*(observed(row) for row in batch.rows()), strict=True)
    return stacked(found) | ended(np.array(failed_at), Status.NOT_CONVERGED)
