"""Exact mean losses of the denoiser: the first two moments of the weights of a mode are a vector
that every update maps linearly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.curriculum.denoising.problem import (
    KEPT,
    Stage,
    features,
    levels,
    stages,
    variances,
)

Array = npt.NDArray[np.float64]

ROOM = 3.0  # times the learning rate at which the moments must contract: the fourth ones do then


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    with np.errstate(over="ignore", invalid="ignore"):  # where the moments grow without bound
        return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p = row.p
    used = levels(p)
    state = np.zeros((p.n_modes, p.n_features**2 + p.n_features + 1, 1))
    state[:, -1] = 1.0
    read = readout(used, p)
    losses = []
    now, stage, plan = 0, 0, stages(p)
    maps = [update_map(s, p, p.learning_rate) for s in plan]
    for record in [*row.record_at.tolist(), p.n_steps]:
        while now < record:
            while now >= plan[stage].end:
                stage += 1
            end = min(record, plan[stage].end)
            state = np.linalg.matrix_power(maps[stage], end - now) @ state
            now = end
        losses.append(np.einsum("lis,is->l", read, state[:, :, 0]))
    return {
        "loss": np.array([each.mean() for each in losses[:-1]]),
        "loss_level": losses[-1],
        "valid": np.asarray(all(contracts(s, p) for s in plan)),
        **difficulties(p),
        "loss_least": np.asarray(least_loss(p)),
    }


def moments_at(t: Any, p: Any) -> tuple[Array, Array]:
    """v (d, levels) and g v = sqrt(1 - A) (levels,)."""
    A = KEPT[t]
    return variances(p)[:, None] * A + 1.0 - A, np.sqrt(1.0 - A)


def update_map(stage: Stage, p: Any, eta: float) -> Array:
    """What an update does to (M by rows, mu, 1) of every mode, mean over the levels: (d, S, S)."""
    phi, K = features(stage.levels, p.n_features), p.n_features
    v, gv = moments_at(stage.levels, p)
    n, eye = len(phi), np.eye(K)
    first = np.einsum("il,la,lb->iab", v, phi, phi) / n  # v p
    fourth = np.einsum("il,la,lb,lc,le->iabce", v * v, phi, phi, phi, phi, optimize=True) / n
    pull = np.einsum("l,la->a", gv, phi) / n
    third = np.einsum("il,l,la,lb,lc->iabc", v, gv, phi, phi, phi, optimize=True) / n
    # E x^2 eps^2 = 3 v^2 g^2 + v s2 = v + 2 (1 - A)
    spread = np.einsum("il,la,lb->iab", v + 2.0 * gv * gv, phi, phi) / n
    mm = (
        np.einsum("ac,be->abce", eye, eye)
        - eta * (np.einsum("iac,be->iabce", first, eye) + np.einsum("ibe,ac->iabce", first, eye))
        + 3.0 * eta**2 * fourth
    )
    cross = np.einsum("a,bc->abc", pull, eye) + np.einsum("b,ac->abc", pull, eye)
    size = K * K + K + 1
    out = np.zeros((len(v), size, size))
    out[:, : K * K, : K * K] = mm.reshape(-1, K * K, K * K)
    out[:, : K * K, K * K : -1] = (eta * cross - 6.0 * eta**2 * third).reshape(-1, K * K, K)
    out[:, : K * K, -1] = eta**2 * spread.reshape(-1, K * K)
    out[:, K * K : -1, K * K : -1] = eye - eta * first
    out[:, K * K : -1, -1] = eta * pull
    out[:, -1, -1] = 1.0
    return out


def readout(used: Any, p: Any) -> Array:
    """(levels, d, S): [v phi'M phi - 2 g v phi.mu + 1]/2."""
    phi, K = features(used, p.n_features), p.n_features
    v, gv = moments_at(used, p)
    read = np.empty((len(used), p.n_modes, K * K + K + 1))
    read[:, :, : K * K] = 0.5 * np.einsum("il,la,lb->liab", v, phi, phi).reshape(
        len(used), -1, K * K
    )
    read[:, :, K * K : -1] = -(gv[:, None] * phi)[:, None, :]
    read[:, :, -1] = 0.5
    return read


def contracts(stage: Stage, p: Any) -> bool:
    """Whether second moments of the weights do not grow at ``ROOM`` times the rate."""
    K2 = p.n_features**2
    linear = update_map(stage, p, ROOM * p.learning_rate)[:, :K2, :K2]
    return bool(np.abs(np.linalg.eigvals(linear)).max() <= 1.0 + 1e-9)


def least_loss(p: Any) -> float:
    """Of the weights that solve the normal equations of all levels used."""
    used = levels(p)
    phi = features(used, p.n_features)
    v, gv = moments_at(used, p)
    normal = np.einsum("il,la,lb->iab", v, phi, phi) / len(used)
    pull = np.einsum("l,la->a", gv, phi) / len(used)
    gained = sum(pull @ np.linalg.lstsq(A, pull, rcond=None)[0] for A in normal)
    return float(0.5 * (p.n_modes - gained))


def difficulties(p: Any) -> dict[str, Array]:
    """Of the levels alone: how slowly each converges, and the relative entropy of a step."""
    used = levels(p)
    v, gv = moments_at(used, p)
    before = np.append(1.0, KEPT)[used]
    r = (variances(p)[:, None] * before + 1.0 - before) / v
    f = np.sum(features(used, p.n_features) ** 2, axis=1)
    return {
        "time_level": used.astype(float),
        "steps_to_1_percent": steps_to_1_percent(v, gv, f, p.learning_rate),
        "relative_entropy": 0.5 * np.sum(r - 1.0 - np.log(r), axis=0),
    }


def steps_to_1_percent(v: Array, gv: Array, f: Array, eta: float) -> Array:
    """Least n with sum_i v g^2 (1 - 2 eta v f + 3 eta^2 v^2 f^2)^n <= 1 % of n = 0, by bisection;
    NaN where a factor does not contract. (L,).
    """
    start, factor = gv * gv / v, 1.0 - 2.0 * eta * v * f + 3.0 * (eta * v * f) ** 2
    low, high = np.zeros(v.shape[1]), np.full(v.shape[1], 2.0**50)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(60):
            n = np.floor(0.5 * (low + high))
            done = np.sum(start * factor**n, axis=0) <= 0.01 * np.sum(start, axis=0)
            low, high = np.where(done, low, n), np.where(done, n, high)
    return np.where(factor.max(axis=0) < 1.0, high, np.nan)
