"""Sequences of visits: the probability of each task at every visit, and sequences drawn by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# What a sequence depends on beside the stream.
OF_SEQUENCES = (
    "n_tasks",
    "n_visits",
    "sequence",
    "order",
    "arrival",
    "phase_visits",
    "rehearsal",
    "exponent",
    "decay",
    "n_samples",
    "dimension",
    "imbalance",
)


def probabilities(p: Any) -> Array | None:
    """Probability (T, K) of each task at every visit, 0 or 1 where nothing is drawn; None for
    recency, where it depends on the past.
    """
    if p.arrival:
        phases = [rehearsal_weights(p, n) for n in range(1, p.n_tasks + 1)]
        return np.repeat(phases, p.phase_visits, axis=0)
    if p.sequence == "recency":
        return None
    if p.sequence == "uniform":
        return np.tile(_normalised(imbalanced(p)), (p.n_visits, 1))
    certain = np.zeros((p.n_visits, p.n_tasks))
    certain[np.arange(p.n_visits), certain_sequence(p)] = 1.0
    return certain


def imbalanced(p: Any) -> Array:
    """(j+1)^-imbalance (K,), of a model that has one; else equal."""
    return np.arange(1.0, p.n_tasks + 1.0) ** -getattr(p, "imbalance", 0.0)


def certain_sequence(p: Any) -> Ints:
    """Tasks (T,) of once, cyclic, blocked and given."""
    visits = np.arange(p.n_visits)
    if p.order:
        return np.array(p.order, np.int64)
    blocked = p.sequence == "blocked"
    return np.asarray(visits * p.n_tasks // p.n_visits if blocked else visits % p.n_tasks)


def rehearsal_weights(p: Any, phase: int) -> Array:
    """Probability (K,) of each task in a phase 1..K, which has tasks 0..phase-1."""
    lag = np.arange(phase, 0.0, -1.0)  # of the newest 1
    weights: dict[str, Callable[[], npt.NDArray[Any]]] = {
        "none": lambda: lag == 1.0,
        "uniform": lambda: np.ones(phase),
        "power": lambda: lag**-p.exponent,
        "exponential": lambda: np.exp((1.0 - lag) / p.decay),
        "balanced": lambda: balanced(phase, (1.0 - p.n_samples / p.dimension) ** p.phase_visits),
    }
    found = np.zeros(p.n_tasks)
    found[:phase] = _normalised(weights[p.rehearsal]())
    return found


def balanced(phase: int, kept: float) -> Array:
    """Weights (phase,) that keep all tasks equally at the end of every phase, when a phase keeps
    the share rho of the old: the newest (1 - rho^p)/(p (1 - rho)), the others alike; derived.
    """
    newest = sum(kept**k for k in range(phase)) / phase
    return np.append(np.full(phase - 1, (1.0 - newest) / max(phase - 1, 1)), newest)


def _normalised(weights: Any) -> Array:
    return np.asarray(weights / np.sum(weights), float)


@kernel
def draw_tasks(cumulated: Array, u: Array, task: Ints) -> None:
    """Task (T,) of every visit: the first whose cumulated probability (T, K) exceeds u (T,)."""
    for k in range(len(u)):
        j = 0
        while j < cumulated.shape[1] - 1 and cumulated[k, j] <= u[k]:
            j += 1
        task[k] = j


@kernel
def draw_recent(exponent: float, u: Array, n_tasks: int, task: Ints) -> None:
    """The same by (lag over the least lag)^-g, lag = k - last visit, k = 1..T; -j at first."""
    last, weight = -np.arange(n_tasks), np.empty(n_tasks)
    for k in range(1, len(u) + 1):
        least, total = k - last.max(), 0.0
        for j in range(n_tasks):
            weight[j] = (least / (k - last[j])) ** exponent
            total += weight[j]
        j, left = 0, u[k - 1] * total
        while j < n_tasks - 1 and weight[j] <= left:
            left -= weight[j]
            j += 1
        task[k - 1], last[j] = j, k


def settings(batch: Batch, names: Iterable[str]) -> tuple[Ints, list[Any]]:
    """Which setting of some parameters a row has (n_rows,), and the typed parameters of a row of
    each: what is made of them is made once.
    """
    swept = [batch[name].tolist() for name in names if name in batch.columns]
    if not swept or not len(batch):
        return np.zeros(len(batch), np.int64), [batch.parameters(0)] if len(batch) else []
    seen: dict[str, int] = {}
    first, which = [], np.empty(len(batch), np.int64)
    for i, values in enumerate(zip(*swept, strict=True)):
        known = len(seen)
        which[i] = seen.setdefault(repr(values), known)
        if len(seen) > known:
            first.append(batch.parameters(i))
    return which, first


def sequences(batch: Batch) -> Ints:
    """Task of every visit (n_rows, T), each row's from its stream ``sequence`` where it is drawn;
    -1 behind the end of a shorter row.
    """
    which, distinct = settings(batch, OF_SEQUENCES)
    chances = [probabilities(p) for p in distinct]
    certain = [
        None if c is None or p.drawn else np.argmax(c, axis=1)
        for p, c in zip(distinct, chances, strict=True)
    ]
    cumulated = [None if c is None else np.cumsum(c, axis=1) for c in chances]
    longest = max((p.n_visits for p in distinct), default=0)
    tasks = np.full((len(batch), longest), -1)
    for k, fixed in enumerate(certain):
        if fixed is not None:
            tasks[which == k, : len(fixed)] = fixed
    drawn = np.array([fixed is None for fixed in certain], bool)[which]
    for i in np.flatnonzero(drawn).tolist():
        k, p = which[i], distinct[which[i]]
        u, row = batch.generator(i, "sequence").random(p.n_visits), tasks[i, : p.n_visits]
        if cumulated[k] is None:
            draw_recent(p.exponent, u, p.n_tasks, row)
        else:
            draw_tasks(cumulated[k], u, row)
    return tasks
