"""What a row of the head is given: task, start, and the sequences it is trained and tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.induction_head.head.orthonormal import along_axes, label_axes
from toysim.models.induction_head.head.parameters import HeadParameters
from toysim.models.induction_head.sequences import (
    Contents,
    Sequences,
    Task,
    contents_of,
    draw_batch,
    draw_tests,
    given_sequences,
)
from toysim.numerics.flat import parts

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.floating[Any]]


def start_scores(p: HeadParameters) -> Array:
    """beta1, alpha, beta2 (3,) before training."""
    return np.array([p.beta1_start, p.alpha_start, p.beta2_start])


def start_weights(p: HeadParameters, generator: np.random.Generator) -> list[Floats]:
    """Layers of the classifier: N(0, 2/fan-in) into ReLU, N(0, 1/fan-in) at the output, times
    weight_scale; or as given.
    """
    if p.start_weights:
        return [weight.astype(np.float32) for weight in parts(p.start_weights, p.shapes)]
    weights: list[Floats] = []
    for k, (fan_out, fan_in) in enumerate(p.shapes):
        gain = 1.0 if k == p.n_hidden else 2.0
        draws = generator.standard_normal((fan_out, fan_in))
        weights.append((p.weight_scale * np.sqrt(gain / fan_in) * draws).astype(np.float32))
    return weights


@dataclass(frozen=True)
class Source:
    """Where the sequences of a row come from."""

    task: Task
    contents: Contents
    right_angles: bool
    given: Sequences | None = None

    def batch(self, size: int, generator: np.random.Generator) -> Sequences:
        """``size`` sequences as in training: those given, else fresh ones."""
        if self.given:
            return self.given
        drawn = draw_batch(self.task, self.contents, size, generator)
        return along_axes(self.task, drawn, generator) if self.right_angles else drawn

    def tests(self, size: int, generator: np.random.Generator) -> dict[str, Sequences]:
        """Test sets; ``train`` is left out where it would be ``ic``, without classes."""
        drawn = draw_tests(self.task, self.contents, size, generator)
        if self.right_angles:
            return {"ic": along_axes(self.task, drawn["ic"], generator)}
        drawn = drawn if self.task.n_classes else {"ic": drawn["ic"]}
        return {**drawn, "train": self.given} if self.given else drawn


def source_of(row: Row) -> Source:
    """That of a row; contents are drawn unless they are at right angles."""
    task = Task.of(row.p)
    if row.p.contents == "orthonormal":
        return Source(task, label_axes(task), right_angles=True)
    contents = contents_of(row.p, row.generator("labels"))
    return Source(task, contents, right_angles=False, given=given_sequences(row.p))
