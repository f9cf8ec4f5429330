"""The minimal induction head on a batch of sequences: forward, and the gradient of its loss.

After arXiv:2312.03002; the equations are a reconstruction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.induction_head.head.attention import Attention, attend, score_gradient
from toysim.models.induction_head.head.classifier import Classifier, errors, softmax
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
        target = np.ascontiguousarray(items[:, -1])
        attention = attend(*self._overlaps(items, target), labels, self.scores)
        output = np.matmul(attention.on_items[:, None], items)[:, 0]
        output += attention.on_labels @ self.label_vectors
        passed = self.classifier.forward(self._input(target, output))
        return Forward(attention, passed, softmax(passed[-1]))

    def gradient(self, sequences: Sequences, found: Forward) -> tuple[Array, list[Floats]]:
        """Gradient of the mean cross-entropy in the scores (3,) and in the classifier's weights."""
        items, labels, truth = sequences
        error = errors(found.probability, truth)
        grad_weights, grad_input = self.classifier.backward(found.passed, error)
        # z ends with what o adds to
        grad_output = np.ascontiguousarray(grad_input[:, -items.shape[2] :])
        by_item, by_label = self._overlaps(items, grad_output)
        grad_scores = score_gradient(by_item, by_label, labels, found.attention, self.scores[1])
        return grad_scores, grad_weights

    def _overlaps(self, items: Floats, vector: Floats) -> tuple[Floats, Floats]:
        """Vectors (S, D) of the sequences with their items, (S, N+1), and all labels, (S, L)."""
        return np.matmul(items, vector[:, :, None])[:, :, 0], vector @ self.label_vectors.T

    def _input(self, target: Floats, output: Floats) -> Floats:
        if self.classifier_input == "concat":
            return np.concatenate([target, output], axis=1)
        return target + output if self.classifier_input == "sum" else output
