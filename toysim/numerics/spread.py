"""How widely the loss spreads over runs, from the fourth moments of few modes.

Products of random curvatures have heavy tails: the mean loss may come from runs so rare that no
mean over replicas sees it. Whether it does is a matter of the first modes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.numerics.least_squares import fourth_moments
from toysim.numerics.spread_rows import LOSS_SPREADS, MODE_SPREADS, WIDE, shown_by_rows

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ALONE, GROUPS = 4, 4  # first modes kept apart, and groups of the others; MODES in all


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


def narrow_rows(
    h: Array,
    signal: Array,
    noise: Array,
    batch: Array,
    unit: Array,
    which: Ints,
    shares: Array,
    n_steps: Ints,
    keep_at: Ints,
) -> Flags:
    """``narrow`` of rows (n,) on the same modes, as in ``least_squares.moments_of_rows``.

    While no update takes more than half of a mode, spreads grow with the unit (in 3,999 of 4,000
    random problems of 25 units; once they fell back): of rows that differ in it alone the first
    wide one is looked for.
    """
    modes = lumped(h, signal)

    def shown(rows: Ints) -> Flags:
        rates, at = (unit[rows], which[rows], shares), keep_at[rows]
        return shown_by_rows(*modes, noise[rows], batch[rows], *rates, n_steps[rows], at)

    _, group = np.unique((which, noise, batch), axis=1, return_inverse=True)
    order = np.lexsort((unit, group))
    gentle = (unit * shares.max(axis=1)[which] * np.max(h) <= 0.5)[order]
    low = np.searchsorted(group[order], np.arange(group.max(initial=-1) + 1))
    wide = first_wide(low, low + np.add.reduceat(gentle, low), lambda at: shown(order[at]))
    narrow = np.empty(len(unit), np.bool_)
    narrow[order] = np.arange(len(unit)) < wide[group[order]]
    narrow[order[~gentle]] = shown(order[~gentle])
    return narrow


def first_wide(low: Ints, high: Ints, shown: Callable[[Ints], Flags]) -> Ints:
    """The first place from ``low`` on (G,) that is not ``shown``, or ``high``; all at once, as many
    tries a round as go side by side. The last place is among those of the first round: mostly all
    are shown.
    """
    low, high, to_end = low.copy(), high.copy(), 1
    while (left := np.flatnonzero(low < high)).size:
        tries = max(1, WIDE // left.size)
        steps = (high - low)[left, None] * np.arange(1, tries + 1) // (tries + 1 - to_end)
        at, to_end = low[left, None] + steps - to_end, 0
        passed = shown(at.ravel()).reshape(at.shape).sum(axis=1)
        known = np.column_stack((low[left] - 1, at, high[left]))
        low[left] = known[np.arange(left.size), passed] + 1
        high[left] = known[np.arange(left.size), passed + 1]
    return low
