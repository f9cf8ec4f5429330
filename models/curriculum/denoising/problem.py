"""Noise levels, data, and the stages of a curriculum."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVELS = 1000
KEPT = np.asarray(np.cumprod(1.0 - np.linspace(1e-4, 0.02, LEVELS)), float)  # A_t


class Stage(NamedTuple):
    """Levels t drawn from with equal chances, until ``end`` updates."""

    levels: Ints
    end: int


def variances(p: Any) -> Array:
    """l_i (d,), of mean 1."""
    power = np.arange(1.0, p.n_modes + 1.0) ** -p.power
    return np.asarray(power / power.mean())


def levels(p: Any) -> Ints:
    """Those used, rising."""
    return np.asarray((np.arange(p.n_levels_used) + 0.5) * LEVELS / p.n_levels_used, np.int64)


def features(t: Ints, K: int) -> Array:
    """phi_k(t) = cos(k pi t/1000), (levels, K)."""
    return np.asarray(np.cos(np.pi / LEVELS * t[:, None] * np.arange(K)))


def stages(p: Any) -> list[Stage]:
    """Cluster s of S covers the first (s + 1)/S of the levels in the order while fewer than
    q n (s + 1)/S updates were made; then all do.
    """
    used = levels(p)
    if p.order == "one_level":
        return [Stage(np.array([p.trained_level]), p.n_steps)]
    if p.order == "joint":
        return [Stage(used, p.n_steps)]
    if p.order == "easy_first":
        used = used[::-1]
    share = np.arange(1, p.n_clusters + 1) / p.n_clusters
    sizes = np.rint(share * len(used)).astype(np.int64)
    ends = np.ceil(p.curriculum_share * p.n_steps * share - 1e-9).astype(np.int64)
    found = [Stage(used[:size], int(end)) for size, end in zip(sizes, ends, strict=True)]
    return [*found, Stage(used, p.n_steps)]
