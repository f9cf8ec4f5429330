"""How widely the loss spreads over runs, from the fourth moments of few modes.

Products of random curvatures have heavy tails: the mean loss may come from runs so rare that no
mean over replicas sees it. Whether it does is a matter of the first modes.
"""

from __future__ import annotations

from bisect import bisect_left
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
    return _narrow(lumped(h, signal), noise, batch, rates, keep_at)


def _narrow(modes: Lumped, noise: float, batch: float, rates: Array, keep_at: Ints) -> bool:
    second, fourth = np.empty((2, len(keep_at)))
    own, left = np.empty(len(modes.h)), modes.signal.copy()
    fourth_moments(left, modes.h, modes.alike, noise, batch, rates, keep_at, second, fourth, own)
    with np.errstate(all="ignore"):
        loss_spreads, mode_spreads = fourth / second**2, own / left**2
    return bool(np.all(loss_spreads < LOSS_SPREADS) and np.all(mode_spreads < MODE_SPREADS))


def narrow_units(
    h: Array,
    signal: Array,
    noise: float,
    batch: float,
    shares: Array,
    units: Array,
    keep_at: Ints,
) -> npt.NDArray[np.bool_]:
    """``narrow`` for rates units[k] (n,) times the same shares (T,).

    While no update takes more than half of a mode, spreads grow with the unit (in 3,999 of 4,000
    random problems of 25 units; once they fell back), so the largest narrow one is looked for by
    halving.
    """
    tried, which = np.unique(units, return_inverse=True)
    modes = lumped(h, signal)

    def wide(unit: float) -> bool:
        return not _narrow(modes, noise, batch, unit * shares, keep_at)

    gentle = int(np.searchsorted(tried * np.max(shares) * np.max(h), 0.5, side="right"))
    first = bisect_left(tried[:gentle], True, key=wide)
    one_by_one = [not wide(unit) for unit in tried[gentle:]]
    return np.append(np.arange(gentle) < first, one_by_one).astype(bool)[which]
