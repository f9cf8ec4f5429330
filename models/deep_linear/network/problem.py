"""What a row is given besides its task: lesions, and weights at the start, aligned with the task,
Gaussian, or balanced at an arbitrary orientation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.deep_linear.network.parameters import NetworkParameters
from toysim.models.deep_linear.network.task import Task
from toysim.models.deep_linear.problem import imbalance
from toysim.numerics.flat import parts

Array = npt.NDArray[np.float64]
Layers = list[Array]  # W_1 .. W_D of one pathway


def lesions_of(p: NetworkParameters) -> npt.NDArray[np.bool_]:
    """Which modes are cut out of which pathways, (P, n_modes)."""
    cut = np.zeros((p.n_pathways, p.n_modes), np.bool_)
    for pathway, mode in p.lesions:
        cut[int(pathway), int(mode)] = True
    return cut


def start_weights(row: Row, task: Task) -> list[Layers]:
    """Layers of every pathway."""
    p, generator = row.p, row.generator("weights")
    if p.start_weights:
        layers = parts(p.start_weights, p.shapes * p.n_pathways)
        return [layers[k : k + p.depth] for k in range(0, len(layers), p.depth)]
    if p.start == "aligned":
        return _aligned(generator, p, task)
    draw = _gaussian if p.start == "gaussian" else _balanced
    pathways = [draw(generator, p, task) for _ in range(p.n_pathways)]
    factors = imbalance(p.start_imbalance, p.n_pathways)
    return [[f * W for W in layers] for f, layers in zip(factors, pathways, strict=True)]


def aligned_layers(row: Row) -> Array:
    """Layers a of an aligned start (P, h), all D of a pathway alike; first those of the modes."""
    return _numbers(row.generator("weights"), row.p)


def _numbers(generator: np.random.Generator, p: NetworkParameters) -> Array:
    """Roots of the strengths, drawn ones times the imbalance; hidden directions without a mode do
    not move.
    """
    drawn = _strengths(generator, p)
    if not p.start_strengths:
        return np.outer(imbalance(p.start_imbalance, p.n_pathways), drawn ** (1.0 / p.depth))
    given = np.array(p.start_strengths) ** (1.0 / p.depth)
    return np.pad(given, ((0, 0), (0, max(0, p.width - p.n_modes))))


def _strengths(generator: np.random.Generator, p: NetworkParameters) -> Array:
    """K0 (1 + sigma z), largest first, one for every unit of a hidden layer."""
    noise = p.strength_noise * generator.standard_normal(p.width)
    return np.sort(np.abs(p.start_strength * (1.0 + noise)))[::-1]


def _aligned(generator: np.random.Generator, p: NetworkParameters, task: Task) -> list[Layers]:
    """W_1 = R A V', W_l = R A R', W_D = U A R' with A = diag(a) and one orthogonal R
    (arXiv:2308.12221).

    Of the numbers a of a pathway the first n_modes are those of the modes; the other hidden
    directions never move.
    """
    numbers = _numbers(generator, p)
    R = orthogonal(generator, p.width)
    return [_aligned_pathway(a, R, p.depth, task) for a in numbers]


def _aligned_pathway(a: Array, R: Array, depth: int, task: Task) -> Layers:
    n = min(len(a), len(task.S))
    if depth == 1:
        return [(task.U[:, :n] * a[:n]) @ task.V[:, :n].T]
    first, last = (R[:, :n] * a[:n]) @ task.V[:, :n].T, (task.U[:, :n] * a[:n]) @ R[:, :n].T
    return [first, *[(R * a) @ R.T] * (depth - 2), last]


def _gaussian(generator: np.random.Generator, p: NetworkParameters, task: Task) -> Layers:
    """W_l ~ N(0, K0^(2/D) / columns): inputs of size 1 leave with size K0."""
    scale = p.start_strength ** (1.0 / p.depth)
    return [scale / np.sqrt(c) * generator.standard_normal((r, c)) for r, c in p.shapes]


def _balanced(generator: np.random.Generator, p: NetworkParameters, task: Task) -> Layers:
    """W_1 = R diag(a) Q', W_2 = P diag(b) R' with b^2 - a^2 = lambda, ab = k and random
    orientations P, Q, R.

    Hidden directions beyond the inputs or the outputs have k = 0: a or b vanishes there, at lambda
    = 0 both.
    """
    n_out, n_in = task.input_output.shape
    k = _strengths(generator, p)
    k[min(n_in, n_out) :] = 0.0
    larger = 0.5 * (abs(p.balance) + np.hypot(p.balance, 2.0 * k))
    smaller = np.divide(k * k, larger, out=np.zeros(p.width), where=larger > 0)
    a, b = np.sqrt((smaller, larger) if p.balance >= 0 else (larger, smaller))
    R = orthogonal(generator, p.width)
    bases = [orthogonal(generator, n)[:, : p.width] for n in (n_in, n_out)]
    Q, P = (np.pad(basis, ((0, 0), (0, p.width - basis.shape[1]))) for basis in bases)
    return [(R * a) @ Q.T, (P * b) @ R.T]


def orthogonal(generator: np.random.Generator, n: int) -> Array:
    """A random orthogonal matrix (n, n), uniformly distributed."""
    q, r = np.linalg.qr(generator.standard_normal((n, n)))
    return np.asarray(q * np.sign(np.diag(r)))
