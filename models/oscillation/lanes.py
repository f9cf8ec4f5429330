"""Rows side by side: the inner loop of a kernel runs over the rows of a group, its lanes.

All lanes go through every update of the group, finished ones too: what they were is written down
when it is due. Nothing is summed across lanes, so a row's bits do not depend on its neighbours.
Arrays of the lane loop are allocated one by one: LLVM does not tell rows of one array apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LANES = 128  # ns an update of ``scalar_factorised.simulation``: 32 lanes .30, 64 .27, 128 .18


def groups(n_steps: Ints, kind: Ints | None = None) -> Iterator[Ints]:
    """Rows (L,) to run side by side: of one kind, and about as long as each other."""
    order = np.argsort(n_steps, kind="stable")
    parts = [order] if kind is None else [order[kind[order] == one] for one in np.unique(kind)]
    for rows in parts:
        for first in range(0, len(rows), LANES):
            yield rows[first : first + LANES]


@borrowing
def next_stop(keep_at: Ints, written: Ints) -> int:
    """The next update at which a lane is written down; -1 when all are done.

    ``keep_at`` (L, R): ascending updates; ``written`` (L,): how many of them are done.
    """
    stop = -1
    for lane in range(len(written)):
        if written[lane] < keep_at.shape[1]:
            at = keep_at[lane, written[lane]]
            stop = at if stop < 0 else min(stop, at)
    return stop


@borrowing
def keep(
    t: int, state: tuple[Array, ...], keep_at: Ints, written: Ints, kept: Array, pace: Array
) -> int:
    """Write down the lanes that are due after t updates; returns ``next_stop``.

    ``state``, S arrays (L,), goes to ``kept`` (S, L, R). At its end a lane stands still: its
    ``pace`` is 0.
    """
    for lane in range(len(written)):
        while written[lane] < keep_at.shape[1] and keep_at[lane, written[lane]] == t:
            for k in range(len(state)):
                kept[k, lane, written[lane]] = state[k][lane]
            written[lane] += 1
            pace[lane] *= written[lane] < keep_at.shape[1]
    return next_stop(keep_at, written)
