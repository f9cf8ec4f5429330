"""Forward and backward pass of a batch, in an exact algebraic short form.

    u_j = [place | content],  n = 2N the target,  A_l = Q_l' K_l
    layer 1    a1_ij = softmax_(j <= i)(u_i' A_1 u_j),   x_i = u_i + V_1 sum_j a1_ij u_j
    layer 2    a2_j = softmax(x_n' A_2 x_j),   r = x_n + V_2 sum_j a2_j x_j
    classifier h <- max(W_k h + b_k, 0) from h = r,  logits = W_o h;  loss = mean cross-entropy

Source: arXiv:2312.03002; the short form and its gradients are derived. Only the target leaves layer
2, so that layer 1 is needed in projections on it alone:

    v = A_2' x_n,  w = V_1' v:    x_n' A_2 x_j = v.u_j + sum_k a1_jk w.u_k
    b = a1' a2:                   sum_j a2_j x_j = o = sum_j a2_j u_j + V_1 sum_k b_k u_k

and no d x d matrix but A_1 meets more than one vector a sequence. Backward alike. At the paper's
sizes this leaves a seventh of the products of the written-out form.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.induction_head.network.attention import (
    Workspace,
    attend_first,
    back_through_first,
    first_gradient,
    lay_out,
    pool,
    project,
    softmax,
    softmax_gradient,
    through_first,
)
from toysim.models.induction_head.network.products import (
    plus,
    put,
    times,
    times_transposed,
    transposed_times,
)
from toysim.models.induction_head.network.tokens import Tokens
from toysim.models.induction_head.network.weights import KEY, QUERY, VALUE, Weights

Floats = npt.NDArray[np.floating[Any]]


class Forward(NamedTuple):
    """What a batch gave; letters as above.

    u (S, T, d); a1 (S, T, T), a2 (S, T); each (S, d): m = sum_k a1_nk u_k, x = x_n, v, o and
    y1 = sum_k b_k u_k; h (S, T): w.u_k; A2 (d, d); hidden (H+1, S, d), r first; logits and
    probability (S, L).
    """

    u: Any
    a1: Any
    a2: Any
    m: Any
    x: Any
    v: Any
    h: Any
    y1: Any
    o: Any
    A2: Any
    hidden: Any
    logits: Any
    probability: Any


@kernel
def forward(tokens: Tokens, weights: Weights, space: Workspace) -> Forward:
    """Attention and label probabilities of S sequences, at most as many as the workspace has room
    for.
    """
    n = len(tokens.truth)
    u, a1 = space.u[:n], space.attention[:n]
    one, two = weights.attention[0], weights.attention[1]
    width = one.shape[1]
    A1, A2 = transposed_times(one[QUERY], one[KEY]), transposed_times(two[QUERY], two[KEY])
    lay_out(tokens, u)
    attend_first(tokens, u, A1, space.by_item[:n], a1)
    m = pool(u, a1[:, -1])
    x = plus(times_transposed(m, one[VALUE]), u[:, -1])
    v = times(x, A2)
    h = project(u, times(v, one[VALUE]))
    a2 = plus(project(u, v), through_first(a1, h))
    for s in range(len(a2)):
        softmax(a2[s])
    y1 = pool(u, back_through_first(a1, a2))
    o = plus(pool(u, a2), times_transposed(y1, one[VALUE]))
    hidden = space.hidden.reshape(-1)[: len(space.hidden) * n * width].reshape(
        len(space.hidden), n, width
    )
    put(plus(times_transposed(o, two[VALUE]), x), hidden[0])
    logits = classify(hidden, weights)
    probability = logits.copy()
    for s in range(n):
        softmax(probability[s])
    return Forward(u, a1, a2, m, x, v, h, y1, o, A2, hidden, logits, probability)


@kernel
def classify(hidden: Floats, weights: Weights) -> Floats:
    """Logits (S, L) from r = hidden[0]; inputs of the further layers into ``hidden`` (H+1, S,
    d).
    """
    for k in range(len(weights.hidden)):
        z = times_transposed(hidden[k], weights.hidden[k])
        for s in range(z.shape[0]):
            for i in range(z.shape[1]):
                hidden[k + 1, s, i] = max(z[s, i] + weights.bias[k], 0)
    return times_transposed(hidden[-1], weights.output)


@kernel
def classify_back(
    truth: Any, hidden: Floats, probability: Floats, weights: Weights, gradient: Weights
) -> Floats:
    """Gradients of the classifier's weights, and that of r (S, d); the loss is the batch's mean.

    truth (S,), hidden (H+1, S, d), probability (S, L).
    """
    n = len(truth)
    error = probability.copy()
    for s in range(n):
        error[s, truth[s]] -= 1
        for c in range(error.shape[1]):
            error[s, c] /= n
    put(transposed_times(error, hidden[-1]), gradient.output)
    by = times(error, weights.output)
    for k in range(len(weights.hidden) - 1, -1, -1):
        total = 0.0
        for s in range(n):
            for i in range(by.shape[1]):
                by[s, i] *= hidden[k + 1, s, i] > 0
                total += by[s, i]
        gradient.bias[k] = total
        put(transposed_times(by, hidden[k]), gradient.hidden[k])
        by = times(by, weights.hidden[k])
    return by


@kernel
def backward(
    tokens: Tokens, weights: Weights, found: Forward, gradient: Weights, space: Workspace
) -> None:
    """Gradient of the mean cross-entropy in all weights, into ``gradient``.

    A letter d in front is the gradient of what it stands before; the letters are those of
    ``Forward``, do is that of o, f and e are V_1' do and V_1' dx on the tokens, (S, T).
    """
    one, two = weights.attention[0], weights.attention[1]
    u, a1, a2 = found.u, found.a1, found.a2
    dr = classify_back(tokens.truth, found.hidden, found.probability, weights, gradient)
    do = times(dr, two[VALUE])
    f = project(u, times(do, one[VALUE]))
    ds2 = softmax_gradient(a2, plus(project(u, do), through_first(a1, f)))
    dw = pool(u, back_through_first(a1, ds2))
    dv = plus(pool(u, ds2), times_transposed(dw, one[VALUE]))
    dA2 = transposed_times(found.x, dv)
    dx = plus(times_transposed(dv, found.A2), dr)
    e = project(u, times(dx, one[VALUE]))
    dA1 = first_gradient(tokens, u, a1, a2, f, ds2, found.h, e, space.by_item)
    put(transposed_times(dr, found.o), gradient.attention[1, VALUE])
    dV1 = plus(transposed_times(do, found.y1), transposed_times(found.v, dw))
    put(plus(dV1, transposed_times(dx, found.m)), gradient.attention[0, VALUE])
    for layer, by in ((0, dA1), (1, dA2)):
        put(times_transposed(weights.attention[layer, KEY], by), gradient.attention[layer, QUERY])
        put(times(weights.attention[layer, QUERY], by), gradient.attention[layer, KEY])
