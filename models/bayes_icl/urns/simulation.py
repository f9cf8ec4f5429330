"""Sequences of balls, and what the two predictors lose on them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.bayes_icl.counts import log_gammas
from toysim.models.bayes_icl.drawn_urns import LEAST_CHANCE, urns

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
            own[v] = max(rng.standard_gamma(a), LEAST_CHANCE)
            total += own[v]
        own /= total
    else:
        own[:] = chances[:, min(int(rng.random() * n_tasks), n_tasks - 1)]
    for n in range(len(balls)):
        left, v = rng.random() - own[0], 0
        while v < n_colours - 1 and left >= 0.0:
            v += 1
            left -= own[v]
        balls[n] = v


@kernel
def weighed(weights: Array, chances: Array) -> float:
    """weights <- weights chances, both (D,), next to nothing as 0; returns their sum."""
    for d in range(len(weights)):
        weight = weights[d] * chances[d]
        weights[d] = weight if weight > NOTHING else 0.0
    return np.sum(weights)


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
    weights, counts, total_gain = np.empty(n_tasks), np.empty(n_colours), 0.0
    losses[:] = 0.0
    for _ in range(n_sequences):
        draw_sequence(rng, chances, a, fresh, own, balls)
        weights[:], counts[:], before = 1.0, a, float(n_tasks)
        for n in range(len(balls)):
            ball = balls[n]
            after = weighed(weights, chances[ball])
            general = counts[ball] / (n + n_colours * a)
            losses[0, n] -= math.log(after / before)
            losses[1, n] -= math.log(general)
            total_gain += math.log(after / (before * general))
            counts[ball] += 1.0
            before = after
            if after < SMALL:
                weights *= 1.0 / after
                before = 1.0
    losses /= n_sequences
    return total_gain / n_sequences


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
    log_chances, logs, total_gain = np.log(chances), np.empty(n_tasks), 0.0
    counts = np.empty(n_colours, np.int64)
    for _ in range(n_sequences):
        draw_sequence(rng, chances, a, fresh, own, balls)
        counts[:] = 0
        for n in range(len(balls)):
            counts[balls[n]] += 1
        log_fresh, logs[:] = log_total[0] - log_total[len(balls)], 0.0
        for v in range(n_colours):
            log_fresh += log_gamma[counts[v]] - log_gamma[0]
            for d in range(n_tasks):
                logs[d] += counts[v] * log_chances[v, d]
        best, total = np.max(logs), 0.0
        for d in range(n_tasks):
            if logs[d] > best - 40.0:
                total += math.exp(logs[d] - best)
        total_gain += best + math.log(total / n_tasks) - log_fresh
    return total_gain / n_sequences


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p, chances = row.p, urns(row)
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
