"""Weights at the start: aligned with the task, Gaussian, or balanced at an arbitrary
orientation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.models.deep_linear.modes.start import imbalance
from toysim.models.deep_linear.network.task import Task

Array = npt.NDArray[np.float64]
Layers = list[Array]  # W_1 .. W_D of one pathway


def start_weights(batch: Batch, tasks: list[Task]) -> Iterator[list[Layers]]:
    """Layers of every pathway, row after row."""
    n_pathways = int(batch["n_pathways"][0])
    factors = imbalance(batch, n_pathways)
    for i, generator in enumerate(batch.generators("weights")):
        row, task = batch.values(i), tasks[i]
        if row["start"] == "aligned":
            pathways = [_aligned(generator, row, task)] * n_pathways
        elif row["start"] == "gaussian":
            pathways = [_gaussian(generator, row, task) for _ in range(n_pathways)]
        else:
            pathways = [_balanced(generator, row, task) for _ in range(n_pathways)]
        yield [
            [factor * W for W in layers]
            for factor, layers in zip(factors[i], pathways, strict=True)
        ]


def start_strengths(batch: Batch, n_modes: int) -> Array:
    """Strengths k (n, n_modes) of the modes at an aligned start; NaN for modes beyond the width."""
    found = np.full((len(batch), n_modes), np.nan)
    for i, generator in enumerate(batch.generators("weights")):
        k = _strengths(generator, batch.values(i))[:n_modes]
        found[i, : len(k)] = k
    return found


def _strengths(generator: np.random.Generator, row: dict[str, float]) -> Array:
    """K0 (1 + sigma z), largest first, one for every unit of a hidden layer."""
    noise = row["strength_noise"] * generator.standard_normal(int(row["width"]))
    return np.sort(np.abs(row["start_strength"] * (1.0 + noise)))[::-1]


def _aligned(generator: np.random.Generator, row: dict[str, float], task: Task) -> Layers:
    """W_1 = R A V', W_l = R A R', W_D = U A R' with A = diag(k^(1/D)) and one orthogonal R
    (arXiv:2308.12221).

    The first n_modes entries of k are the modes' strengths; the other hidden directions never move.
    """
    depth, width = int(row["depth"]), int(row["width"])
    a = _strengths(generator, row) ** (1.0 / depth)
    R = orthogonal(generator, width)
    n = min(width, len(task.S))
    if depth == 1:
        return [(task.U[:, :n] * a[:n]) @ task.V[:, :n].T]
    first, last = (R[:, :n] * a[:n]) @ task.V[:, :n].T, (task.U[:, :n] * a[:n]) @ R[:, :n].T
    return [first, *[(R * a) @ R.T] * (depth - 2), last]


def _gaussian(generator: np.random.Generator, row: dict[str, float], task: Task) -> Layers:
    """W_l ~ N(0, K0^(2/D) / columns): an input with entries of size 1 leaves with entries of size
    K0.
    """
    sides = layer_sides(int(row["depth"]), int(row["width"]), task)
    scale = row["start_strength"] ** (1.0 / row["depth"])
    shapes = zip(sides[1:], sides[:-1], strict=True)
    return [scale / np.sqrt(c) * generator.standard_normal((r, c)) for r, c in shapes]


def _balanced(generator: np.random.Generator, row: dict[str, float], task: Task) -> Layers:
    """W_1 = R diag(a) Q', W_2 = P diag(b) R' with b^2 - a^2 = lambda, ab = k and random
    orientations P, Q, R.

    Hidden directions beyond the inputs or the outputs have k = 0: a or b vanishes there, at lambda
    = 0 both.
    """
    width, balance = int(row["width"]), row["balance"]
    n_out, n_in = task.input_output.shape
    k = _strengths(generator, row)
    k[min(n_in, n_out) :] = 0.0
    larger = 0.5 * (abs(balance) + np.hypot(balance, 2.0 * k))
    smaller = np.divide(k * k, larger, out=np.zeros(width), where=larger > 0)
    a, b = np.sqrt((smaller, larger) if balance >= 0 else (larger, smaller))
    R = orthogonal(generator, width)
    bases = [orthogonal(generator, n)[:, :width] for n in (n_in, n_out)]
    Q, P = (np.pad(basis, ((0, 0), (0, width - basis.shape[1]))) for basis in bases)
    return [(R * a) @ Q.T, (P * b) @ R.T]


def layer_sides(depth: int, width: int, task: Task) -> list[int]:
    """Units of every stage: n_in, h, ..., h, n_out."""
    n_out, n_in = task.input_output.shape
    return [n_in, *[width] * (depth - 1), n_out]


def orthogonal(generator: np.random.Generator, n: int) -> Array:
    """A random orthogonal matrix (n, n), uniformly distributed."""
    q, r = np.linalg.qr(generator.standard_normal((n, n)))
    return np.asarray(q * np.sign(np.diag(r)))
