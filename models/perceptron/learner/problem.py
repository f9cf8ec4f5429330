"""What a row learns: teachers, patterns packed to bits, and the field it starts from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.perceptron.learner.parameters import LearnerParameters
from toysim.models.perceptron.samplers.instances import Signs, flipped, given_or, signs

Array = npt.NDArray[np.float64]
BITS = 8  # signs in a code


class Task(NamedTuple):
    """One task: its teacher W (N,), and the signs z = y x of its patterns in minibatches, twice.

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


def problem_of(row: Row) -> Problem:
    """A row: teachers W_2 = W_1 with an exact number of flips, random patterns, theta ~ N(0, 1);
    or what is given in their place.
    """
    p: LearnerParameters = row.p
    first = signs(row.generator("teacher"), p.size)
    second = flipped(row.generator("flips"), first, p.task_overlap)
    first, second = given_or(np.stack([first, second]), p.teachers)
    tasks = (_task(row, 1, first), _task(row, 2, second))
    return Problem(p, tasks, np.array(p.start_fields or row.normal("theta", p.size)))


def _task(row: Row, number: int, teacher: Signs) -> Task:
    p: LearnerParameters = row.p
    given = (p.patterns_1, p.patterns_2)[number - 1]
    z = patterns(row.generator(f"patterns_{number}"), teacher, p.n_patterns(number), given)
    return packed(teacher, z, p.batch_size)


def patterns(generator: np.random.Generator, teacher: Signs, n: int, given: Any = ()) -> Signs:
    """z = y x (n, N) with y = sign(W.x): all that a learner of the labels needs; x random, or as
    given.
    """
    x = given_or(signs(generator, n, len(teacher)), given)
    fields = x @ teacher.astype(np.float32)  # sums of signs are exact in float32
    return x * np.sign(fields).astype(np.int8)[:, None]


def packed(teacher: Signs, z: Signs, batch_size: int) -> Task:
    """Patterns z (n, N) in minibatches of ``batch_size`` (0: all in one), the last one smaller."""
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
