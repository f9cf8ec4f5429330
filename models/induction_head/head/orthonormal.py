"""Contents at right angles: what random ones of large dimension tend to, at any dimension that has
room for them.
"""

from __future__ import annotations

import numpy as np

from toysim.models.induction_head.sequences import Contents, Sequences, Task


def label_axes(task: Task) -> Contents:
    """Label vectors along the first L axes, no classes."""
    return Contents(
        np.eye(task.n_labels, task.dimension, dtype=np.float32),
        np.zeros((0, task.dimension), np.float32),
    )


def along_axes(task: Task, sequences: Sequences, generator: np.random.Generator) -> Sequences:
    """The sequences with items along distinct axes beyond the labels', in random directions.

    A target keeps the overlap 1/(1 + eps^2) with its item; the rest of it lies along an axis of its
    own.
    """
    size, n_axes = len(sequences.items), task.n_pairs + 1
    free = task.dimension - task.n_labels
    axis = task.n_labels + (generator.integers(free, size=(size, 1)) + np.arange(n_axes)) % free
    sign = 1.0 - 2.0 * generator.integers(2, size=(size, n_axes))
    items, rows = np.zeros_like(sequences.items), np.arange(size)
    items[rows[:, None], np.arange(n_axes), axis] = sign
    overlap = 1.0 / (1.0 + task.item_noise**2)
    slot = np.argmax(sequences.labels == sequences.truth[:, None], axis=1)
    items[:, -1] *= np.float32(np.sqrt(1.0 - overlap**2))
    items[:, -1] += np.float32(overlap) * items[rows, slot]
    return sequences._replace(items=items)
