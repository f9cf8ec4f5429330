"""SGD on the background, sample by sample, with the fact injected."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.fact_injection.problem import acquired, injected_at, powers
from toysim.numerics.least_squares import LANES, padded, product
from toysim.numerics.normals import fill_normals
from toysim.records import ended

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 16_384  # numbers drawn at once: they stay in the cache
ESCAPED = 1e12  # times the start: a squared residual that does not come back


@kernel
def inject(u: Array, read: Array, write: Array, kappa: float) -> None:
    """delta <- delta + kappa (1 - f.delta) f/|f|^2."""
    step = kappa * (1.0 - np.sum(read * u))
    for i in range(len(u)):
        u[i] += step * write[i]


@kernel
def descend(
    key: Any,
    stream: Any,
    u: Array,
    h: Array,
    d: int,
    batch: int,
    noise: float,
    eta: float,
    kappa: float,
    injections: Ints,
    reads: Array,
    writes: Array,
    probes: Array,
    keep_at: Ints,
    z: Floats,
    found: Array,
) -> int:
    """One run in units u = sqrt(h) delta, which make all inputs alike:

        u <- u - eta h mean of x (x.u - s z) over B samples,  x, z ~ N(0, 1)

    ``u``, ``h`` (n,), padded. Before the updates ``injections``, rising, the wordings f in turn:
    ``reads`` f/sqrt(h) and ``writes`` sqrt(h) f/|f|^2, (W, n), the last again and again. ``found``
    (P, R) are products with ``probes`` (P, n) after the updates ``keep_at``, rising; ``z`` (4, m)
    is room for a block of numbers. Returns -1, or the update before which a residual escaped.
    """
    x, wide, n = z.reshape(z.size), d + 1, len(u)
    held = max(1, (len(x) - LANES) // wide)
    g, room = np.empty_like(u), np.empty(LANES)
    deviation, kept, used, told = np.sqrt(noise), 0, held, 0
    limit = ESCAPED * (1.0 + noise + np.sum(u * u))
    for t in range(keep_at[-1] + 1):
        while kept < len(keep_at) and keep_at[kept] == t:
            for k in range(len(probes)):
                found[k, kept] = np.sum(probes[k] * u)
            kept += 1
        if t == keep_at[-1]:
            break
        if told < len(injections) and injections[told] == t:
            wording = min(told, len(reads) - 1)
            inject(u, reads[wording], writes[wording], kappa)
            told += 1
        g[:] = 0.0
        residual = 0.0
        for _ in range(batch):
            if used == held:
                fill_normals(key, stream, z)
                stream, used = stream + np.uint64(1), 0
            begin = used * wide
            sample = x[begin : begin + n]  # and the next one's first, of no effect where h = 0
            residual = product(sample, u, room) - deviation * x[begin + d]
            for i in range(n):
                g[i] += residual * sample[i]
            used += 1
        if not residual * residual < limit:
            return t
        for i in range(n):
            u[i] -= eta / batch * h[i] * g[i]
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = stacked([_row(row) for row in batch.rows()])
    return rows | ended(rows.pop("failed_at"))


def _row(row: Row) -> dict[str, Any]:
    p, (core, wordings) = row.p, presented(row)
    told, failed_at = run(row, "background", "start", core, wordings, injected_at(p))
    other, _ = run(row, "control", "control_start", core, wordings, injected_at(p)[:0])
    recall, memory, generalisation = told
    return {
        "recall": recall[:-1],
        "recall_square": recall[:-1] ** 2,
        "memory": memory[:-1],
        "generalisation": generalisation[:-1],
        "recalled": (recall[:-1] > p.recall_threshold) * 1.0,
        "recognised": (recall[:-1] > other[0, :-1]) * 1.0,
        "retention": recall[:-1] / acquired(p),
        "final_recall": recall[-1],
        "failed_at": failed_at,
    }


def presented(row: Row) -> tuple[Array, Array]:
    """Core (d,) and wordings (W + 1, d), the last one never presented.

    Of the plain fact's square |f|^2 the core has its share, and the surfaces the rest.
    """
    p, rng = row.p, row.generator("fact")
    square = powers(p, p.fact_exponent)
    core = np.sqrt(p.core_share * square) * _signs(rng, p.n_modes)
    if p.core_share == 1.0:
        return core, np.stack([core, core])
    surface = powers(p, p.surface_exponent)
    surface *= (1.0 - p.core_share) * square.sum() / surface.sum()
    shape = (p.n_wordings + 1, p.n_modes)
    return core, core + np.sqrt(surface) * _signs(rng, *shape)


def _signs(rng: np.random.Generator, *shape: int) -> Array:
    return np.asarray(2.0 * rng.integers(2, size=shape) - 1.0, float)


def run(
    row: Row, stream: str, start: str, core: Array, wordings: Array, injections: Ints
) -> tuple[Array, int]:
    """Read-outs (3, R + 1) of core, first and new wording, and the update it gave up at or -1."""
    p, h = row.p, powers(row.p, row.p.capacity_exponent)
    root, keep_at = np.sqrt(h), np.append(row.record_at, p.n_steps)
    delta = np.sqrt(p.start_error / p.n_modes) * row.normal(start, p.n_modes)
    told = wordings[:-1]
    squares = np.sum(told**2, axis=1, keepdims=True)
    probes = np.stack([core, told[0], wordings[-1]])
    held = max(1, BLOCK // (p.n_modes + 1))
    z = np.empty((4, -(-(held * (p.n_modes + 1) + LANES) // 4)), np.float32)
    key, counter = row.generator(stream).integers(2**64, size=2, dtype=np.uint64)
    found = np.full((3, len(keep_at)), np.nan)
    vectors = (_padded(told / root), _padded(root * told / squares), _padded(probes / root))
    settings = (p.n_modes, p.batch, p.noise, p.learning_rate, p.strength, injections)
    failed_at = descend(
        key, counter, padded(root * delta), padded(h), *settings, *vectors, keep_at, z, found
    )
    return found, failed_at


def _padded(rows: Array) -> Array:
    return np.stack([padded(row) for row in rows])
