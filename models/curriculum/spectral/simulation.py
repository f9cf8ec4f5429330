"""SGD on minibatches of which only the first modes are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.curriculum.spectral.problem import exposed, modes, shown
from toysim.numerics.normals import fill_normals
from toysim.numerics.reductions import dot
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
    h: Array,
    teacher: Array,
    m: Ints,
    batch: int,
    eta: float,
    deviation: float,
    keep_at: Ints,
    z: Floats,
    w: Array,
    losses: Array,
) -> int:
    """w_i <- w_i - (eta/B) sum_b (w.x_exposed - y) x_i for i < m_t, y = w*.x + s z.

    ``h``, ``teacher``, ``w`` (d,), ``m`` (T,); ``losses`` (R,) at ``keep_at``, ascending. Returns
    -1, or the update after which the loss escaped.
    """
    d, x, root = len(h), z.reshape(z.size), np.sqrt(h)
    held, used, kept = z.size // (d + 1), z.size, 0
    away, g, limit = np.empty(d), np.empty(d), ESCAPED * (1.0 + np.sum(h * teacher * teacher))
    for t in range(len(m) + 1):
        for i in range(d):
            away[i] = root[i] * (w[i] - teacher[i])
        loss = 0.5 * dot(away, away)
        while kept < len(keep_at) and keep_at[kept] == t:
            losses[kept] = loss
            kept += 1
        if not loss < limit:
            return t
        if t == len(m):
            break
        for i in range(m[t], d):
            away[i] = -root[i] * teacher[i]
        g[:] = 0.0
        for _ in range(batch):
            if used >= held:
                fill_normals(key, stream, z)
                stream, used = stream + np.uint64(1), 0
            own = x[used * (d + 1) : (used + 1) * (d + 1)]
            residual = dot(away, own) - deviation * own[d]
            for i in range(m[t]):
                g[i] += residual * own[i]
            used += 1
        for i in range(m[t]):
            w[i] -= eta / batch * root[i] * g[i]
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row) -> Rows:
    p = row.p
    h, teacher = modes(p)
    m, w = exposed(p), np.zeros(p.n_modes)
    held = max(1, min(BLOCK // (p.n_modes + 1), p.n_steps * p.batch_size))
    z = np.empty((4, -(-held * (p.n_modes + 1) // 4)), np.float32)
    losses = np.full(len(row.record_at), np.nan)
    key, stream = row.generator("data").integers(2**64, size=2, dtype=np.uint64)
    told = (m, p.batch_size, p.learning_rate, np.sqrt(p.noise_variance), row.record_at)
    failed_at = descend(key, stream, h, teacher, *told, z, w, losses)
    return {
        "loss": losses,
        "mode_error": (w - teacher) ** 2,
        **shown(p, m, row.record_at),
        "failed_at": np.asarray(failed_at),
    }
