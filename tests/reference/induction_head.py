"""Induction-head models written once more from their equations: plain NumPy and SciPy, for tests
and benchmarks.
"""

import numpy as np
from scipy.integrate import solve_ivp


def logits_loss(y, n_pairs, n_labels, m, four):
    """Loss of three or four nested logits at y = (beta1, alpha, beta2, xi): attention as vectors,
    no shortcut.
    """
    beta1, alpha, beta2, xi = y
    p = np.exp(beta1) / (np.exp(beta1) + m)
    scores = np.concatenate([[alpha * p], np.zeros(n_pairs - 1)])
    if four:
        scores = np.concatenate([scores + beta2, np.zeros(n_pairs + 1)])
    attention = np.exp(scores) / np.exp(scores).sum()
    logits = np.zeros(n_labels)
    logits[:n_pairs] = xi * attention[:n_pairs]
    return np.log(np.exp(logits).sum()) - logits[0]


def logits_flow(
    y, mobility, n_pairs, n_labels, m, four, duration, rtol=1e-10, atol=1e-12, method="RK45"
):
    """SciPy's solution of dy/dt = -mobility * gradient, by the chain rule; its event is p(right) =
    1/2.
    """

    def slope(t, y):
        beta1, alpha, beta2, xi = y
        p = 1.0 / (1.0 + m * np.exp(-beta1))
        items = (n_pairs + 1) * np.exp(-beta2) if four else 0.0
        peak = np.exp(alpha * p)
        q, r = np.array([peak, 1.0]) / (peak + n_pairs - 1 + items)
        right, other, none = np.exp([xi * q, xi * r, 0.0])
        total = right + (n_pairs - 1) * other + (n_labels - n_pairs) * none
        right, other = right / total, other / total
        by_q, by_r = -xi * (1 - right), (n_pairs - 1) * xi * other
        by_match = by_q * q * (1 - q) - by_r * r * q
        items_share = 1 - q - (n_pairs - 1) * r
        by_xi = -q * (1 - right) + (n_pairs - 1) * r * other
        by = (
            alpha * p * (1 - p) * by_match,
            p * by_match,
            items_share * (q * by_q + r * by_r),
            by_xi,
        )
        return -np.asarray(mobility) * by

    def half(t, y):
        return np.exp(-logits_loss(y, n_pairs, n_labels, m, four)) - 0.5

    return solve_ivp(
        slope, (0.0, duration), np.asarray(y, float), method, rtol=rtol, atol=atol, events=half
    )


def head_loss(contents, truth, scores, weights, classifier_input):
    """Mean loss of the minimal head, sequence by sequence with matrices: contents (S, T, D) of all
    tokens.
    """
    beta1, alpha, beta2 = scores
    n_tokens = contents.shape[1]
    scores1 = beta1 * np.eye(n_tokens, k=-1)
    scores1[np.triu_indices(n_tokens, 1)] = -np.inf
    layer1 = np.exp(scores1) / np.exp(scores1).sum(axis=1, keepdims=True)
    total = 0.0
    for c, right in zip(contents, truth, strict=True):
        target = c[-1]
        score = alpha * (layer1 @ c) @ target + beta2 * (np.arange(n_tokens) % 2)
        attention = np.exp(score - score.max())
        output = attention @ c / attention.sum()
        h = {"output": output, "sum": target + output, "concat": np.concatenate([target, output])}[
            classifier_input
        ]
        for weight in weights[:-1]:
            h = np.maximum(weight @ h, 0)
        logits = weights[-1] @ h
        total += np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[right]
    return total / len(contents)
