"""Parameters of the minimal induction head."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.induction_head.parameters import MAX_NUMBERS, SequenceParameters, start


class HeadParameters(SequenceParameters):
    """Task, head, classifier, and SGD on fresh batches."""

    contents: Literal["gaussian", "orthonormal"] = parameter(
        "gaussian",
        symbol="contents",
        meaning="items and labels drawn N(0, 1/D), or at right angles: the limit of large D, "
        "where theory holds",
    )
    learn_beta2: bool = parameter(
        True, symbol="three", meaning="three parameters; false: beta2 stays at its start"
    )
    beta1_start: float = start("beta1", "previous-token logit of layer 1")
    alpha_start: float = start("alpha", "matching strength of layer 2")
    beta2_start: float = start("beta2", "label logit of layer 2")
    classifier_input: Literal["output", "sum", "concat"] = parameter(
        "concat", symbol="z", meaning="layer 2's output o alone, target + o, or both side by side"
    )
    n_hidden: int = parameter(
        0, symbol="H", meaning="ReLU layers of the classifier; 0: linear", ge=0, le=8
    )
    hidden_width: int = parameter(
        0, symbol="w", meaning="units of a ReLU layer; 0: twice the size of z", ge=0, le=10**4
    )
    weight_scale: float = parameter(
        0.0,
        symbol="w0",
        meaning="start of the classifier in units of its fan-in scale",
        ge=0,
        le=100,
    )
    learning_rate: float = parameter(
        1.0, symbol="eta", meaning="step of SGD", gt=0, le=1e3, stream=False
    )
    n_steps: int = parameter(
        300, symbol="T", unit="updates", meaning="length of the run", ge=1, le=10**8, stream=False
    )

    @property
    def input_size(self) -> int:
        """Numbers of the classifier's input z."""
        return self.dimension * (2 if self.classifier_input == "concat" else 1)

    @property
    def width(self) -> int:
        """Units of a ReLU layer, also where they are left to the size of z."""
        return self.hidden_width or 2 * self.input_size

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the classifier's layers."""
        sizes = [self.input_size, *[self.width] * self.n_hidden, self.n_labels]
        return [(rows, columns) for columns, rows in pairwise(sizes)]

    @model_validator(mode="after")
    def _classifier_fits(self) -> HeadParameters:
        if self.n_hidden > 0 and self.weight_scale == 0 and not self.start_weights:
            raise ValueError(
                "weight_scale = 0 with n_hidden > 0: hidden layers never leave 0; give "
                "weight_scale = 1"
            )
        if self.n_hidden * self.width * max(self.width, self.input_size) > MAX_NUMBERS:
            raise ValueError(
                f"n_hidden = {self.n_hidden} layers of width {self.width} are too large; lower "
                "hidden_width"
            )
        return self

    @model_validator(mode="after")
    def _right_angles_fit(self) -> HeadParameters:
        if self.contents != "orthonormal":
            return self
        if self.items or self.label_vectors:
            raise ValueError(
                "contents = orthonormal draws its own sequences; give contents = gaussian with "
                "items or label_vectors"
            )
        room = self.n_labels + self.n_pairs + 1
        if self.n_classes > 0 or self.burst > 1:
            raise ValueError(
                "contents = orthonormal is for novel classes, one copy each; give n_classes = "
                "0, burst = 1"
            )
        if self.dimension < room:
            raise ValueError(
                f"dimension = {self.dimension} is too small for contents at right angles: "
                f"n_labels + n_pairs + 1 = {room}; raise it or give contents = gaussian"
            )
        return self
