"""The two attention layers of the minimal head, forward and backward, from the overlaps of its
tokens.

Tokens 0..2N are item, label, item, label, ..., target; g_j = c_T.c_j is the overlap of token j with
the target. The loops run over sequences in double precision: they see T numbers of a token list,
not its contents. After arXiv:2312.03002 (a reconstruction); gradients derived.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Attention(NamedTuple):
    """What layer 2 sees of a batch, each (S, T): its attention a, (M g)_j, and d(M g)_j/dbeta1."""

    weight: Array
    match: Array
    match_slope: Array


@kernel
def attend_one(g: Array, scores: Array, a: Array, match: Array, slope: Array) -> None:
    """One sequence, from overlaps g (T,) and scores (3,) = beta1, alpha, beta2 to what an
    ``Attention`` holds of it, each (T,).

        M_ij = e^(beta1 [j = i-1])/(e^beta1 + i),  j <= i;  row 0 has one entry, 1
        p_i = e^beta1/(e^beta1 + i),  dp_i/dbeta1 = p_i (1 - p_i)
        (M g)_i = p_i g_(i-1) + (1 - p_i) (mean of the i others)
        a = softmax(alpha M g + beta2 [j odd])
    """
    beta1, alpha, beta2 = scores
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
def attend(g: Array, scores: Array) -> Attention:
    """Attention of a batch from its overlaps g (S, T) and scores (3,)."""
    found = Attention(np.empty_like(g), np.empty_like(g), np.empty_like(g))
    for s in range(len(g)):
        attend_one(g[s], scores, found.weight[s], found.match[s], found.match_slope[s])
    return found


@kernel
def add_score_gradient(
    grad_a: Array, a: Array, match: Array, slope: Array, alpha: float, gradient: Array
) -> None:
    """Sum over sequences of the gradient in (beta1, alpha, beta2), added to ``gradient`` (3,).

        ds_j = a_j (da_j - a.da)
        dloss/dalpha = ds.(M g),  dloss/dbeta1 = alpha ds.(M' g),  dloss/dbeta2 = sum_(j odd) ds_j

    grad_a = dloss/da, a, match = M g, slope = M' g, all (S, T).
    """
    for s in range(len(a)):
        mean = 0.0
        for j in range(a.shape[1]):
            mean += a[s, j] * grad_a[s, j]
        for j in range(a.shape[1]):
            grad_score = a[s, j] * (grad_a[s, j] - mean)
            gradient[0] += alpha * grad_score * slope[s, j]
            gradient[1] += grad_score * match[s, j]
            gradient[2] += grad_score * (j % 2)


@kernel
def label_mass(a: Array, labels: Ints, mass: Array) -> None:
    """Attention on each label of the vocabulary, added to ``mass`` (S, L): a (S, T), labels
    (S, N).
    """
    for s in range(len(a)):
        for k in range(labels.shape[1]):
            mass[s, labels[s, k]] += a[s, 2 * k + 1]
