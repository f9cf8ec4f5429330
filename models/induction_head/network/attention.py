"""What the two attention layers do within a sequence, from its tokens u_j = [one-hot of place | content].

Loops over sequences; a product with the one-hot half picks or adds to a row, the other half is a small matrix product.
Layer 1 is causal: token i sees j <= i. Layer 2 matters at the target only.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.products import plus, times, transposed_times
from toysim.models.induction_head.network.tokens import Tokens
from toysim.models.induction_head.network.weights import DTYPES

from toysim.jit import kernel

Floats = npt.NDArray[np.floating[Any]]


class Workspace(NamedTuple):
    """Large arrays of a batch, made once a run: new ones would come as fresh pages at every update.

    content (S, T, D)     contents of all tokens in their order
    attention (S, T, T)   a1
    by_item (S, N+1, d)   A' u_j of the items without their places; backward sum_j ds_ij u_j
    hidden (H+1, S, d)    inputs of the classifier's layers
    """

    content: Any
    attention: Any
    by_item: Any
    hidden: Any


def workspace(p: NetworkParameters) -> Workspace:
    """For the batches of a run."""
    n, dtype = p.batch_size, DTYPES[p.precision]
    return Workspace(
        np.empty((n, p.n_tokens, p.dimension), dtype),
        np.zeros((n, p.n_tokens, p.n_tokens), dtype),
        np.empty((n, p.n_pairs + 1, p.width), dtype),
        np.empty((p.n_hidden + 1, n, p.width), dtype),
    )


@kernel
def lay_out(tokens: Tokens, content: Floats) -> None:
    """Contents of all tokens in their order, into (S, T, D)."""
    items, labels = tokens.items, tokens.labels
    for s in range(len(labels)):
        for i in range(content.shape[1]):
            for k in range(content.shape[2]):
                if i % 2 == 0:
                    content[s, i, k] = items[s, i // 2, k]
                else:
                    content[s, i, k] = tokens.label_vectors[labels[s, i // 2], k]


@kernel
def attend_first(tokens: Tokens, content: Floats, A: Floats, by_item: Floats, attention: Floats) -> None:
    """a1_ij = softmax over j <= i of u_i' A u_j, into (S, T, T), 0 for j > i."""
    n, n_tokens, size = content.shape
    n_items, places = by_item.shape[1], len(A) - size
    np.dot(tokens.items.reshape(n * n_items, size), A[places:], by_item.reshape(n * n_items, len(A)))
    by_label = times(tokens.label_vectors, A[places:])
    at_places, keys = np.empty((n_tokens, places), A.dtype), np.empty((n_tokens, size), A.dtype)
    scores = np.empty((n_tokens, n_tokens), A.dtype)
    for s in range(n):
        first = tokens.first[s]
        for k in range(n_items):
            add_split(by_item[s, k], A[first + 2 * k], at_places[2 * k], keys[2 * k])
        for k in range(n_items - 1):
            add_split(by_label[tokens.labels[s, k]], A[first + 2 * k + 1], at_places[2 * k + 1], keys[2 * k + 1])
        np.dot(keys, content[s].T, scores)
        for i in range(n_tokens):
            for j in range(i + 1):
                attention[s, i, j] = at_places[i, first + j] + scores[i, j]
            softmax(attention[s, i, : i + 1])


@kernel
def add_split(a: Floats, b: Floats, places: Floats, content: Floats) -> None:
    """a + b, vectors (d,), into the part of the places and that of the content.

    All P places although a sequence needs T of them: loops as short as T take longer (measured).
    """
    for k in range(len(places)):
        places[k] = a[k] + b[k]
    for k in range(len(content)):
        content[k] = a[len(places) + k] + b[len(places) + k]


@kernel
def softmax(scores: Floats) -> None:
    """e^s_j / sum_k e^s_k in place, by the largest."""
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
def project(tokens: Tokens, content: Floats, vectors: Floats) -> Floats:
    """u_j.vector for all tokens of each sequence: vectors (S, d) to (S, T)."""
    n, n_tokens, size = content.shape
    places = vectors.shape[1] - size
    found = np.empty((n, n_tokens), content.dtype)
    for s in range(n):
        np.dot(content[s], vectors[s, places:], found[s])
        for j in range(n_tokens):
            found[s, j] += vectors[s, tokens.first[s] + j]
    return found


