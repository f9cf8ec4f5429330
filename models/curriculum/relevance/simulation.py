"""The online perceptron as a Markov chain of three numbers, exact at every dimension."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.curriculum.relevance.measures import error, errors
from toysim.models.curriculum.relevance.shares import shares
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12


@kernel
def chain(
    data: Any,
    order: Any,
    h: Array,
    inputs: Array,
    variances: Array,
    eta: float,
    start: Array,
    keep_at: Ints,
    kept: Array,
) -> tuple[int, int]:
    """One run of the reduced chain: R, P = Q_r - R^2, Q_i from ``start``; derived.

    With t, z, u ~ N(0, 1), a ~ chi2(n_r - 2), b ~ chi2(n_i - 1), Delta hard with probability h_t:
        e = sign t - R t - sqrt(P) z - sqrt(Delta Q_i) u,  k = eta e/d
        R += k t,  P += 2 k sqrt(P) z + k^2 (z^2 + a)
        Q_i += 2 k sqrt(Delta Q_i) u + k^2 Delta (u^2 + b)

    ``h`` (T,), ``inputs`` n_r, n_i, ``variances`` Delta_e, Delta_h; ``kept`` (3, K): R, Q_r, Q_i at
    ``keep_at``, ascending. Returns how many examples were hard, and -1 or the update that escaped.
    """
    r, p, q = start[0], start[1], start[2]
    shape_a, shape_b = 0.5 * (inputs[0] - 2.0), 0.5 * (inputs[1] - 1.0)
    gain, n_hard, k_kept = eta / (inputs[0] + inputs[1]), 0, 0
    for update in range(len(h) + 1):
        while k_kept < len(keep_at) and keep_at[k_kept] == update:
            kept[0, k_kept], kept[1, k_kept], kept[2, k_kept] = r, p + r * r, q
            k_kept += 1
        if update == len(h):
            break
        hard = order.random() < h[update]
        n_hard += hard
        variance = variances[1] if hard else variances[0]
        t, z, u = data.standard_normal(), data.standard_normal(), data.standard_normal()
        a = 2.0 * data.standard_gamma(shape_a) if shape_a > 0.0 else 0.0
        b = 2.0 * data.standard_gamma(shape_b)
        across, field = math.sqrt(max(p, 0.0)), math.sqrt(variance * q)
        k = gain * (math.copysign(1.0, t) - r * t - across * z - field * u)
        r += k * t
        p += 2.0 * k * across * z + k * k * (z * z + a)
        q = max(q + 2.0 * k * field * u + k * k * variance * (u * u + b), 0.0)
        if not p + q + r * r < ESCAPED:
            return n_hard, update
    return n_hard, -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row) -> Rows:
    p, h = row.p, shares(row.p)
    kept = np.full((3, len(row.record_at)), np.nan)
    n_hard, failed_at = chain(
        row.generator("data"),
        row.generator("order"),
        h,
        np.array([p.n_relevant, p.n_irrelevant], float),
        np.array([p.easy_variance, p.hard_variance]),
        p.learning_rate,
        np.array([0.0, p.start_relevant, p.start_irrelevant]),
        row.record_at,
        kept,
    )
    return {
        "overlap": kept[0],
        "relevant_norm": kept[1],
        "irrelevant_norm": kept[2],
        **errors(p, partial(error, *kept)),
        "share_shown": np.asarray(n_hard / len(h) if len(h) else np.nan),
        "failed_at": np.asarray(failed_at),
    }
