"""SGD on fresh batches, and what is looked at on the way: measures on test sets that stay the same
through a run.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.induction_head.head.network import Forward, Head
from toysim.models.induction_head.sequences import Sequences

Array = npt.NDArray[np.float64]


class Measures(NamedTuple):
    """A head on one test set, means over its sequences.

    accuracy and p_right of the true label; loss; context_label: the answer is a label shown; tila2,
    tla2: attention of the target to the labels of its own class, and to all labels.
    """

    loss: float
    p_right: float
    accuracy: float
    context_label: float
    tila2: float
    tla2: float


def measure(head: Head, sequences: Sequences) -> Measures:
    """All measures of one test set."""
    found: Forward = head.forward(sequences)
    rows, truth = np.arange(len(sequences.truth)), sequences.truth
    right = found.probability[rows, truth].astype(float)
    logits = found.passed[-1].astype(float)
    top = logits.max(axis=1)
    loss = (
        top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - logits[rows, truth]
    )  # right may underflow
    answer = logits.argmax(axis=1)
    on_labels = found.attention.weight[:, 1::2]
    return Measures(
        loss=float(loss.mean()),
        p_right=float(right.mean()),
        accuracy=float(np.mean(answer == truth)),
        context_label=float(np.mean((sequences.labels == answer[:, None]).any(axis=1))),
        tila2=float(
            np.where(sequences.labels == truth[:, None], on_labels, 0.0).sum(axis=1).mean()
        ),
        tla2=float(on_labels.sum(axis=1).mean()),
    )


def ila1(beta1: float, n_pairs: int) -> float:
    """Mean over the N label tokens of their layer-1 attention to the item before, e^beta1/(e^beta1
    + 2i + 1).
    """
    return float(np.mean(1.0 / (1.0 + np.arange(1, 2 * n_pairs, 2) * np.exp(-beta1))))


def label_excess(head: Head) -> float:
    """xi = mean_c W_c.l_c - mean_(c != c') W_c.l_c' of a linear classifier's part on o; NaN with
    hidden layers.
    """
    if len(head.classifier.weights) > 1:
        return np.nan
    n_labels, dimension = len(head.label_vectors), head.label_vectors.shape[1]
    overlaps = (head.classifier.weights[0][:, -dimension:] @ head.label_vectors.T).astype(float)
    diagonal = float(np.trace(overlaps)) / n_labels
    return diagonal - (float(overlaps.sum()) / n_labels - diagonal) / (n_labels - 1)


def update(head: Head, sequences: Sequences, rate: float, learns_beta2: bool) -> None:
    """w <- w - rate * gradient of the batch's mean loss, for all that is learned."""
    by_scores, by_weights = head.gradient(sequences, head.forward(sequences))
    by_scores[2] *= learns_beta2
    head.scores -= rate * by_scores
    for weight, by_weight in zip(head.classifier.weights, by_weights, strict=True):
        weight -= weight.dtype.type(rate) * by_weight
