"""Classifier of the head: linear, or ReLU layers below a linear one; no biases. Forward and
backward over a batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.elementary import exp

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]


class Classifier:
    """h <- max(W_k h, 0) for the hidden layers, logits = W_o h; weights [(out, in), ...], the last
    one W_o (L, .).
    """

    def __init__(self, weights: list[Floats]) -> None:
        self.weights = weights

    def forward(self, z: Floats) -> list[Floats]:
        """Inputs of every layer, (S, .), and the logits (S, L) at the end."""
        passed = [z]
        for weight in self.weights[:-1]:
            passed.append(np.maximum(passed[-1] @ weight.T, 0))
        return [*passed, passed[-1] @ self.weights[-1].T]

    def backward(self, passed: list[Floats], grad_logits: Floats) -> tuple[list[Floats], Floats]:
        """Gradients of the weights and of z, from dloss/dlogits (S, L)."""
        gradients: list[Floats] = []
        grad = grad_logits
        for k in reversed(range(len(self.weights))):
            gradients.append(grad.T @ passed[k])
            grad = grad @ self.weights[k]
            if k > 0:
                grad *= passed[k] > 0
        return gradients[::-1], grad


@kernel
def softmax(logits: Floats) -> Floats:
    """Probabilities (S, L), computed relative to the largest logit."""
    found, weights = np.empty_like(logits), np.empty(logits.shape[1])
    for s in range(len(logits)):
        top, norm = logits[s, 0], 0.0
        for c in range(len(weights)):
            top = max(top, logits[s, c])
        for c in range(len(weights)):
            weights[c] = exp(logits[s, c] - top)
        for c in range(len(weights)):
            norm += weights[c]
        for c in range(len(weights)):
            found[s, c] = weights[c] / norm
    return found


@kernel
def errors(probability: Floats, truth: Ints) -> Floats:
    """Gradient of the mean loss in the logits, (S, L): (p - [label is right])/S; truth (S,)."""
    found, per_sequence = np.empty_like(probability), probability.dtype.type(1.0 / len(truth))
    for s in range(len(truth)):
        for c in range(probability.shape[1]):
            found[s, c] = probability[s, c] * per_sequence
        found[s, truth[s]] -= per_sequence
    return found
