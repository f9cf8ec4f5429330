"""The minimal induction head on a batch of sequences: forward, and the gradient of its loss.

After arXiv:2312.03002; the equations are a reconstruction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.induction_head.head.attention import (
    Attention,
    add_score_gradient,
    attend,
    label_mass,
)
from toysim.models.induction_head.head.classifier import Classifier, softmax
from toysim.models.induction_head.sequences import Sequences

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


class Forward(NamedTuple):
    """What a batch gave: attention, the classifier's inputs layer by layer with the logits (S, L)
    last, probabilities (S, L).
    """

    attention: Attention
    passed: list[Floats]
    probability: Floats


@dataclass
class Head:
    """Layer 2's output o = sum_j a_j c_j goes to the classifier as z = o, c_T + o, or both side by
    side.

    label_vectors (L, D); scores (3,): beta1, alpha, beta2.
    """

    label_vectors: Floats
    scores: Array
    classifier: Classifier
    classifier_input: str

    def forward(self, sequences: Sequences) -> Forward:
        """Attention and label probabilities of every sequence."""
        items, labels, _ = sequences
        n = labels.shape[1]
        target = np.ascontiguousarray(items[:, n])
        attention = attend(self._by_token(items, labels, target), self.scores)
        mass = np.zeros((len(items), len(self.label_vectors)))
        label_mass(attention.weight, labels, mass)
        on_items = attention.weight[:, None, ::2].astype(items.dtype)
        output = np.matmul(on_items, items)[:, 0] + mass.astype(items.dtype) @ self.label_vectors
        passed = self.classifier.forward(self._input(target, output))
        return Forward(attention, passed, softmax(passed[-1]))

    def gradient(self, sequences: Sequences, found: Forward) -> tuple[Array, list[Floats]]:
        """Gradient of the mean cross-entropy in the scores (3,) and in the classifier's weights."""
        items, labels, truth = sequences
        error = found.probability.copy()
        error[np.arange(len(truth)), truth] -= 1
        error /= error.dtype.type(len(truth))
        grad_weights, grad_input = self.classifier.backward(found.passed, error)
        # z ends with what o adds to
        grad_output = np.ascontiguousarray(grad_input[:, -items.shape[2] :])
        grad_attention = self._by_token(items, labels, grad_output)
        grad_scores = np.zeros(3)
        add_score_gradient(grad_attention, *found.attention, self.scores[1], grad_scores)
        return grad_scores, grad_weights

    def _by_token(self, items: Floats, labels: Ints, vector: Floats) -> Array:
        """c_j.vector for every token j of every sequence, (S, 2N + 1)."""
        found = np.empty((len(items), 2 * labels.shape[1] + 1))
        found[:, ::2] = np.matmul(items, vector[:, :, None])[:, :, 0]
        found[:, 1::2] = np.take_along_axis(vector @ self.label_vectors.T, labels, axis=1)
        return found

    def _input(self, target: Floats, output: Floats) -> Floats:
        if self.classifier_input == "concat":
            return np.concatenate([target, output], axis=1)
        return target + output if self.classifier_input == "sum" else output
