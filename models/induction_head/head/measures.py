"""What is looked at in a head while it learns."""

from __future__ import annotations

import numpy as np

from toysim.models.induction_head.head.passes import Head
from toysim.models.induction_head.measures import answers
from toysim.models.induction_head.sequences import Sequences


def measure(head: Head, sequences: Sequences) -> dict[str, float]:
    """Means over a test set of ``answers``."""
    found = head.forward(sequences)
    to_labels = found.attention.weight[1::2].T
    each = answers(
        found.passed[-1], found.probability, to_labels, sequences.labels, sequences.truth
    )
    return {name: float(np.mean(values)) for name, values in each.items()}


def ila1(beta1: float, n_pairs: int) -> float:
    """ILA1: mean over the N label tokens of their layer-1 attention to the item before.

    e^beta1/(e^beta1 + 2i + 1) for label i.
    """
    return float(np.mean(1.0 / (1.0 + np.arange(1, 2 * n_pairs, 2) * np.exp(-beta1))))


def label_excess(head: Head) -> float:
    """xi = mean_c W_c.l_c - mean_(c != c') W_c.l_c' of a linear classifier's part on o; NaN with
    hidden layers.
    """
    if len(head.classifier.weights) > 1:
        return np.nan
    n_labels, dimension = head.label_vectors.shape
    weights = head.classifier.weights[0][:, -dimension:]
    overlaps = (weights @ head.label_vectors.T).astype(np.float64)
    diagonal = float(np.trace(overlaps)) / n_labels
    return float(diagonal - (float(overlaps.sum()) / n_labels - diagonal) / (n_labels - 1))
