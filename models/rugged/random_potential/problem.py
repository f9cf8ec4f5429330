"""What both sides are given: forces of the landscape, probabilities, and steps at the records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# What the landscape depends on beside the root seed.
OF_LANDSCAPE = ("disorder", "landscape", "half_width", "hurst", "bias", "force")


class Walk(NamedTuple):
    """One row: forces f (2 L + 1,) at -L..L, temperature, probabilities of a step to the right,
    reflecting at the walls, and even steps (R,) of the records; -1 where there is none.
    """

    force: Array
    temperature: float
    right: Array
    steps: Ints


def fractional_noise(hurst: float, z: Array) -> Array:
    """Gaussian noise of covariance (|k+1|^2H - 2 |k|^2H + |k-1|^2H)/2 from 2 n normal numbers z:
    the circulant of the covariance, whose eigenvalues are positive, by Fourier transform; (n,).
    """
    n = len(z) // 2
    k = np.arange(n + 1.0)
    two = 2.0 * hurst
    covariance = 0.5 * ((k + 1.0) ** two - 2.0 * k**two + np.abs(k - 1.0) ** two)
    eigen = np.fft.fft(np.append(covariance, covariance[-2:0:-1])).real
    return np.asarray(np.fft.ifft(np.sqrt(np.maximum(eigen, 0.0)) * np.fft.fft(z)).real[:n])


def forces(p: Any, rng: np.random.Generator) -> Array:
    """Forces at -L..L of parameters."""
    n = 2 * p.half_width + 1
    if p.disorder == "binary":
        size = np.log((0.5 + p.bias) / (0.5 - p.bias))
        return np.asarray(size * (2.0 * rng.integers(2, size=n) - 1.0))
    if p.disorder == "gaussian":
        return np.asarray(p.force * rng.standard_normal(n))
    if p.disorder == "fractional":
        z = rng.standard_normal(2 * n)
        return np.asarray(p.force * fractional_noise(p.hurst, z))
    return np.zeros(n)


def learning_rate(batch: float, rule: str) -> float:
    """1, sqrt B or B."""
    return float({"none": 1.0, "sqrt": np.sqrt(batch), "linear": batch}[rule])


def walk_of(f: Array, temperature: float, steps: Ints) -> Walk:
    """The walk on given forces; walls reflect."""
    with np.errstate(over="ignore"):
        right = 1.0 / (1.0 + np.exp(f / temperature))
    right[0], right[-1] = 1.0, 0.0
    return Walk(f, temperature, right, steps)


def walks(batch: Batch) -> Iterator[Walk]:
    """Every row's walk, one after the other: a landscape is large, and drawn once for its rows."""
    shared = batch.sharing(*OF_LANDSCAPE)
    of_row: Any = None
    for i, row in enumerate(batch.rows()):
        eta = learning_rate(row.p.batch, row.p.rate_rule)
        at = row.record_at
        steps = np.where(
            at < 0, -1, 2 * np.rint(at * eta**2 / (2.0 * row.p.batch)).astype(np.int64)
        )
        landscape = [getattr(row.p, name) for name in OF_LANDSCAPE]
        if landscape != of_row:
            of_row, f = landscape, forces(row.p, shared.generator(i, "landscape"))
        yield walk_of(f, row.p.temperature * eta / row.p.batch, steps)
