"""Parameters of the task, shared by all models that are trained on sampled sequences."""

from __future__ import annotations

import math
from typing import Any

from pydantic import model_validator

from toysim.model import Matrix, Tensor, Vector, parameter
from toysim.numerics.flat import refuse_misfit
from toysim.records import Recorded, recording

MAX_NUMBERS = 2**27  # of a batch, or of what a run draws once: half a gigabyte


def start(symbol: str, meaning: str) -> float:
    """A number of a head or of nested logits before training."""
    value: float = parameter(0.0, symbol=symbol, meaning=f"{meaning} at the start", ge=-50, le=50)
    return value


class SequenceParameters(Recorded):
    """Sequences of N item-label pairs and a target item; see ``sequences`` for how they are
    drawn. What a run is asked for is read off its course, so it has records by default.
    """

    n_records: int = recording(61)
    n_pairs: int = parameter(
        4, symbol="N", meaning="item-label pairs in the context", ge=2, le=1000
    )
    n_labels: int = parameter(16, symbol="L", meaning="labels in all", ge=2, le=10**4)
    n_classes: int = parameter(
        0,
        symbol="K",
        meaning="classes of training, class c with label c mod L; 0: novel classes only",
        ge=0,
        le=10**6,
    )
    dimension: int = parameter(
        63, symbol="D", meaning="numbers an item or label consists of", ge=1, le=10**5
    )
    burst: int = parameter(
        1, symbol="B", meaning="copies of a class in a bursty context", ge=1, le=1000
    )
    item_noise: float = parameter(
        0.1, symbol="eps", meaning="noise of an item about its class", ge=0, le=100
    )
    p_novel: float = parameter(
        1.0, symbol="p_C", meaning="share of sequences with novel classes", ge=0, le=1
    )
    p_bursty: float = parameter(
        1.0, symbol="p_B", meaning="share of bursty ones among the others", ge=0, le=1
    )
    zipf_exponent: float = parameter(
        0.0,
        symbol="zipf",
        meaning="class c has weight (c + 1)^-zipf in plain sequences",
        ge=0,
        le=10,
    )
    batch_size: int = parameter(64, symbol="S", meaning="fresh sequences an update", ge=1, le=10**5)
    n_test: int = parameter(500, symbol="n", meaning="sequences of a test set", ge=1, le=10**6)
    items: Tensor = parameter(
        (),
        symbol="x",
        meaning="items of every sequence, the target last: every update takes these sequences, all "
        "of them, and so do the tests as in training",
    )
    labels: Matrix = parameter(
        (), symbol="y", meaning="labels of the items handed in, the target's right one last"
    )
    label_vectors: Matrix = parameter(
        (), symbol="l", meaning="contents of all labels, in place of drawn ones"
    )
    start_weights: Vector = parameter(
        (),
        symbol="W0",
        meaning="all weights at the start, matrix by matrix, row by row, in place of drawn ones",
    )
    keep_gradient: bool = parameter(
        False, symbol="keep", meaning="keep the gradient of the first update", stream=False
    )

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the weights, in their order."""
        raise NotImplementedError

    @property
    def n_weights(self) -> int:
        return sum(math.prod(shape) for shape in self.shapes)

    @model_validator(mode="after")
    def _given_fit(self) -> SequenceParameters:
        refuse_misfit("start_weights", self.start_weights, self.shapes)
        S, tokens, D = self.batch_size, self.n_pairs + 1, self.dimension
        self._of_shape("items", (S, tokens, D), "batch_size, n_pairs + 1, dimension")
        self._of_shape("labels", (S, tokens), "batch_size, n_pairs + 1")
        self._of_shape("label_vectors", (self.n_labels, D), "n_labels, dimension")
        if bool(self.items) != bool(self.labels):
            raise ValueError("items and labels make sequences together; give both or none")
        if any(label not in range(self.n_labels) for row in self.labels for label in row):
            raise ValueError(f"labels: every one must be in 0..{self.n_labels - 1}")
        return self

    def _of_shape(self, name: str, wanted: tuple[int, ...], called: str) -> None:
        given = getattr(self, name)
        if given and (found := _shape(given)) != wanted:
            raise ValueError(f"{name} has shape {found}; give {wanted} ({called})")

    @model_validator(mode="after")
    def _classes_fit(self) -> SequenceParameters:
        N, L, K, B = self.n_pairs, self.n_labels, self.n_classes, self.burst
        if K == 0 and self.p_novel < 1:
            raise ValueError(
                f"p_novel = {self.p_novel:g} needs classes to train on; give n_classes, or "
                "p_novel = 1"
            )
        if K % L:
            raise ValueError(
                f"n_classes = {K} is no multiple of n_labels = {L}; give every label as many "
                "classes"
            )
        if B >= N or N % B:
            raise ValueError(
                f"burst = {B} must divide n_pairs = {N} and be less; give one of its divisors"
            )
        if N // B > L:
            raise ValueError(
                f"n_labels = {L} is less than n_pairs/burst = {N // B}, but a bursty context "
                "shows as many distinct labels; raise n_labels or burst"
            )
        return self

    @model_validator(mode="after")
    def _draws_fit(self) -> SequenceParameters:
        in_sequence = (self.n_pairs + 1) * self.dimension + self.n_labels
        in_batch = max(self.batch_size, self.n_test) * in_sequence
        numbers = max(in_batch, (self.n_classes + self.n_labels) * self.dimension)
        if numbers > MAX_NUMBERS:
            raise ValueError(
                f"a batch, or the classes and labels, hold {numbers:.2g} numbers, more than "
                f"{MAX_NUMBERS:.2g}; lower batch_size, n_test, n_classes, n_labels or dimension"
            )
        return self


def _shape(rows: Any) -> tuple[int, ...]:
    """Of nested tuples; a -1 where rows are of several lengths."""
    if not isinstance(rows, tuple):
        return ()
    inner = {_shape(row) for row in rows}
    return (len(rows), *(inner.pop() if len(inner) == 1 else (-1,)))
