"""Codes of drawn points: one product, bits in words, and a table of the words seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.memory.activation_codes.trinomial import mean_accuracy

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]


@kernel
def packed(projections: Array) -> Words:
    """Signs (M, n) as bits of words (M, W)."""
    m, n = projections.shape
    words = np.zeros((m, (n + 63) // 64), np.uint64)
    for i in range(m):
        for j in range(n):
            if projections[i, j] > 0.0:
                words[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    return words


@kernel
def hashed(words: Words, i: int) -> Any:
    """The splitmix64 finaliser over the words of a code."""
    h = np.uint64(0)
    for w in range(words.shape[1]):
        h ^= words[i, w] + np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        h ^= h >> np.uint64(31)
    return h


@kernel
def same(words: Words, i: int, j: int) -> bool:
    equal = True
    for w in range(words.shape[1]):
        equal &= words[i, w] == words[j, w]
    return equal


@kernel
def collisions(words: Words) -> tuple[int, int]:
    """Pairs with one code, and codes that are different; an open table of twice the points."""
    size = 2
    while size < 2 * len(words):
        size *= 2
    first, count = np.full(size, -1), np.zeros(size, np.int64)
    pairs, distinct = 0, 0
    for i in range(len(words)):
        at = np.int64(hashed(words, i) & np.uint64(size - 1))
        while first[at] >= 0 and not same(words, first[at], i):
            at = (at + 1) & (size - 1)
        if first[at] < 0:
            first[at] = i
            distinct += 1
        pairs += count[at]
        count[at] += 1
    return pairs, distinct


def nearest(bits: npt.NDArray[np.float32], own: npt.NDArray[np.int64], c: int) -> float:
    """Share of points (signs (C + M, n), prototypes first) whose own prototype agrees most, ties
    shared.
    """
    agreed = bits[c:] @ bits[:c].T
    best = agreed == agreed.max(axis=1, keepdims=True)
    right = best[np.arange(len(own)), own] / best.sum(axis=1)
    return float(right.mean())


def observed(row: Row) -> dict[str, float]:
    """Every observable of a row."""
    p, c = row.p, row.p.n_prototypes
    x = row.normal("points", c + p.n_points, p.dimension)
    own = np.arange(p.n_points) % max(c, 1)
    if c:
        x[c:] = x[:c][own] + p.spread * x[c:]
    projections = x @ row.normal("weights", p.n_units, p.dimension).T
    words = packed(projections[c:])
    pairs, distinct = collisions(words)
    ones = (projections[c:] > 0.0).sum(axis=0).astype(float)
    apart = float(ones @ (p.n_points - ones)) / (0.5 * p.n_points * (p.n_points - 1))
    accuracy, law = np.nan, np.nan
    if c:
        accuracy = nearest(np.where(projections > 0.0, 1, -1).astype(np.float32), own, c)
        law = mean_accuracy(x, own, p.n_units) if c == 2 else np.nan
    return {
        "colliding_pairs": float(pairs),
        "redundancy": 1.0 - distinct / p.n_points,
        "code_distance": apart / p.n_units,
        "prototype_accuracy": accuracy,
        "accuracy_excess": accuracy - law,
    }


def simulate(batch: Batch) -> Rows:
    """Every row."""
    return stacked([observed(row) for row in batch.rows()])
