"""The share of hard examples at every update, by the order."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.curriculum.relevance.control import best_profile

Array = npt.NDArray[np.float64]


@lru_cache(maxsize=4)
def shares(p: Any) -> Array:
    """h (T,): the probability that update t shows a hard example. Kept for the next row of the same
    parameters: to be read only.
    """
    T, H = p.n_updates, p.hard_share
    t = np.arange(T)
    if p.order in ("mixed", "hard", "easy"):
        return np.full(T, {"mixed": H, "hard": 1.0, "easy": 0.0}[p.order])
    if p.order == "easy_first":
        return np.where(t < T - int(H * T), 0.0, 1.0)
    if p.order == "hard_first":
        return np.where(t < int(H * T), 1.0, 0.0)
    if p.order == "ramp":
        return np.asarray((t + 0.5) / max(T, 1))
    if p.order == "cyclic":
        return np.where((t + 0.5) / max(T, 1) * p.n_cycles % 1.0 < 1.0 - H, 0.0, 1.0)
    if p.order == "cyclical_size":
        return sized(p)
    return spread(np.array(p.profile) if p.order == "profile" else best_profile(p), T)


def spread(profile: Array, T: int) -> Array:
    """A profile of S equal segments over T updates: update t is in segment floor(S t/T)."""
    return np.asarray(profile[np.arange(T) * len(profile) // max(T, 1)])


def epochs(p: Any) -> list[float]:
    """Sizes of the epochs: up from size_start by 1/size_factor, down again, while their sum is
    below n_epochs; as in the public code of arXiv:2202.05531.
    """
    sizes, n, grows, total = [p.size_start], p.size_start, True, p.size_start
    while total < p.n_epochs:
        grown = min(n / p.size_factor, p.size_end)
        n = grown if grows else max(n * p.size_factor, p.size_start)
        grows = n <= p.size_start or (grows and n < p.size_end)
        sizes.append(n)
        total += n
    return sizes


def sized(p: Any) -> Array:
    """h (T,): an epoch of size n draws the easiest examples first, h = max(0, 1 - (1 - H)/n), and
    lasts n T/E updates, the last one cut.
    """
    sizes = np.array(epochs(p))
    ends = np.cumsum(sizes) / p.n_epochs * p.n_updates
    epoch = np.searchsorted(ends, np.arange(p.n_updates), side="right")
    share = np.maximum(0.0, 1.0 - (1.0 - p.hard_share) / sizes)
    return np.asarray(share[np.minimum(epoch, len(sizes) - 1)])
