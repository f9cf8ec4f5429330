"""The two attention layers of the minimal head, forward and backward, from the overlaps of its
tokens.

Tokens 0..2N are item, label, item, label, ..., target; g_j = c_T.c_j is the overlap of token j with
the target. The loops run over sequences in double precision: they see T numbers of a token list,
not its contents.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Scores(NamedTuple):
    """The head's three numbers: s_j = alpha (M g)_j + beta2 [j odd]."""

    beta1: float
    alpha: float
    beta2: float


class Attention(NamedTuple):
    """What layer 2 sees of a batch, each (S, T): its attention a, (M g)_j, and d(M g)_j/dbeta1."""

    weight: Array
    match: Array
    match_slope: Array


@kernel
def attend_one(
    g: Array, beta1: float, alpha: float, beta2: float, a: Array, match: Array, slope: Array
) -> None:
    """One sequence, g (T,) to attention a (T,):

    M_ij = e^(beta1 [j = i-1])/(e^beta1 + i), j <= i:  (M g)_i = p_i g_(i-1) + (1 - p_i)(mean of the
    i others)
    p_i = e^beta1/(e^beta1 + i),  dp_i/dbeta1 = p_i (1 - p_i);  row 0 has one entry, 1
    a = softmax(alpha M g + beta2 [j odd])
    """
    n_tokens = len(g)
    match[0], slope[0] = g[0], 0.0
    total, top = g[0], -math.inf
    for i in range(1, n_tokens):
        p = 1.0 / (1.0 + i * math.exp(-beta1))
        total += g[i]
        others = (total - g[i - 1]) / i
        match[i] = p * g[i - 1] + (1.0 - p) * others
        slope[i] = p * (1.0 - p) * (g[i - 1] - others)
    for i in range(n_tokens):
        a[i] = alpha * match[i] + beta2 * (i % 2)
        top = max(top, a[i])
    norm = 0.0
    for i in range(n_tokens):
        a[i] = math.exp(a[i] - top)
        norm += a[i]
    for i in range(n_tokens):
        a[i] /= norm


@kernel
def attend_batch(
    g: Array, beta1: float, alpha: float, beta2: float, a: Array, match: Array, slope: Array
) -> None:
    """``attend_one`` for every sequence: arrays (S, T)."""
    for s in range(len(g)):
        attend_one(g[s], beta1, alpha, beta2, a[s], match[s], slope[s])


def attend(g: Array, scores: Scores) -> Attention:
    """Attention of a batch from its overlaps g (S, T)."""
    found = Attention(np.empty_like(g), np.empty_like(g), np.empty_like(g))
    attend_batch(g, scores.beta1, scores.alpha, scores.beta2, *found)
    return found


@kernel
def add_score_gradient(
    by_weight: Array, a: Array, match: Array, slope: Array, alpha: float, gradient: Array
) -> None:
    """Sum over sequences of the gradient in (beta1, alpha, beta2), into ``gradient`` (3,);
    by_weight = dloss/da:

    ds_j = a_j (by_weight_j - a.by_weight)
    dloss/dalpha = ds.(M g),  dloss/dbeta1 = alpha ds.(M' g),  dloss/dbeta2 = sum of ds over odd j
    """
    for s in range(len(a)):
        mean = 0.0
        for j in range(a.shape[1]):
            mean += a[s, j] * by_weight[s, j]
        for j in range(a.shape[1]):
            by_score = a[s, j] * (by_weight[s, j] - mean)
            gradient[0] += alpha * by_score * slope[s, j]
            gradient[1] += by_score * match[s, j]
            gradient[2] += by_score * (j % 2)


@kernel
def label_mass(a: Array, labels: Ints, mass: Array) -> None:
    """Attention on each label of the vocabulary: a (S, T), labels (S, N), added into mass (S,
    L).
    """
    for s in range(len(a)):
        for k in range(labels.shape[1]):
            mass[s, labels[s, k]] += a[s, 2 * k + 1]