@kernel
def pool(tokens: Tokens, content: Floats, shares: Floats, width: int) -> Floats:
    """sum_j share_j u_j of each sequence: shares (S, T) to (S, d)."""
    n, n_tokens, size = content.shape
    places = width - size
    found = np.zeros((n, width), content.dtype)
    for s in range(n):
        out = found[s, places:]
        for j in range(n_tokens):
            found[s, tokens.first[s] + j] = shares[s, j]
            for k in range(size):
                out[k] += shares[s, j] * content[s, j, k]
    return found


@kernel
def through_first(attention: Floats, values: Floats) -> Floats:
    """(a1 value)_j = sum_(k <= j) a1_jk value_k: values (S, T)."""
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
    """(a1' share)_k = sum_(j >= k) a1_jk share_j: shares (S, T)."""
    n, n_tokens = shares.shape
    found = np.zeros_like(shares)
    for s in range(n):
        for j in range(n_tokens):
            for k in range(j + 1):
                found[s, k] += attention[s, j, k] * shares[s, j]
    return found


@kernel
def softmax_gradient(attention: Floats, by_attention: Floats) -> Floats:
    """ds_j = a_j (da_j - sum_k a_k da_k) for the rows of (S, T)."""
    found = np.empty_like(attention)
    for s in range(len(attention)):
        mean = 0.0
        for j in range(attention.shape[1]):
            mean += attention[s, j] * by_attention[s, j]
        for j in range(attention.shape[1]):
            found[s, j] = attention[s, j] * (by_attention[s, j] - mean)
    return found


@kernel
def first_gradient(
    tokens: Tokens,
    content: Floats,
    attention: Floats,
    a2: Floats,
    f: Floats,
    ds2: Floats,
    h: Floats,
    e: Floats,
    by_item: Floats,
) -> Floats:
    """Gradient of A (d, d) from da1_jk = a2_j f_k + ds2_j h_k + [j = n] e_k:

    ds_ij = a1_ij (da_ij - sum_k a1_ik da_ik),  dA = sum of u_i ds_ij u_j'
    """
    n, n_tokens, size = content.shape
    n_items, width = by_item.shape[1:]
    places = width - size
    by_A = np.zeros((width, width), content.dtype)
    by_label = np.zeros((len(tokens.label_vectors), width), content.dtype)
    by_score = np.zeros((n_tokens, n_tokens), content.dtype)
    at_places, at_content = np.empty((n_tokens, places), content.dtype), np.empty((n_tokens, size), content.dtype)
    by_item[:] = 0
    for s in range(n):
        first = tokens.first[s]
        at_places[:] = 0
        for i in range(n_tokens):
            mean = 0.0
            for k in range(i + 1):
                by_score[i, k] = a2[s, i] * f[s, k] + ds2[s, i] * h[s, k]
                if i == n_tokens - 1:
                    by_score[i, k] += e[s, k]
                mean += attention[s, i, k] * by_score[i, k]
            for k in range(i + 1):
                by_score[i, k] = attention[s, i, k] * (by_score[i, k] - mean)
                at_places[i, first + k] = by_score[i, k]
        np.dot(by_score, content[s], at_content)
        for i in range(n_tokens):
            add_joined(at_places[i], at_content[i], by_A[first + i])
        for k in range(n_items):
            add_joined(at_places[2 * k], at_content[2 * k], by_item[s, k])
        for k in range(n_items - 1):
            add_joined(at_places[2 * k + 1], at_content[2 * k + 1], by_label[tokens.labels[s, k]])
    items, of_items = tokens.items.reshape(n * n_items, size), by_item.reshape(n * n_items, width)
    plus(by_A[places:], transposed_times(items, of_items))
    plus(by_A[places:], transposed_times(tokens.label_vectors, by_label))
    return by_A


@kernel
def add_joined(places: Floats, content: Floats, out: Floats) -> None:
    """Adds [places | content] to a vector (d,)."""
    for k in range(len(places)):
        out[k] += places[k]
    for k in range(len(content)):
        out[len(places) + k] += content[k]
