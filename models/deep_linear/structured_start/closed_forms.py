"""The end of a flat start as a closed form, and how long it takes; derived."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class End(NamedTuple):
    """B of the start; at the end A of the hidden direction that learns, G = A - B = |a|^2."""

    b: float
    a: float
    g: float


def end_of(start_norm: float, rank: float, teacher_norm: float) -> End:
    """A = (B + sqrt(B^2 + 4 s^2))/2, B = F^2/r; G = s^2/A."""
    b = start_norm**2 / rank
    a = 0.5 * (b + math.hypot(b, 2.0 * teacher_norm))
    return End(b, a, teacher_norm**2 / a)


def kernel_change(end: End, rank: float, d: int, overlap: float) -> float:
    square = 2.0 * end.a * end.b * (1.0 - overlap) + (d + 3) * end.g**2
    return math.sqrt(square / rank) / end.b


def representation_change(end: End, rank: float, overlap: float) -> float:
    square = 2.0 * end.a * end.b * (1.0 - overlap) + end.g**2
    return math.sqrt(square / rank) / end.b


def weight_change(end: End, start_norm: float, overlap: float) -> float:
    """sqrt(A + B - 2 sqrt(A B rho) + G)/F."""
    square = end.a + end.b - 2.0 * math.sqrt(end.a * end.b * overlap) + end.g
    return math.sqrt(max(square, 0.0)) / start_norm


def kernel_alignment(end: End, rank: int, d: int, overlap: float) -> float:
    b, a, g = end
    size = b * b * (rank - 1) + a * a + d * g * g + 2.0 * b * g * (rank - 1) + 2.0 * a * g
    return (b * (rank - 1) + a * overlap + g * rank) / math.sqrt(rank * size)


def first_order(lam: Array, beta: Array) -> tuple[Array, float]:
    """Change of W'W (d, d) and |a|^2 of a start of full rank, to first order in |beta|^2/lam; lam
    (d,) are the eigenvalues of W'W at the start, beta (d,) the task along their directions.

        d(W'W)_ij = beta_i beta_j (lam_i^2 + lam_j^2)/[lam_i lam_j (lam_i + lam_j)]
        |a|^2 = sum beta_i^2/lam_i
    """
    a, b = lam[:, None], lam[None, :]
    change = np.outer(beta, beta) * (a * a + b * b) / (a * b * (a + b))
    return change, float(np.sum(beta**2 / lam))


def first_order_changes(lam: Array, beta: Array) -> tuple[float, float, float]:
    """Relative changes of the kernel W'W + |a|^2 and of W'W to first order, and |a|^2."""
    change, readout = first_order(lam, beta)
    start, kernel = np.linalg.norm(lam), change + readout * np.eye(len(lam))
    return (
        float(np.linalg.norm(kernel) / start),
        float(np.linalg.norm(change) / start),
        readout,
    )


def best_rank_of_many_inputs(d: int, start_norm: float, teacher_norm: float) -> float:
    """r* = [2/(3 (d+3))]^(1/4) F^2/s, the rank of least rms change of the kernel for d >> 1."""
    return math.pow(2.0 / (3.0 * (d + 3)), 0.25) * start_norm**2 / teacher_norm


def best_representation_rank_of_many_inputs(start_norm: float, teacher_norm: float) -> float:
    """r* = t F^2/s for r* << d, t^2 = 3/2 + 1/(2 sqrt(1 + 4 t^2)), t = 1.2961."""
    t = 1.0
    for _ in range(40):  # contracts by a tenth and less
        t = math.sqrt(1.5 + 0.5 / math.sqrt(1.0 + 4.0 * t * t))
    return t * start_norm**2 / teacher_norm


def direct_time(end: End, teacher_norm: float, overlap: float) -> float:
    """B/(2 s^2) ln((1 - rho)/rho): half time of a strong start."""
    return 0.5 * end.b / teacher_norm**2 * math.log((1.0 - overlap) / overlap)


def recruit_time(teacher_norm: float, width: int, rank: int, perturbation: float) -> float:
    """ln(2 s/((h - r) eps^2) - 1)/(2 s): a fresh hidden direction grows from the perturbation."""
    room = 2.0 * teacher_norm / ((width - rank) * perturbation**2) - 1.0
    return 0.5 * math.log(max(room, 1.0)) / teacher_norm
