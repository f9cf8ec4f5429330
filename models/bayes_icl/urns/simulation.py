"""Sequences of balls, and what the two predictors lose on them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import inlined, kernel
from toysim.models.bayes_icl.counts import log_gammas
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.numerics.elementary import exp
from toysim.numerics.reductions import largest, total

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Of a colour before weights are divided by their sum; at a = 0.01, the least, one in a thousand is
# smaller, and not all of an urn are.
LEAST_WEIGHT = 1e-300
SMALL = 1e-100  # sum of weights below which they are made larger
NOTHING = 1e-290  # a weight below it is 0: arithmetic of subnormal numbers is slow


@kernel
def draw_sequence(rng: Any, chances: Array, a: float, fresh: bool, own: Array, balls: Ints) -> None:
    """Balls (C,) from a random urn of ``chances`` (V, D), or from a fresh one; ``own`` (V,): its
    chances.
    """
    n_colours, n_tasks = chances.shape
    if fresh:
        total = 0.0
        for v in range(n_colours):
            own[v] = max(rng.standard_gamma(a), LEAST_WEIGHT)
            total += own[v]
        own /= total
    else:
        own[:] = chances[:, min(int(rng.random() * n_tasks), n_tasks - 1)]
    for n in range(len(balls)):
        left, v = rng.random() - own[0], 0
        for colour in range(1, n_colours):  # to the last: a jump out of it is guessed wrong
            v += left >= 0.0
            left -= own[colour]
        balls[n] = v


@inlined
def weighed(weights: Array, chances: Array, room: Array) -> float:
    """weights <- weights chances, both (D,), next to nothing as 0; returns their sum."""
    for d in range(len(weights)):
        weight = weights[d] * chances[d]
        weights[d] = weight if weight > NOTHING else 0.0
    return total(weights, room)


@kernel
def sampled_losses(
    rng: Any, chances: Array, a: float, fresh: bool, n_sequences: int, losses: Array
) -> float:
    """Mean losses (2, C) of memoriser and generaliser over sequences; returns the mean gain.

    The memoriser's weights w_d <- w_d p_d(ball), as a share of what they were: the ball's chance.
    ``chances`` (V, D).
    """
    n_colours, n_tasks = chances.shape
    balls, own = np.empty(losses.shape[1], np.int64), np.empty(n_colours)
    weights, room, counts = np.empty(n_tasks), np.empty(n_tasks), np.empty(n_colours)
    losses[:] = 0.0
    for _ in range(n_sequences):
        draw_sequence(rng, chances, a, fresh, own, balls)
        weights[:], counts[:], before = 1.0, a, float(n_tasks)
        for n in range(len(balls)):
            ball = balls[n]
            after = weighed(weights, chances[ball], room)
            losses[0, n] -= math.log(after / before)
            losses[1, n] -= math.log(counts[ball] / (n + n_colours * a))
            counts[ball] += 1.0
            before = after
            if after < SMALL:
                weights *= 1.0 / after
                before = 1.0
    losses /= n_sequences
    gain: float = np.sum(losses[1]) - np.sum(losses[0])
    return gain


@kernel
def log_likelihoods(counts: Ints, log_chances: Array, logs: Array) -> None:
    """``logs`` (D,) = sum_v n_v ln p_v, four colours at a time: the table is read once, the logs a
    quarter as often.
    """
    n_colours, n_tasks = log_chances.shape
    logs[:] = 0.0
    for v in range(0, n_colours // 4 * 4, 4):
        n0, n1, n2, n3 = counts[v], counts[v + 1], counts[v + 2], counts[v + 3]
        for d in range(n_tasks):
            low = n0 * log_chances[v, d] + n1 * log_chances[v + 1, d]
            logs[d] += low + (n2 * log_chances[v + 2, d] + n3 * log_chances[v + 3, d])
    for v in range(n_colours // 4 * 4, n_colours):
        for d in range(n_tasks):
            logs[d] += counts[v] * log_chances[v, d]


@kernel
def sampled_gain(
    rng: Any,
    chances: Array,
    a: float,
    fresh: bool,
    n_sequences: int,
    log_gamma: Array,
    log_total: Array,
) -> float:
    """Mean of ln P_M/P_G over the same sequences, from their counts alone; ``log_gamma``:
    ln Gamma(k + a), ``log_total``: ln Gamma(k + V a), k = 0..C.
    """
    n_colours, n_tasks = chances.shape
    balls, own = np.empty(len(log_gamma) - 1, np.int64), np.empty(n_colours)
    log_chances, logs, room = np.log(chances), np.empty(n_tasks), np.empty(n_tasks)
    counts, total_gain = np.empty(n_colours, np.int64), 0.0
    for _ in range(n_sequences):
        draw_sequence(rng, chances, a, fresh, own, balls)
        counts[:] = 0
        for n in range(len(balls)):
            counts[balls[n]] += 1
        log_fresh = log_total[0] - log_total[len(balls)]
        for v in range(n_colours):
            log_fresh += log_gamma[counts[v]] - log_gamma[0]
        log_likelihoods(counts, log_chances, logs)
        best = largest(logs, room)
        for d in range(n_tasks):  # all of them: half the time of those alone that are not nothing
            logs[d] = exp(logs[d] - best)
        total_gain += best + math.log(total(logs, room) / n_tasks) - log_fresh
    return total_gain / n_sequences


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    return stacked([_row(row, urns.of(row)) for row in batch.rows()])


def _row(row: Row, chances: Array) -> Rows:
    p = row.p
    C, V, a = p.context_length, p.n_colours, p.concentration
    losses = np.full((2, C), np.nan)
    told = (row.generator("sequences"), chances, a, p.evaluate_on == "fresh", p.n_sequences)
    if p.by_context:
        gain = sampled_losses(*told, losses)
    else:
        gain = sampled_gain(*told, log_gammas(C, a), log_gammas(C, V * a))
    return {
        "loss_memorising": losses[0],
        "loss_generalising": losses[1],
        "gain": np.asarray(gain),
    }
