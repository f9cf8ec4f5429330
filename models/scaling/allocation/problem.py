"""What both sides are given: the kept modes, what the dropped ones add, and the rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import zeta

from toysim.batch import Batch, Row
from toysim.models.scaling.power_laws import spectrum
from toysim.numerics.least_squares import plain
from toysim.scheduled import rate_shares, share_units

Array = npt.NDArray[np.float64]

PEAKS = np.linspace(-20.0, 1.5, 22)  # logarithms looked at, in units of 1/sum h


@dataclass(frozen=True, eq=False)
class Kept:
    """Variances h and signals c of the kept modes (p,); ``dropped`` is the sum of all others'
    signals, which is noise to the kept ones; ``noise`` is that and the labels' own.
    """

    h: Array
    c: Array
    dropped: float
    noise: float

    def course(self, rates: Array) -> Array:
        """Mean excess loss (T + 1,), the dropped modes' with it."""
        run = plain(self.h, self.c, self.noise, 1.0, rates)
        return run.course + 0.5 * self.dropped

    def best_peak(self, shares: Array) -> float:
        """The peak of the least mean loss at the end for shares (T,) of it: a grid, then a search
        beside its best.
        """

        def loss(log_peak: float) -> float:
            end = self.course(np.exp(log_peak) * shares)[-1]
            return float(end) if np.isfinite(end) else float("inf")

        grid = PEAKS - np.log(self.h.sum())
        k = int(np.argmin([loss(x) for x in grid]))
        bounds = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
        found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
        return float(np.exp(found.x))


@lru_cache(maxsize=64)
def kept_modes(n_modes: int, a: float, b: float, label_noise: float) -> Kept:
    """Of an infinite power law; the sum of the others is Hurwitz' zeta function."""
    dropped = float(zeta(b, n_modes + 1))
    return Kept(*spectrum(n_modes, a, b), dropped, label_noise + dropped)


def problems(batch: Batch) -> Iterator[tuple[Row, Kept, Array]]:
    """The rows in turn with their modes and rates (T,); a cell's peak is searched once."""
    which, shapes = rate_shares(batch)
    found: dict[tuple[Kept, int], float] = {}
    for row, k, unit in zip(batch.rows(), which, share_units(batch), strict=True):
        p = row.p
        kept = kept_modes(p.n_modes, p.capacity_exponent, p.signal_exponent, p.label_noise)
        shares = shapes[k, : p.n_steps]
        if p.peak == "best" and not p.rates:
            key = kept, int(k)
            if key not in found:
                found[key] = kept.best_peak(shares)
            unit = found[key]
        yield row, kept, unit * shares
