"""What is looked at on the way: accuracies and progress measures on test sets that stay the same
through a run.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.induction_head.network.attention import Workspace
from toysim.models.induction_head.network.passes import forward
from toysim.models.induction_head.network.tokens import Tokens, part
from toysim.models.induction_head.network.weights import Weights

Array = npt.NDArray[np.float64]


class Measures(NamedTuple):
    """Means over the sequences of a test set, progress measures as in arXiv:2312.03002.

    accuracy and p_right of the true label; context_label (CLA): the answer is a label of the
    context; label_mass: probability of all those labels; ila1: layer-1 attention of labels to the
    item before them; tila2, tla2: layer-2 attention of the target to the labels that are right, and
    to all labels.
    """

    loss: float
    p_right: float
    accuracy: float
    context_label: float
    label_mass: float
    ila1: float
    tila2: float
    tla2: float


def measure(tokens: Tokens, weights: Weights, space: Workspace) -> Measures:
    """All measures of one test set, in parts that have room in the workspace."""
    n, room = len(tokens.truth), len(space.u)
    parts = (part(tokens, k, min(k + room, n)) for k in range(0, n, room))
    sums = sum((_sums(some, weights, space) for some in parts), np.zeros(len(Measures._fields)))
    return Measures(*(sums / n).tolist())


def _sums(tokens: Tokens, weights: Weights, space: Workspace) -> Array:
    found = forward(tokens, weights, space)
    rows, truth, labels = np.arange(len(tokens.truth)), tokens.truth, tokens.labels
    logits = found.logits.astype(float)
    top = logits.max(axis=1)
    loss = (
        top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - logits[rows, truth]
    )  # probability may underflow
    answer = logits.argmax(axis=1)
    shown = np.zeros(logits.shape, bool)
    shown[rows[:, None], labels] = True
    to_items = np.diagonal(found.a1, -1, axis1=1, axis2=2)[:, ::2]
    to_labels = found.a2[:, 1::2]
    each = (
        loss,
        found.probability[rows, truth],
        answer == truth,
        shown[rows, answer],
        np.where(shown, found.probability, 0).sum(axis=1),
        to_items.mean(axis=1),
        np.where(labels == truth[:, None], to_labels, 0).sum(axis=1),
        to_labels.sum(axis=1),
    )
    return np.array([np.sum(values, dtype=float) for values in each])
