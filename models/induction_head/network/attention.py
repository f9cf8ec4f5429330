"""What the two attention layers do within a sequence, from its tokens u_j = [one-hot of place |
content].

Layer 1 is causal: token i sees j <= i. Layer 2 matters at the target only. A product of all tokens
with a matrix is that of the items, that of the few labels, and a row of the matrix for each place.
The equations are those of ``passes`` (after arXiv:2312.03002; the short form is derived).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.products import plus, times, transposed_times
from toysim.models.induction_head.network.tokens import Tokens
from toysim.models.induction_head.network.weights import DTYPES

Floats = npt.NDArray[np.floating[Any]]


class Workspace(NamedTuple):
    """Large arrays of a batch, made once a run: new ones would come as fresh pages at every update.

    u (S, T, d)           tokens in their order
    attention (S, T, T)   a1
    by_item (S, N+1, d)   A' u_j of the items without their places; backward sum_j ds_ij u_j
    hidden (H+1, S, d)    inputs of the classifier's layers
    """

    u: Any
    attention: Any
    by_item: Any
    hidden: Any


def workspace(p: NetworkParameters) -> Workspace:
    """For the batches of a run."""
    n, dtype = p.batch_size, DTYPES[p.precision]
    return Workspace(
        np.empty((n, p.n_tokens, p.width), dtype),
        np.zeros((n, p.n_tokens, p.n_tokens), dtype),
        np.empty((n, p.n_pairs + 1, p.width), dtype),
        np.empty((p.n_hidden + 1, n, p.width), dtype),
    )


@kernel
def lay_out(tokens: Tokens, u: Floats) -> None:
    """All tokens in their order, into u (S, T, d)."""
    items, labels = tokens.items, tokens.labels
    places = u.shape[2] - items.shape[2]
    for s in range(len(labels)):
        for i in range(u.shape[1]):
            content = items[s, i // 2] if i % 2 == 0 else tokens.label_vectors[labels[s, i // 2]]
            for k in range(places):
                u[s, i, k] = 0.0
            u[s, i, tokens.first[s] + i] = 1.0
            for k in range(len(content)):
                u[s, i, places + k] = content[k]


@kernel
def attend_first(tokens: Tokens, u: Floats, A: Floats, by_item: Floats, attention: Floats) -> None:
    """a1_ij = softmax over j <= i of u_i' A u_j, into ``attention`` (S, T, T), 0 for j > i.

    u (S, T, d), A (d, d); ``by_item`` (S, N+1, d) is overwritten.
    """
    n, n_tokens, width = u.shape
    n_items, size = by_item.shape[1], tokens.items.shape[2]
    of_content = A[width - size :]
    np.dot(tokens.items.reshape(n * n_items, size), of_content, by_item.reshape(n * n_items, width))
    by_label = times(tokens.label_vectors, of_content)
    keys, scores = np.empty((n_tokens, width), A.dtype), np.empty((n_tokens, n_tokens), A.dtype)
    for s in range(n):
        at_place = A[tokens.first[s] :]
        for i in range(n_tokens):
            by_content = by_item[s, i // 2] if i % 2 == 0 else by_label[tokens.labels[s, i // 2]]
            for k in range(width):
                keys[i, k] = by_content[k] + at_place[i, k]
        np.dot(keys, u[s].T, scores)
        for i in range(n_tokens):
            for j in range(i + 1):
                attention[s, i, j] = scores[i, j]
            softmax(attention[s, i, : i + 1])


@kernel
def softmax(scores: Floats) -> None:
    """e^s_j / sum_k e^s_k of scores (T,) in place, computed relative to the largest."""
    top = scores[0]
    for j in range(1, len(scores)):
        top = max(top, scores[j])
    total = 0.0
    for j in range(len(scores)):
        scores[j] = math.exp(scores[j] - top)
        total += scores[j]
    for j in range(len(scores)):
        scores[j] /= total


@kernel
def project(u: Floats, vectors: Floats) -> Floats:
    """u_j.vector for all tokens of each sequence: u (S, T, d), vectors (S, d) to (S, T)."""
    found = np.empty(u.shape[:2], u.dtype)
    for s in range(len(u)):
        np.dot(u[s], vectors[s], found[s])
    return found


@kernel
def pool(u: Floats, shares: Floats) -> Floats:
    """sum_j share_j u_j of each sequence: u (S, T, d), shares (S, T) to (S, d)."""
    found = np.zeros((len(u), u.shape[2]), u.dtype)
    for s in range(len(u)):
        for j in range(u.shape[1]):
            for k in range(u.shape[2]):
                found[s, k] += shares[s, j] * u[s, j, k]
    return found


@kernel
def through_first(attention: Floats, values: Floats) -> Floats:
    """(a1 value)_j = sum_(k <= j) a1_jk value_k: attention (S, T, T), values (S, T) to (S, T)."""
    n, n_tokens = values.shape
    found = np.empty_like(values)
    for s in range(n):
        for j in range(n_tokens):
            total = 0.0
            for k in range(j + 1):
                total += attention[s, j, k] * values[s, k]
            found[s, j] = total
    return found


@kernel
def back_through_first(attention: Floats, shares: Floats) -> Floats:
    """(a1' share)_k = sum_(j >= k) a1_jk share_j: attention (S, T, T), shares (S, T) to (S, T)."""
    n, n_tokens = shares.shape
    found = np.zeros_like(shares)
    for s in range(n):
        for j in range(n_tokens):
            for k in range(j + 1):
                found[s, k] += attention[s, j, k] * shares[s, j]
    return found


@kernel
def softmax_gradient(attention: Floats, grad_attention: Floats) -> Floats:
    """ds_j = a_j (da_j - sum_k a_k da_k) for the rows of attention and its gradient, (S, T)."""
    found = np.empty_like(attention)
    for s in range(len(attention)):
        mean = 0.0
        for j in range(attention.shape[1]):
            mean += attention[s, j] * grad_attention[s, j]
        for j in range(attention.shape[1]):
            found[s, j] = attention[s, j] * (grad_attention[s, j] - mean)
    return found


@kernel
def first_score_gradient(attention: Floats, grad_attention: Floats) -> None:
    """ds_ij = a1_ij (da_ij - sum_k a1_ik da_ik) for j <= i, in place of da; (T, T)."""
    for i in range(len(attention)):
        mean = 0.0
        for k in range(i + 1):
            mean += attention[i, k] * grad_attention[i, k]
        for k in range(i + 1):
            grad_attention[i, k] = attention[i, k] * (grad_attention[i, k] - mean)


@kernel
def scatter(
    by_token: Floats, labels: Floats, at_place: Floats, by_item: Floats, by_label: Floats
) -> None:
    """Adds what the tokens of a sequence give, (T, d), to places (.., d) from its first on and to
    label vectors (L, d); puts that of items into (N+1, d).
    """
    n_tokens, width = by_token.shape
    for i in range(n_tokens):
        for k in range(width):
            at_place[i, k] += by_token[i, k]
    for i in range(len(by_item)):
        by_item[i] = by_token[2 * i]
    for i in range(len(labels)):
        for k in range(width):
            by_label[labels[i], k] += by_token[2 * i + 1, k]


@kernel
def first_gradient(
    tokens: Tokens,
    u: Floats,
    attention: Floats,
    a2: Floats,
    f: Floats,
    ds2: Floats,
    h: Floats,
    e: Floats,
    by_item: Floats,
) -> Floats:
    """Gradient of A (d, d), dA = sum of u_i ds_ij u_j' with ds that of the scores, from

        da1_jk = a2_j f_k + ds2_j h_k + [j = n] e_k

    u (S, T, d), attention (S, T, T), the other letters (S, T); ``by_item`` (S, N+1, d) is
    overwritten.
    """
    n, n_tokens, width = u.shape
    n_items, size = by_item.shape[1], tokens.items.shape[2]
    by_A = np.zeros((width, width), u.dtype)
    by_label = np.zeros((len(tokens.label_vectors), width), u.dtype)
    scores = np.zeros((n_tokens, n_tokens), u.dtype)
    by_token = np.empty((n_tokens, width), u.dtype)
    for s in range(n):
        for i in range(n_tokens):
            for k in range(i + 1):
                scores[i, k] = a2[s, i] * f[s, k] + ds2[s, i] * h[s, k]
        for k in range(n_tokens):
            scores[-1, k] += e[s, k]
        first_score_gradient(attention[s], scores)
        np.dot(scores, u[s], by_token)
        scatter(by_token, tokens.labels[s], by_A[tokens.first[s] :], by_item[s], by_label)
    items, of_items = tokens.items.reshape(n * n_items, size), by_item.reshape(n * n_items, width)
    plus(by_A[width - size :], transposed_times(items, of_items))
    plus(by_A[width - size :], transposed_times(tokens.label_vectors, by_label))
    return by_A
