"""Every count vector of sequences from given urns, with its probability and both predictions: exact
means are sums over them.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from toysim.jit import kernel
from toysim.numerics.elementary import exp
from toysim.numerics.reductions import largest, total

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_VECTORS = 2_000_000  # of all contexts
MOST_ENTRIES = 2e7  # of a prediction, count vectors times colours: 160 MB, of which there are four
MOST_TERMS = 1e8  # urns times count vectors: about two seconds


class Contexts(NamedTuple):
    """Count vectors (M,) of n = 0..C balls: how many balls, probabilities of the vector when a
    seen urn is drawn from and when a fresh one is, ln P_M/P_G of a sequence with these counts, and
    the predictions (M, V) of memoriser and generaliser.
    """

    balls: Ints
    on_seen: Array
    on_fresh: Array
    log_ratio: Array
    memoriser: Array
    generaliser: Array

    @property
    def whole(self) -> Any:
        """Which are those of whole sequences."""
        return self.balls == self.balls[-1]

    def losses(self, fresh: bool, prediction: Array) -> Array:
        """Mean of -ln of the next ball's chance in a prediction (M, V), after 0..C-1 balls."""
        shown = self.on_fresh if fresh else self.on_seen
        truth = self.generaliser if fresh else self.memoriser
        each = -shown * np.sum(truth * np.log(prediction), axis=1)
        return np.asarray(np.bincount(self.balls, each)[:-1], float)

    def gain(self, fresh: bool) -> float:
        """Mean of ln P_M/P_G over sequences of C balls, in nats."""
        shown = self.on_fresh if fresh else self.on_seen
        return float(np.sum((shown * self.log_ratio)[self.whole]))


def can_enumerate(n_tasks: int, n_colours: int, context_length: int) -> bool:
    """Whether the sums are short enough, and fit into memory."""
    vectors = math.comb(context_length + n_colours, n_colours)
    fits = vectors <= MOST_VECTORS and vectors * n_colours <= MOST_ENTRIES
    return fits and n_tasks * vectors <= MOST_TERMS


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
def evidence(counts: Ints, log_chances: Array, weights: Array, room: Array) -> float:
    """ln of the mean over urns of prod_v p_v^(n_v); ``weights`` (D,): the posterior of the urns."""
    n_tasks = len(weights)
    weights[:] = 0.0
    for v in range(len(counts)):
        n = float(counts[v])
        for d in range(n_tasks):
            weights[d] += n * log_chances[v, d]
    best = largest(weights, room)
    for d in range(n_tasks):
        weights[d] = exp(weights[d] - best)
    seen = total(weights, room)
    weights *= 1.0 / seen
    return best + math.log(seen / n_tasks)


@kernel
def enumerate_counts(
    chances: Array,
    a: float,
    log_gamma: Array,
    log_factorial: Array,
    log_total: Array,
    balls: Ints,
    parts: Array,
    memoriser: Array,
    generaliser: Array,
) -> None:
    """Fills ``Contexts``; ``parts`` (3, M): on_seen, on_fresh, log_ratio.

    ``chances`` (V, D); ``log_gamma``: ln Gamma(k + a), ``log_factorial``: ln k!, ``log_total``:
    ln Gamma(k + V a), k = 0..C.
    """
    n_colours, n_tasks = chances.shape
    log_chances, weights, room = np.log(chances), np.empty(n_tasks), np.empty(n_tasks)
    counts, m = np.zeros(n_colours, np.int64), 0
    for n in range(len(log_gamma)):
        counts[:] = 0
        counts[0], more = n, True
        while more:
            log_seen = evidence(counts, log_chances, weights, room)
            ways, log_fresh = log_factorial[n], log_total[0] - log_total[n]
            for v in range(n_colours):
                ways -= log_factorial[counts[v]]
                log_fresh += log_gamma[counts[v]] - log_gamma[0]
                memoriser[m, v] = np.dot(weights, chances[v])
                generaliser[m, v] = (counts[v] + a) / (n + n_colours * a)
            balls[m], parts[0, m] = n, math.exp(ways + log_seen)
            parts[1, m], parts[2, m] = math.exp(ways + log_fresh), log_seen - log_fresh
            more = next_counts(counts)
            m += 1


def contexts(p: Any, chances: Array) -> Contexts:
    """Of a row with urns ``chances`` (V, D)."""
    C, V, a = p.context_length, p.n_colours, p.concentration
    vectors = math.comb(C + V, V)
    balls, parts = np.empty(vectors, np.int64), np.empty((3, vectors))
    predictions = np.empty((2, vectors, V))
    gammas = log_gammas(C, a), log_gammas(C, 1.0), log_gammas(C, V * a)
    enumerate_counts(chances, a, *gammas, balls, parts, predictions[0], predictions[1])
    return Contexts(balls, parts[0], parts[1], parts[2], predictions[0], predictions[1])
