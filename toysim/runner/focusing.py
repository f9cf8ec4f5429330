"""Rounds of a sweep with ``refine``: what a line's next cells are follows from its finished rounds.

A line is one combination of the other axes' values. Each round halves, of the intervals between
neighbours on the line, those that change too much; its cells are an ordinary request of the store,
so that a run that was killed finds the finished rounds there and comes to the same next one. A loss
per interval that is taken point by point as results come in would depend on their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import numpy.typing as npt

from toysim.design import Dimension
from toysim.focus import Focus
from toysim.model import Side
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.store import matching
from toysim.store.store import Store

TOGETHER = 0.5  # of the largest change: what is split in one round, so that a boundary comes first
ERRORS = 3.0  # standard errors of a difference that are noise


def lines(sweep: Sweep, focus: Focus) -> Iterator[Sweep]:
    """The sweep along one axis at each combination of the others' values, in their order."""
    kept = [[d] if d.name == focus.along else _levels(d) for d in sweep.dimensions]
    for dimensions in product(*kept):
        yield replace(sweep, dimensions=tuple(dimensions))


def _levels(d: Dimension) -> list[Dimension]:
    values = ({n: v[[k]] for n, v in d.values.items()} for k in range(len(d)))
    return [replace(d, values=v) for v in values]


def next_round(line: Sweep, focus: Focus, store: Store, left: int) -> Sweep | None:
    """The line with at most ``left`` values more; None where nothing changes too much."""
    x = np.sort(_along(line, focus))
    new = _middles(x, *_means(_with(line, focus, x), focus, store), focus)[:left]
    return _with(line, focus, np.sort(np.concatenate([x, new]))) if len(new) else None


def _along(line: Sweep, focus: Focus) -> npt.NDArray[np.float64]:
    return next(d.values[focus.along] for d in line.dimensions if d.name == focus.along)


def _with(line: Sweep, focus: Focus, x: npt.NDArray[np.float64]) -> Sweep:
    dimensions = tuple(
        replace(d, values={focus.along: x}) if d.name == focus.along else d for d in line.dimensions
    )
    return replace(line, dimensions=dimensions)


def _means(
    line: Sweep, focus: Focus, store: Store
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Means over replicas (value, entry), their standard errors, and which values ran."""
    filled = store.layout.filled(0)
    have = {n: v[filled] for n, v in store.columns(store.sides[0], slice(None)).items()}
    place = matching.positions(matching.as_stored(line, have), have, filled)
    side: Side = "theory" if focus.side == "theory" else "simulation"
    values = store.array(side, focus.by)[:][place].astype(float)
    state = store.array(side, "state")[:][place]
    if not store.model.per_replica(side):
        values, state = values[:, None], state[:, None]
    mine = store.layout.filled(1)[: line.replicas] if store.model.per_replica(side) else [0]
    values = values[:, mine].reshape(len(place), len(mine), -1)
    ran = (state[:, mine] == State.OK).all(axis=1)
    n = len(mine)
    error = values.std(axis=1, ddof=1) / np.sqrt(n) if n > 1 else np.zeros_like(values[:, 0])
    return values.mean(axis=1), error, ran


def _middles(
    x: npt.NDArray[np.float64],
    mean: npt.NDArray[np.float64],
    error: npt.NDArray[np.float64],
    ran: npt.NDArray[np.bool_],
    focus: Focus,
) -> npt.NDArray[np.float64]:
    """The middles of intervals to be halved, the largest changes first, then from the left."""
    there = np.isfinite(mean)
    known = np.where(there, mean, np.nan)
    with np.errstate(invalid="ignore"):
        span = _span(known)
        noise = ERRORS * np.sqrt(error[1:] ** 2 + error[:-1] ** 2)
        step = np.abs(np.diff(known, axis=0))
        share = np.where(step > noise, step / np.where(span > 0, span, 1.0), 0.0)
    share = np.where(there[1:] != there[:-1], np.inf, np.nan_to_num(share, nan=0.0))
    change = share.max(axis=1, initial=0.0)
    wide = np.diff(x) > focus.width * (x[-1] - x[0])
    open_ = (change > focus.change) & wide & ran[1:] & ran[:-1]
    most = change[open_].max(initial=0.0)
    split = np.flatnonzero(open_ & (change >= TOGETHER * most))
    order = split[np.argsort(-change[split], kind="stable")]
    return (x[order] + x[order + 1]) / 2


def _span(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Largest less smallest of what is finite, entry by entry."""
    low = np.min(values, axis=0, initial=np.inf, where=np.isfinite(values))
    high = np.max(values, axis=0, initial=-np.inf, where=np.isfinite(values))
    return np.where(high > low, high - low, 0.0)
