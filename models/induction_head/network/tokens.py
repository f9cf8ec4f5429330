"""Sequences as the network gets them: the contents and places of their tokens.

A token is [one-hot of its place (P) | content (D)]; it is laid out when its batch is used.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.weights import DTYPES
from toysim.models.induction_head.sequences import Contents, Sequences


class Tokens(NamedTuple):
    """S sequences of T = 2N + 1 tokens item, label, ..., item, label, target.

    items (S, N+1, D), label_vectors (L, D): contents; labels (S, N), truth (S,); first (S,): the
    place of token 0.
    """

    items: Any
    label_vectors: Any
    labels: Any
    truth: Any
    first: Any


def tokens(
    p: NetworkParameters, contents: Contents, drawn: Sequences, generator: np.random.Generator
) -> Tokens:
    """Sequences put on places at random, in the network's precision."""
    first = generator.integers(p.positions - p.n_tokens + 1, size=len(drawn.truth))
    dtype = DTYPES[p.precision]
    return Tokens(
        drawn.items.astype(dtype, copy=False),
        contents.label_vectors.astype(dtype, copy=False),
        drawn.labels,
        np.ascontiguousarray(drawn.truth),  # a column of the labels would compile all again
        first,
    )


def part(tokens: Tokens, start: int, stop: int) -> Tokens:
    """Some of the sequences."""
    return Tokens(
        tokens.items[start:stop],
        tokens.label_vectors,
        tokens.labels[start:stop],
        tokens.truth[start:stop],
        tokens.first[start:stop],
    )
