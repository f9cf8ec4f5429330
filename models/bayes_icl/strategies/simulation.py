"""Losses of the averaged prediction on sampled sequences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.bayes_icl.counts import can_enumerate, contexts
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.models.bayes_icl.strategies.problem import (
    relative_distance,
    strategy_losses,
    takeover,
    weights,
)

Array = npt.NDArray[np.float64]


@kernel
def apart(p: float, q: float) -> float:
    """(p - q) ln[p (1 - q)/(q (1 - p))]: symmetrised KL of two chances."""
    return (p - q) * math.log(p * (1.0 - q) / (q * (1.0 - p)))


@kernel
def sampled(
    rng: Any,
    chances: Array,
    a: float,
    fresh: bool,
    length: int,
    n_sequences: int,
    share: Array,
    sums: Array,
) -> float:
    """Means over sequences and contexts of the averaged prediction's loss, and of its distances
    from generaliser and memoriser, ``sums`` (3, R); returns the distance between these two.

    ``chances`` (D,) of the first colour; ``share`` (3, R): weights of uniform, generaliser and
    memoriser. The memoriser's posterior by w_d <- w_d p_d(ball), normalised.
    """
    n_tasks, between = len(chances), 0.0
    posterior = np.empty(n_tasks)
    sums[:] = 0.0
    for _ in range(n_sequences):
        own = rng.beta(a, a) if fresh else chances[rng.integers(0, n_tasks)]
        posterior[:], first = 1.0 / n_tasks, a
        for n in range(length):
            memory, general = np.sum(posterior * chances), first / (n + 2.0 * a)
            ball = rng.random() < own
            between += apart(memory, general)
            for k in range(share.shape[1]):
                p = 0.5 * share[0, k] + share[1, k] * general + share[2, k] * memory
                sums[0, k] -= math.log(p if ball else 1.0 - p)
                sums[1, k] += apart(p, general)
                sums[2, k] += apart(p, memory)
            for d in range(n_tasks):
                posterior[d] *= chances[d] if ball else 1.0 - chances[d]
            posterior *= 1.0 / np.sum(posterior)
            first += 1.0 if ball else 0.0
    sums /= n_sequences * length
    return between / (n_sequences * length)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    return stacked([_row(row, urns.of(row)) for row in batch.rows()])


def _row(row: Row, chances: Array) -> Rows:
    p, at = row.p, row.record_at
    if not can_enumerate(p.n_tasks, 2, p.context_length):
        raise ValueError(
            f"n_tasks = {p.n_tasks} and context_length = {p.context_length}: the weights need "
            "exact losses, sums of too many terms; give less of either"
        )
    losses = strategy_losses(contexts(p, chances))
    share = weights(p, losses, at)
    seen, fresh = np.empty((2, 3, len(at)))
    told = (p.context_length, p.n_sequences, share)
    between = sampled(row.generator("sequences"), chances[0], p.concentration, False, *told, seen)
    sampled(row.generator("fresh"), chances[0], p.concentration, True, *told, fresh)
    return {
        "weight": share,
        "loss_seen": seen[0],
        "loss_fresh": fresh[0],
        "relative_distance": relative_distance(seen[1], seen[2], between),
        "transition": np.asarray(takeover(p, 1, 2, losses)),
        "emergence": np.asarray(takeover(p, 0, 1, losses) if p.with_uniform else np.nan),
    }
