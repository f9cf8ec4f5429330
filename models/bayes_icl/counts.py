"""Exact mean losses over sequences of given urns: sums over the count vectors of every context."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_VECTORS = 200_000  # count vectors of the longest context
MOST_TERMS = 1e8  # urns times count vectors of all contexts: a second


def can_enumerate(n_tasks: int, n_colours: int, context_length: int) -> bool:
    """Whether the sums are short enough."""
    longest = math.comb(context_length + n_colours - 1, n_colours - 1)
    terms = n_tasks * math.comb(context_length + n_colours, n_colours)
    return longest <= MOST_VECTORS and terms <= MOST_TERMS


def log_gammas(n: int, start: float) -> Array:
    """ln Gamma(k + start), k = 0..n."""
    return np.asarray(gammaln(np.arange(n + 1.0) + start))


@kernel
def next_counts(counts: Ints) -> bool:
    """The next vector of the same total, the first colour's count falling; False after the last."""
    last = len(counts) - 1
    i = last - 1
    while i >= 0 and counts[i] == 0:
        i -= 1
    if i < 0:
        return False
    tail = counts[last]
    counts[last] = 0
    counts[i] -= 1
    counts[i + 1] = tail + 1
    return True


@kernel
def evidence(counts: Ints, log_chances: Array, weights: Array) -> float:
    """ln of the mean over urns of prod_v p_v^(n_v); ``weights`` (D,): the posterior of the urns."""
    n_tasks, best = len(weights), -math.inf
    weights[:] = 0.0
    for v in range(len(counts)):
        if counts[v] > 0:
            for d in range(n_tasks):
                weights[d] += counts[v] * log_chances[v, d]
    for d in range(n_tasks):
        best = max(best, weights[d])
    total = 0.0
    for d in range(n_tasks):
        weights[d] = math.exp(weights[d] - best)
        total += weights[d]
    for d in range(n_tasks):
        weights[d] /= total
    return best + math.log(total / n_tasks)


@kernel
def expected_losses(
    chances: Array,
    concentration: float,
    log_gamma: Array,
    log_factorial: Array,
    log_total: Array,
    fresh: bool,
    mixing: Array,
    losses: Array,
) -> float:
    """Mean loss of the next ball after n = 0..C-1 balls, of the memoriser, the generaliser and of
    averages of uniform, generaliser and memoriser; returns the mean of ln P_M/P_G over C balls.

    The sum over counts n_v of Q(n) sum_y -Q(y | n) ln S(y | n), Q the memoriser's probability on
    seen urns and the generaliser's on fresh ones: what sequences follow there.
    ``chances`` (V, D); ``log_gamma``: ln Gamma(k + a), ``log_factorial``: ln k!, ``log_total``:
    ln Gamma(k + V a), k = 0..C; ``mixing`` (S, 3), ``losses`` (2 + S, C).
    """
    n_colours, n_tasks = chances.shape
    context_length = losses.shape[1]
    log_chances, weights = np.log(chances), np.empty(n_tasks)
    counts, seen = np.zeros(n_colours, np.int64), np.empty(n_colours)
    gain = 0.0
    for n in range(context_length + 1):
        counts[:] = 0
        counts[0] = n
        if n < context_length:
            losses[:, n] = 0.0
        more = True
        while more:
            log_seen = evidence(counts, log_chances, weights)
            ways = log_factorial[n]
            log_fresh = log_total[0] - log_total[n]
            for v in range(n_colours):
                ways -= log_factorial[counts[v]]
                log_fresh += log_gamma[counts[v]] - log_gamma[0]
            shown = math.exp(ways + (log_fresh if fresh else log_seen))
            if n == context_length:
                gain += shown * (log_seen - log_fresh)
            else:
                for v in range(n_colours):
                    seen[v] = np.dot(weights, chances[v])
                for v in range(n_colours):
                    general = (counts[v] + concentration) / (n + n_colours * concentration)
                    share = shown * (general if fresh else seen[v])
                    losses[0, n] -= share * math.log(seen[v])
                    losses[1, n] -= share * math.log(general)
                    for s in range(len(mixing)):
                        mixed = mixing[s, 0] / n_colours + mixing[s, 1] * general
                        losses[2 + s, n] -= share * math.log(mixed + mixing[s, 2] * seen[v])
            more = next_counts(counts)
    return gain


NO_AVERAGE = np.empty((0, 3))


class Expected(NamedTuple):
    """Mean losses (C,) of memoriser and generaliser, of averages of predictions (S, C), and the
    mean of ln P_M/P_G over C balls.
    """

    memorising: Array
    generalising: Array
    averaged: Array
    gain: float


def expected(p: Any, chances: Array, mixing: Array = NO_AVERAGE) -> Expected:
    """``expected_losses`` at a row's parameters; ``mixing`` (S, 3): weights of the uniform
    prediction, the generaliser and the memoriser.
    """
    C, V, a = p.context_length, p.n_colours, p.concentration
    losses = np.empty((2 + len(mixing), C))
    gammas = log_gammas(C, a), log_gammas(C, 1.0), log_gammas(C, V * a)
    fresh = p.evaluate_on == "fresh"
    gain = expected_losses(chances, a, *gammas, fresh, mixing, losses)
    return Expected(losses[0], losses[1], losses[2:], gain)
