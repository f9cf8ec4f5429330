"""Heat-bath dynamics of the Hopfield model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.jit import kernel
from toysim.models.memory.hopfield.sizes import n_patterns

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Spins = npt.NDArray[np.int32]


@kernel
def field(xi: Spins, overlaps: Spins, spin: int, i: int) -> int:
    """N h_i = sum_mu xi_i M_mu - P s_i, a whole number; ``overlaps`` (P,) M_mu = sum_i xi_i s_i."""
    h = 0
    for mu in range(len(overlaps)):
        h += xi[i, mu] * overlaps[mu]
    return h - len(overlaps) * spin


@kernel
def flip(xi: Spins, overlaps: Spins, spins: Spins, i: int) -> None:
    spins[i] = -spins[i]
    for mu in range(len(overlaps)):
        overlaps[mu] += 2 * spins[i] * xi[i, mu]


@kernel
def drawn(h: int, spin: int, n: int, temperature: float, rng: Any) -> int:
    """The neuron's next state; without temperature the sign of its field, or none changes it."""
    if temperature == 0.0:
        return spin if h == 0 else (1 if h > 0 else -1)
    return 1 if rng.random() * (1.0 + math.exp(-2.0 * h / (n * temperature))) < 1.0 else -1


@kernel
def run(
    xi: Spins,
    spins: Spins,
    temperature: float,
    parallel: bool,
    n_sweeps: int,
    rng: Any,
    keep_at: Ints,
    course: Array,
    means: Array,
) -> None:
    """Sweeps of heat-bath updates from ``spins`` (N,), overwritten; patterns ``xi`` (N, P).

    ``course`` (R,): overlaps with the first pattern after the sweeps ``keep_at``; ``means`` (3,):
    overlap and energy over the last half, largest overlap at the end.
    """
    n, p = xi.shape
    overlaps, fields = np.zeros(p, np.int32), np.zeros(n, np.int64)
    for i in range(n):
        for mu in range(p):
            overlaps[mu] += xi[i, mu] * spins[i]
    kept, half = 0, n_sweeps - n_sweeps // 2
    overlap_sum, square_sum = 0.0, 0.0
    for sweep in range(n_sweeps + 1):
        while kept < len(keep_at) and keep_at[kept] == sweep:
            course[kept] = overlaps[0] / n
            kept += 1
        if sweep >= half:
            overlap_sum += overlaps[0] / n
            for mu in range(p):
                square_sum += (overlaps[mu] / n) ** 2
        if sweep == n_sweeps:
            break
        if parallel:
            for i in range(n):
                fields[i] = field(xi, overlaps, spins[i], i)
        for k in range(n):
            i = k if parallel else int(rng.random() * n)
            h = fields[i] if parallel else field(xi, overlaps, spins[i], i)
            if drawn(h, spins[i], n, temperature, rng) != spins[i]:
                flip(xi, overlaps, spins, i)
    count = n_sweeps - half + 1
    means[0] = overlap_sum / count
    means[1] = 0.5 * p / n - 0.5 * square_sum / count
    means[2] = np.max(np.abs(overlaps)) / n


def begun(row: Row, xi: Spins) -> Spins:
    """Spins at the start (N,)."""
    if row.p.start == "pattern":
        return np.array(xi[:, 0])
    if row.p.start == "mixture":
        return np.asarray(np.sign(xi[:, :3].sum(axis=1)), np.int32)
    return _signs(row.generator("start"), (row.p.size,))


def _signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Spins:
    return (2 * rng.integers(2, size=shape, dtype=np.int32) - 1).astype(np.int32)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    course, means = np.full(batch.record_at.shape, np.nan), np.empty((len(batch), 3))
    for i, row in enumerate(batch.rows()):
        p = row.p
        xi = _signs(row.generator("patterns"), (p.size, n_patterns(p.size, p.alpha)))
        rng, parallel = row.generator("noise"), p.dynamics == "parallel"
        spins = begun(row, xi)
        run(xi, spins, p.temperature, parallel, p.n_sweeps, rng, row.record_at, course[i], means[i])
    return {
        "overlap": course,
        "mean_overlap": means[:, 0],
        "energy": means[:, 1],
        "largest_overlap": means[:, 2],
    }
