"""What a row learns: teachers, patterns packed to bits, and the field it starts from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.models.perceptron.learner.parameters import LearnerParameters

Array = npt.NDArray[np.float64]
BITS = 8  # signs in a code


class Task(NamedTuple):
    """One task: its teacher W (N,), and the signs z = y x of its patterns in minibatches, twice
    over.

    ``by_weight`` (batches, N/8, slots) packs the signs of eight weights into a code for each
    pattern, ``by_pattern`` (batches, slots/8, N) those of eight patterns for each weight. A batch
    fills the first ``counts`` of its slots.
    """

    teacher: Array
    by_weight: Any
    by_pattern: Any
    counts: Any
    n_patterns: int


class Problem(NamedTuple):
    """One row: parameters, tasks, and the field theta (N,) at the start."""

    parameters: LearnerParameters
    tasks: tuple[Task, Task]
    theta: Array


def problem_of(batch: Batch, i: int) -> Problem:
    """Row i: teachers W_2 = W_1 with an exact number of flips, patterns x uniform signs, theta ~
    N(0, 1).
    """
    one = batch.take(np.array([i]))
    p = one.model.validate(one.values(0))
    first = signs(next(one.generators("teacher")), p.size)
    second = first.copy()
    second[
        next(one.generators("flips")).permutation(p.size)[
            : round(0.5 * p.size * (1 - p.task_overlap))
        ]
    ] *= -1
    tasks = tuple(
        packed(
            teacher,
            patterns(next(one.generators(f"patterns_{t}")), teacher, p.n_patterns(t)),
            p.batch_size,
        )
        for t, teacher in ((1, first), (2, second))
    )
    return Problem(p, (tasks[0], tasks[1]), one.normal("theta", p.size)[0])


def signs(generator: np.random.Generator, *shape: int) -> npt.NDArray[np.int8]:
    """Independent +-1."""
    return (2 * generator.integers(0, 2, shape, np.int8) - 1).astype(np.int8)


def patterns(
    generator: np.random.Generator, teacher: npt.NDArray[np.int8], n: int
) -> npt.NDArray[np.int8]:
    """z = y x (n, N) with y = sign(W.x): all that a learner of the labels needs."""
    x = signs(generator, n, len(teacher))
    labels = np.sign(x @ teacher.astype(np.float32)).astype(
        np.int8
    )  # sums of signs are exact in float32
    return x * labels[:, None]


def packed(teacher: npt.NDArray[np.int8], z: npt.NDArray[np.int8], batch_size: int) -> Task:
    """A task in minibatches of ``batch_size`` patterns (0 for all in one), the last one maybe
    smaller.
    """
    n, size = z.shape
    full = min(batch_size, n) or n
    counts = np.array([min(full, n - start) for start in range(0, n, full)] if n else [], np.int64)
    slots = -(-full // BITS) * BITS
    bits = np.zeros((len(counts), slots, -(-size // BITS) * BITS), np.bool_)
    for b, count in enumerate(counts):
        bits[b, :count, :size] = z[b * full : b * full + count] > 0
    by_weight = np.packbits(bits, axis=2, bitorder="little").transpose(0, 2, 1)
    by_pattern = np.packbits(bits[:, :, :size], axis=1, bitorder="little")
    return Task(
        teacher.astype(np.float64),
        np.ascontiguousarray(by_weight),
        np.ascontiguousarray(by_pattern),
        counts,
        n,
    )
