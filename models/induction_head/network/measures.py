"""What is looked at in the network on the way, on test sets that stay the same through a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from toysim.models.induction_head.measures import answers, at_record
from toysim.models.induction_head.network.attention import Workspace
from toysim.models.induction_head.network.passes import forward
from toysim.models.induction_head.network.tokens import Tokens, part
from toysim.models.induction_head.network.weights import Weights

Array = npt.NDArray[np.float64]


def measure(tokens: Tokens, weights: Weights, space: Workspace) -> dict[str, float]:
    """Means over a test set of ``answers``, of label_mass and of ila1, in parts that have room in
    the workspace.

    label_mass: probability of all labels of the context; ila1: layer-1 attention of labels to the
    item before them.
    """
    n, room = len(tokens.truth), len(space.u)
    parts = (part(tokens, k, min(k + room, n)) for k in range(0, n, room))
    sums = [_sums(some, weights, space) for some in parts]
    return {name: sum(of[name] for of in sums) / n for name in sums[0]}


def _sums(tokens: Tokens, weights: Weights, space: Workspace) -> dict[str, float]:
    found = forward(tokens, weights, space)
    labels, probability = tokens.labels, found.probability
    shown = np.zeros(probability.shape, bool)
    shown[np.arange(len(labels))[:, None], labels] = True
    each = {
        **answers(found.logits, probability, found.a2[:, 1::2], labels, tokens.truth),
        "label_mass": np.where(shown, probability, 0).sum(axis=1),
        "ila1": np.diagonal(found.a1, -1, axis1=1, axis2=2)[:, ::2].mean(axis=1),
    }
    return {name: float(np.sum(values, dtype=float)) for name, values in each.items()}


def look(tests: Mapping[str, Tokens], weights: Weights, space: Workspace) -> dict[str, float]:
    """All courses' values at one record."""
    found = {name: measure(test_set, weights, space) for name, test_set in tests.items()}
    novel = found["ic"]
    return {**at_record(found), "label_mass": novel["label_mass"], "ila1": novel["ila1"]}


def attention_maps(test_set: Tokens, weights: Weights, space: Workspace) -> tuple[Array, Array]:
    """Layer 1 (T, T) and the target's row of layer 2 (T,), of the first test sequence."""
    found = forward(part(test_set, 0, 1), weights, space)
    return found.a1[0].astype(float), found.a2[0].astype(float)
