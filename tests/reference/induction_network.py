"""The attention-only network written out: every token through both layers, loss and gradients in
plain NumPy.

From the equations (arXiv:2312.03002), with Q, K, V applied to all tokens and nothing dropped or
factored.
"""

import numpy as np


def one_hot_tokens(items, label_vectors, labels, first, n_positions):
    """U (S, T, P + D): one-hot place and content of every token."""
    n, n_tokens = len(labels), 2 * labels.shape[1] + 1
    tokens = np.zeros((n, n_tokens, n_positions + items.shape[2]), items.dtype)
    for s in range(n):
        tokens[s, np.arange(n_tokens), first[s] + np.arange(n_tokens)] = 1
        tokens[s, ::2, n_positions:] = items[s]
        tokens[s, 1::2, n_positions:] = label_vectors[labels[s]]
    return tokens


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def loss_and_gradients(tokens, truth, attention, hidden, bias, output):
    """Mean cross-entropy, gradients as the arguments after ``truth``, and (a1, a2, logits)."""
    n, n_tokens, _ = tokens.shape
    hides = np.triu(np.full((n_tokens, n_tokens), -np.inf, tokens.dtype), 1)
    inputs, maps = [tokens], []
    for Q, K, V in attention:
        x = inputs[-1]
        maps.append(softmax((x @ Q.T) @ (x @ K.T).transpose(0, 2, 1) + hides))
        inputs.append(x + (maps[-1] @ x) @ V.T)
    passed = [inputs[-1][:, -1]]
    for W, b in zip(hidden, bias, strict=True):
        passed.append(np.maximum(passed[-1] @ W.T + b, 0))
    logits = passed[-1] @ output.T
    probability = softmax(logits)
    loss = -np.mean(np.log(probability[np.arange(n), truth]))

    error = (probability - np.eye(len(output), dtype=tokens.dtype)[truth]) / n
    by_output, by = error.T @ passed[-1], error @ output
    by_hidden, by_bias = np.zeros_like(hidden), np.zeros_like(bias)
    for k in reversed(range(len(hidden))):
        by = by * (passed[k + 1] > 0)
        by_hidden[k], by_bias[k] = by.T @ passed[k], by.sum()
        by = by @ hidden[k]
    by_tokens = np.zeros_like(tokens)
    by_tokens[:, -1] = by
    by_attention = np.zeros_like(attention)
    for layer in (1, 0):
        (Q, K, V), x, a = attention[layer], inputs[layer], maps[layer]
        pooled = a @ x
        by_pooled = by_tokens @ V
        by_a = by_pooled @ x.transpose(0, 2, 1)
        by_scores = a * (by_a - (a * by_a).sum(axis=-1, keepdims=True))
        by_queries, by_keys = by_scores @ (x @ K.T), by_scores.transpose(0, 2, 1) @ (x @ Q.T)
        by_attention[layer] = [
            np.einsum("sta,stb->ab", g, z)
            for g, z in ((by_queries, x), (by_keys, x), (by_tokens, pooled))
        ]
        by_tokens = by_tokens + a.transpose(0, 2, 1) @ by_pooled + by_queries @ Q + by_keys @ K
    return loss, (by_attention, by_hidden, by_bias, by_output), (*maps, logits)
