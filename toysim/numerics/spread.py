"""How widely the loss spreads over runs, from the fourth moments of few modes.

Products of random curvatures have heavy tails: the mean loss may come from runs so rare that no
mean over replicas sees it. Whether it does is a matter of the first modes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.numerics.least_squares import fourth_moments

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ALONE, GROUPS = 4, 4  # first modes kept apart, and groups of the others: 0.25 us an update
LOSS_SPREADS, MODE_SPREADS = 9.0, 30.0  # E L^2/(E L)^2 and kurtosis beyond which means say little


class Lumped(NamedTuple):
    """Curvatures, signals a mode and numbers of modes (G,), the traces those of all modes."""

    h: Array
    signal: Array
    alike: Array


def lumped(h: Array, signal: Array) -> Lumped:
    """The first modes alone, the others in groups of equal ratios."""
    d = len(h)
    edges = np.arange(min(d, ALONE))
    if d > ALONE:
        ratio = (d / ALONE) ** (1.0 / GROUPS)
        groups = (ALONE * ratio ** np.arange(GROUPS)).round().astype(int)
        edges = np.unique(np.append(edges, groups[groups < d]))
    count = np.diff(np.append(edges, d)).astype(float)
    return Lumped(np.add.reduceat(h, edges) / count, np.add.reduceat(signal, edges) / count, count)


def narrow(
    h: Array, signal: Array, noise: float, batch: float, rates: Array, keep_at: Ints
) -> bool:
    """Whether means over replicas show the mean loss, and that of every mode at the end."""
    modes = lumped(h, signal)
    second, fourth = np.empty((2, len(keep_at)))
    own, left = np.empty(len(modes.h)), modes.signal.copy()
    fourth_moments(left, modes.h, modes.alike, noise, batch, rates, keep_at, second, fourth, own)
    with np.errstate(all="ignore"):
        loss_spreads, mode_spreads = fourth / second**2, own / left**2
    return bool(np.all(loss_spreads < LOSS_SPREADS) and np.all(mode_spreads < MODE_SPREADS))
