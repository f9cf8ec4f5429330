"""Descent of both layers, and informations by eigenvalues."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.deep_linear.information_plane.law import explained, outputs

Array = npt.NDArray[np.float64]


@kernel
def descend(
    w1: Array, w2: Array, task: Array, eta: float, end: float, at: Array, kept: Array
) -> None:
    """W1 <- W1 + eta W2' R, W2 <- W2 + eta R W1', R = S - W2 W1, overwritten. ``kept`` (R, H, d):
    the first layer at the flow times ``at``, by two differences between updates: of one alone, the
    error depends on where between them a time falls, and has no order in eta.
    """
    k = 0
    while k < len(at) and at[k] <= 0.0:
        kept[k] = w1
        k += 1
    for n in range(1, math.ceil(end / eta - 1e-9) + 1):
        r = task - w2 @ w1
        before = w1.copy()
        w1 += eta * (w2.T @ r)
        w2 += eta * (r @ before.T)
        t = n * eta
        while k < len(at) and at[k] <= t + 1e-9 * eta:
            share, step = (t - at[k]) / eta, w1 - before
            bend = eta * (w2.T @ (task - w2 @ w1)) - step
            kept[k] = w1 - share * step - 0.5 * share * (1.0 - share) * bend
            k += 1


def orthogonal(rng: np.random.Generator, n: int, m: int) -> Array:
    """m orthonormal columns of n numbers."""
    return np.asarray(np.linalg.qr(rng.standard_normal((n, m)))[0])


def informations(w1: Array, frame: Array, r2: Array, tau2: float) -> tuple[float, float]:
    """I(X;T) and I(T;Y) of a first layer (h, d); the task's inputs are ``frame`` (d, modes), whose
    modes it explains by ``r2``.

    I(T;Y) = -ln det(1 - M)/2, M = D V' W1'(W1 W1' + tau2)^-1 W1 V D, D^2 = r2: by M where it is
    small, else by 1 - M as a sum; determinants of covariances lose what is small.
    """
    _, values, rows = np.linalg.svd(w1, full_matrices=False)
    v, seen = values**2 / tau2, rows @ (frame * np.sqrt(r2))
    known = np.linalg.eigvalsh((seen.T * (v / (1.0 + v))) @ seen)
    rest = np.linalg.eigvalsh(np.diag(1.0 - r2) + (seen.T / (1.0 + v)) @ seen)[::-1]
    logs = np.where(known < 0.5, np.log1p(-known.clip(0.0, 0.5)), np.log(rest))
    return 0.5 * float(np.sum(np.log1p(v))), -0.5 * float(np.sum(logs))


def observed(row: Row) -> Rows:
    """Every observable of a row, in random frames of inputs, hidden units and labels."""
    p, s = row.p, np.array(row.p.strengths)
    d, rng = len(s), row.generator("start")
    u, v, q = orthogonal(rng, d, d), orthogonal(rng, d, d), orthogonal(rng, p.width, d)
    task, root = (u * s) @ v.T, math.sqrt(p.start_strength)
    w1 = root * q @ v.T
    w2 = root * u @ q.T if p.readout == "balanced" else np.zeros((d, p.width))
    at = np.asarray(row.record_at)
    kept = np.empty((len(at), p.width, d))
    w1, w2, task = (np.ascontiguousarray(x) for x in (w1, w2, task))
    descend(w1, w2, task, p.learning_rate, p.duration, at, kept)
    r2 = explained(s, p.label_noise)
    found = np.array([informations(w, v, r2, p.reading_noise) for w in kept]).reshape(-1, 2).T
    return outputs(found[0], found[1], r2)


def simulate(batch: Batch) -> Rows:
    """Every row."""
    return stacked([observed(row) for row in batch.rows()])
