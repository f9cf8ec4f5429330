"""The two attention layers of the minimal head, forward and backward, from the overlaps of its
tokens.

Tokens 0..2N are item, label, item, label, ..., target; g_j = c_T.c_j is the overlap of token j with
the target. Products with contents are taken outside, of items (S, N+1) and of all labels (S, L):
BLAS is faster at them. Here the inner loops run over sequences, side by side, in double precision.
After arXiv:2312.03002 (a reconstruction); gradients derived.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.elementary import exp

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


class Attention(NamedTuple):
    """What layer 2 sees of a batch, each (T, S): its attention a, (M g)_j, and d(M g)_j/dbeta1.

    In the precision of the contents on_items (S, N+1), a of the items, and on_labels (S, L), a of
    each label of the vocabulary.
    """

    weight: Array
    match: Array
    match_slope: Array
    on_items: Floats
    on_labels: Floats


@kernel
def attend(by_item: Floats, by_label: Floats, labels: Ints, scores: Array) -> Attention:
    """Attention of a batch from its overlaps, by_item (S, N+1) and by_label (S, L), the labels
    (S, N) of its contexts, and scores (3,) = beta1, alpha, beta2:

        M_ij = e^(beta1 [j = i-1])/(e^beta1 + i),  j <= i;  row 0 has one entry, 1
        p_i = e^beta1/(e^beta1 + i),  dp_i/dbeta1 = p_i (1 - p_i)
        (M g)_i = p_i g_(i-1) + (1 - p_i) (mean of the i others)
        a = softmax(alpha M g + beta2 [j odd])
    """
    beta1, alpha, beta2 = scores
    g = by_token(by_item, by_label, labels)
    a, match, slope = np.empty_like(g), g.copy(), np.zeros_like(g)
    total, top, norm = g[0].copy(), np.full(g.shape[1], -np.inf), np.zeros(g.shape[1])
    for i in range(1, len(g)):
        p = 1.0 / (1.0 + i * math.exp(-beta1))
        for s in range(len(total)):
            total[s] += g[i, s]
            others = (total[s] - g[i - 1, s]) / i
            match[i, s] = p * g[i - 1, s] + (1.0 - p) * others
            slope[i, s] = p * (1.0 - p) * (g[i - 1, s] - others)
    for i in range(len(g)):
        for s in range(len(top)):
            a[i, s] = alpha * match[i, s] + beta2 * (i % 2)
            top[s] = max(top[s], a[i, s])
    for i in range(len(g)):
        for s in range(len(norm)):
            a[i, s] = exp(a[i, s] - top[s])
            norm[s] += a[i, s]
    for i in range(len(g)):
        for s in range(len(norm)):
            a[i, s] /= norm[s]
    on_items, on_labels = np.empty_like(by_item), np.zeros_like(by_label)
    for s in range(len(labels)):
        for k in range(labels.shape[1]):
            on_items[s, k] = a[2 * k, s]
            on_labels[s, labels[s, k]] += a[2 * k + 1, s]
        on_items[s, -1] = a[-1, s]
    return Attention(a, match, slope, on_items, on_labels)


@kernel
def by_token(by_item: Floats, by_label: Floats, labels: Ints) -> Array:
    """Numbers of the items (S, N+1) and of the labels (S, L) in the order of the tokens, (T, S)."""
    n_pairs = labels.shape[1]
    found = np.empty((2 * n_pairs + 1, len(labels)))
    for s in range(len(labels)):
        for k in range(n_pairs):
            found[2 * k, s], found[2 * k + 1, s] = by_item[s, k], by_label[s, labels[s, k]]
        found[-1, s] = by_item[s, -1]
    return found


@kernel
def score_gradient(
    by_item: Floats, by_label: Floats, labels: Ints, attention: Attention, alpha: float
) -> Array:
    """Gradient in (beta1, alpha, beta2), (3,), summed over sequences.

        ds_j = a_j (da_j - a.da)
        dloss/dalpha = ds.(M g),  dloss/dbeta1 = alpha ds.(M' g),  dloss/dbeta2 = sum_(j odd) ds_j

    da = dloss/da is by_item (S, N+1) and by_label (S, L).
    """
    a, match, slope, _, _ = attention
    grad_a = by_token(by_item, by_label, labels)
    mean, by_beta1, by_alpha, by_beta2 = np.zeros((4, a.shape[1]))
    for j in range(len(a)):
        for s in range(len(mean)):
            mean[s] += a[j, s] * grad_a[j, s]
    for j in range(len(a)):
        for s in range(len(mean)):
            grad_score = a[j, s] * (grad_a[j, s] - mean[s])
            by_beta1[s] += alpha * grad_score * slope[j, s]
            by_alpha[s] += grad_score * match[j, s]
            by_beta2[s] += grad_score * (j % 2)
    return np.array([by_beta1.sum(), by_alpha.sum(), by_beta2.sum()])
