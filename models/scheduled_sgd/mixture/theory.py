"""Exact mean losses of SGD on sources in sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.scheduled_sgd.mixture.measures import kept, measured
from toysim.models.scheduled_sgd.mixture.problem import Sources, run, sources
from toysim.numerics.spread import narrow

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def mean_losses(
    h: Array,
    teachers: Array,
    shares: Array,
    ends: Ints,
    noise: float,
    batch: float,
    rates: Array,
    losses: Array,
) -> None:
    """Losses (T + 1, K) of the sources after every number of updates, from w = 0; derived.

    mu = E w, v = Var w, D_k = mu - w_k, L_k = sum h_k (v + D_k^2)/2, with the stage's shares q_k
    hbar = sum q_k h_k, gbar = sum q_k h_k D_k, and of one sample the squared gradient
    n = sum_k q_k [2 h_k^2 (v + D_k^2) + h_k (2 L_k + s2)]:

        E g^2 = (1 - 1/B)(hbar^2 v + gbar^2) + n/B
        v <- v - 2 eta hbar v + eta^2 (E g^2 - gbar^2),    mu <- mu - eta gbar

    ``h``, ``teachers`` (K, d), ``shares`` (stages, K), ``ends`` (stages,), ``rates`` (T,).
    """
    n_sources, d = h.shape
    mu, v, curvature, slope, own = np.zeros((5, d))
    stage = 0
    for t in range(len(rates) + 1):
        for k in range(n_sources):
            for i in range(d):
                own[i] = h[k, i] * (v[i] + (mu[i] - teachers[k, i]) ** 2)
            losses[t, k] = 0.5 * np.sum(own)
        if t == len(rates):
            return
        while t >= ends[stage]:
            stage += 1
        curvature[:] = 0.0
        slope[:] = 0.0
        own[:] = 0.0
        for k in range(n_sources):
            q, floor = shares[stage, k], 2.0 * losses[t, k] + noise
            if q > 0.0:
                for i in range(d):
                    far = mu[i] - teachers[k, i]
                    curvature[i] += q * h[k, i]
                    slope[i] += q * h[k, i] * far
                    own[i] += q * h[k, i] * (2.0 * h[k, i] * (v[i] + far * far) + floor)
        eta = rates[t]
        for i in range(d):
            bent = curvature[i] * curvature[i] * v[i]
            square = (own[i] - bent - slope[i] * slope[i]) / batch + bent
            v[i] += eta * (eta * square - 2.0 * curvature[i] * v[i])
            mu[i] -= eta * slope[i]


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid where means over replicas show it."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p, plan, data = row.p, run(row.p), sources(row.p)
    keep_at, records, ends = kept(plan.stages, row.record_at)
    losses = np.empty((len(plan.rates) + 1, p.n_sources))
    told = (plan.shares, np.cumsum(plan.stages), p.label_noise, float(p.batch_size), plan.rates)
    mean_losses(data.h, data.teachers, *told, losses)
    old = losses[plan.stages[0] :, 0]
    return measured(losses[keep_at], records, ends) | {
        "peak_old": np.max(old),
        "update_of_peak": float(np.argmax(old)),
        "valid": bool(np.isfinite(losses).all()) and _narrow(p, data, plan.rates, keep_at),
    }


def _narrow(p: Any, data: Sources, rates: Array, keep_at: Ints) -> bool:
    """By the spread of plain SGD on the largest variances and teachers of all sources."""
    h = data.h.max(axis=0)
    signal = h * np.max(data.teachers**2, axis=0)
    order = np.argsort(-h, kind="stable")
    return narrow(h[order], signal[order], p.label_noise, float(p.batch_size), rates, keep_at)
