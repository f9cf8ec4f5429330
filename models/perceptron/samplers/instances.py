"""Instances of the perceptron problems at finite size: patterns, labels and teachers.

A pattern x is a row of N independent signs, its label y a sign; only y x enters. The samplers hold
the labelled patterns as (N, P) int8, one row per weight: a change of one weight then reads one row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing

Signs = npt.NDArray[np.int8]


def signs(generator: np.random.Generator, *shape: int) -> Signs:
    """Independent unbiased signs."""
    return 2 * generator.integers(0, 2, shape, dtype=np.int8) - 1


@borrowing
def combined(rows: Signs, weights: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """out_u = sum_i weights_i rows_i,u: rows (n, m), weights (n,), out (m,).

    Row by row, so that it vectorises and keeps its order.
    """
    out[:] = 0.0
    for i in range(len(weights)):
        weight = weights[i]
        for u in range(len(out)):
            out[u] += weight * rows[i, u]


def given_or(drawn: Signs, given: Any) -> Signs:
    """Signs handed in, or those drawn where none are."""
    return np.array(given, np.int8) if len(given) else drawn


def labelled(
    generator: np.random.Generator,
    size: int,
    patterns: int,
    teacher: Signs | None = None,
    given: Any = (),
) -> Signs:
    """y x of ``patterns`` random patterns, (size, patterns); y = sign(W.x) of a teacher W (size,).

    In a tie, at even size, y = 1. Without a teacher labels are random, and y x is distributed as x.
    ``given`` (patterns, size) takes the place of random x, without a teacher of y x.
    """
    x = np.array(given, np.int8).T.copy() if len(given) else signs(generator, size, patterns)
    if teacher is None:
        return x
    fields = np.empty(patterns)
    combined(x, teacher.astype(float), fields)
    x[:, fields < 0.0] *= -1
    return x


def teachers(
    generator: np.random.Generator, size: int, overlap: float, given: Any = ()
) -> tuple[Signs, Signs]:
    """Teachers (size,) of two tasks, drawn with this overlap, or given."""
    if len(given):
        first, second = np.array(given, np.int8)
        return first, second
    first = signs(generator, size)
    return first, flipped(generator, first, overlap)


def flipped(generator: np.random.Generator, teacher: Signs, overlap: float) -> Signs:
    """A second teacher (N,) that differs in exactly round(N (1 - overlap)/2) random places.

    Independent flips would give the overlap a deviation of sqrt((1 - overlap^2)/N), more than what
    samplers resolve.
    """
    second = teacher.copy()
    second[generator.permutation(len(teacher))[: round(0.5 * len(teacher) * (1.0 - overlap))]] *= -1
    return second
