"""SGD on sources in sequence, simulated: every sample says which source it is from."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.scheduled_sgd.mixture.measures import kept, measured
from toysim.models.scheduled_sgd.mixture.problem import run, sources
from toysim.numerics.normals import fill_normals
from toysim.records import ended

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 16_384  # numbers drawn at once
ESCAPED = 1e12


@kernel
def descend(
    key: Any,
    stream: Any,
    rng: Any,
    h: Array,
    teachers: Array,
    shares: Array,
    ends: Ints,
    batch: int,
    noise: float,
    rates: Array,
    keep_at: Ints,
    z: Floats,
    losses: Array,
) -> int:
    """One row from w = 0: g = mean of x (x . (w - w_k) - s z), x ~ N(0, diag h_k), over B samples
    whose source k has the share ``shares[stage, k]``; w <- w - eta_t g.

    ``h``, ``teachers`` (K, d), ``ends`` (K,) of the stages, ``rates`` (T,); ``losses`` (R, K) at
    ``keep_at``, ascending. Returns -1, or the update before which a residual escaped.
    """
    n_sources, d = h.shape
    x, root, deviation = z.reshape(z.size), np.sqrt(h), np.sqrt(noise)
    wide, held = d + 1, len(x) // (d + 1)
    w, g, terms = np.zeros(d), np.empty(d), np.empty(d)
    stage, kept, used = 0, 0, held
    limit = ESCAPED * (1.0 + noise + np.sum(h * teachers * teachers))
    for t in range(len(rates) + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            for k in range(n_sources):
                losses[kept, k] = 0.5 * np.sum(h[k] * (w - teachers[k]) ** 2)
            kept += 1
        if t == len(rates):
            return -1
        while t >= ends[stage]:
            stage += 1
        g[:] = 0.0
        residual = 0.0
        for _ in range(batch):
            if used == held:
                fill_normals(key, stream, z)
                stream, used = stream + np.uint64(1), 0
            begin, k, left = used * wide, 0, rng.random()
            while k < n_sources - 1 and left >= shares[stage, k]:
                left -= shares[stage, k]
                k += 1
            for i in range(d):
                terms[i] = root[k, i] * x[begin + i] * (w[i] - teachers[k, i])
            residual = np.sum(terms) - deviation * x[begin + d]
            for i in range(d):
                g[i] += residual * root[k, i] * x[begin + i]
            used += 1
        if not residual * residual < limit:
            return t
        for i in range(d):
            w[i] -= rates[t] * g[i] / batch
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row) -> Rows:
    p, plan, data = row.p, run(row.p), sources(row.p)
    keep_at, records, ends = kept(plan.stages, row.record_at)
    losses = np.full((len(keep_at), p.n_sources), np.nan)
    held = max(1, BLOCK // (p.n_modes + 1))
    z = np.empty((4, -(-held * (p.n_modes + 1) // 4)), np.float32)
    key, stream = row.generator("inputs").integers(2**64, size=2, dtype=np.uint64)
    failed_at = descend(
        key,
        stream,
        row.generator("source"),
        data.h,
        data.teachers,
        plan.shares,
        np.cumsum(plan.stages),
        p.batch_size,
        p.label_noise,
        plan.rates,
        keep_at,
        z,
        losses,
    )
    return measured(losses, records, ends) | {"failed_at": np.asarray(failed_at)}
