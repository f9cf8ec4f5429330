"""What the two attention layers do within a sequence, from its tokens u_j = [one-hot of place | content].

Loops over sequences; a product with the one-hot half picks or adds to a row, the other half is a small matrix product.
Layer 1 is causal: token i sees j <= i. Layer 2 matters at the target only.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from toysim.models.induction_head.network.tokens import Tokens

from toysim.jit import kernel

Floats = npt.NDArray[np.floating[Any]]


@kernel
def lay_out(tokens: Tokens) -> Floats:
    """Contents (S, T, D) of all tokens in their order."""
    items, labels = tokens.items, tokens.labels
    content = np.empty((len(labels), 2 * labels.shape[1] + 1, items.shape[2]), items.dtype)
    for s in range(len(labels)):
        for k in range(items.shape[1]):
            content[s, 2 * k] = items[s, k]
        for k in range(labels.shape[1]):
            content[s, 2 * k + 1] = tokens.label_vectors[labels[s, k]]
    return content


@kernel
def attend_first(tokens: Tokens, content: Floats, A: Floats) -> Floats:
    """a1_ij = softmax over j <= i of u_i' A u_j, (S, T, T); 0 for j > i."""
    n, n_tokens, size = content.shape
    n_items, places = tokens.items.shape[1], len(A) - size
    A_content = A[places:]
    by_item = np.dot(tokens.items.reshape(n * n_items, size), A_content).reshape(n, n_items, len(A))
    by_label = np.dot(tokens.label_vectors, A_content)
    attention = np.zeros((n, n_tokens, n_tokens), content.dtype)
    key, scores = np.empty((n_tokens, size), A.dtype), np.empty((n_tokens, n_tokens), A.dtype)
    for s in range(n):
        first = tokens.first[s]
        for i in range(n_tokens):
            row = by_item[s, i // 2] if i % 2 == 0 else by_label[tokens.labels[s, i // 2]]
            place = A[first + i]
            for k in range(size):
                key[i, k] = row[places + k] + place[places + k]
            for j in range(i + 1):
                attention[s, i, j] = row[first + j] + place[first + j]
        np.dot(key, content[s].T, scores)
        for i in range(n_tokens):
            for j in range(i + 1):
                attention[s, i, j] += scores[i, j]
            softmax(attention[s, i, : i + 1])
    return attention


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
    width: int,
) -> Floats:
    """Gradient of A (d, d) from da1_jk = a2_j f_k + ds2_j h_k + [j = n] e_k:

    ds_ij = a1_ij (da_ij - sum_k a1_ik da_ik),  dA = sum of u_i ds_ij u_j'
    """
    n, n_tokens, size = content.shape
    n_items, places = tokens.items.shape[1], width - size
    by_A = np.zeros((width, width), content.dtype)
    by_item = np.zeros((n, n_items, width), content.dtype)
    by_label = np.zeros((len(tokens.label_vectors), width), content.dtype)
    by_score, row = np.zeros((n_tokens, n_tokens), content.dtype), np.empty((n_tokens, size), content.dtype)
    for s in range(n):
        first = tokens.first[s]
        for i in range(n_tokens):
            mean = 0.0
            for k in range(i + 1):
                by_score[i, k] = a2[s, i] * f[s, k] + ds2[s, i] * h[s, k]
                if i == n_tokens - 1:
                    by_score[i, k] += e[s, k]
                mean += attention[s, i, k] * by_score[i, k]
            for k in range(i + 1):
                by_score[i, k] = attention[s, i, k] * (by_score[i, k] - mean)
        np.dot(by_score, content[s], row)
        for i in range(n_tokens):
            token = by_item[s, i // 2] if i % 2 == 0 else by_label[tokens.labels[s, i // 2]]
            place = by_A[first + i]
            for j in range(i + 1):
                token[first + j] += by_score[i, j]
                place[first + j] += by_score[i, j]
            for k in range(size):
                token[places + k] += row[i, k]
                place[places + k] += row[i, k]
    by_A[places:] += np.dot(tokens.items.reshape(n * n_items, size).T, by_item.reshape(n * n_items, width))
    by_A[places:] += np.dot(tokens.label_vectors.T, by_label)
    return by_A
