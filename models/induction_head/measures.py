"""What is looked at in a trained model: its answers to test sets that stay the same through a run.

Names of the progress measures (CLA, ILA1, TILA2, TLA2) and their roles after arXiv:2312.03002, the
formulas derived from the names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


def answers(
    logits: Floats, probability: Floats, to_labels: Floats, labels: Ints, truth: Ints
) -> dict[str, npt.NDArray[Any]]:
    """One number a sequence, (S,).

    loss, p_right and accuracy of the true label; context_label: whether the answer is a label of
    the context (CLA); tila2, tla2: layer-2 attention of the target to the labels that are right,
    and to all labels.

    logits, probability (S, L); to_labels (S, N) attention of the target; labels (S, N), truth (S,).
    """
    rows, logits = np.arange(len(truth)), logits.astype(float)
    top = logits.max(axis=1)
    log_norm = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    answer = logits.argmax(axis=1)
    return {
        "loss": log_norm - logits[rows, truth],  # the probability may underflow
        "p_right": probability[rows, truth].astype(float),
        "accuracy": answer == truth,
        "context_label": (labels == answer[:, None]).any(axis=1),
        "tila2": np.where(labels == truth[:, None], to_labels, 0).sum(axis=1),
        "tla2": to_labels.sum(axis=1),
    }


def at_record(found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Courses at one record, from the measures of the test sets.

    Without ``train`` the novel classes are those of training; NaN for tests that need classes where
    there are none.
    """
    novel = found["ic"]
    train = found.get("train", novel)
    known = {
        f"{name}_accuracy": found[name]["accuracy"] if name in found else np.nan
        for name in ("ic2", "iw")
    }
    return {
        "loss": train["loss"],
        "train_accuracy": train["accuracy"],
        "ic_accuracy": novel["accuracy"],
        **known,
        "p_right": novel["p_right"],
        "context_label_accuracy": novel["context_label"],
        "tila2": novel["tila2"],
        "tla2": novel["tla2"],
    }
