"""The end of a flat start as a closed form, and how long it takes; derived."""

from __future__ import annotations

import math
from typing import NamedTuple


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


def direct_time(end: End, teacher_norm: float, overlap: float) -> float:
    """B/(2 s^2) ln((1 - rho)/rho): half time of a strong start."""
    return 0.5 * end.b / teacher_norm**2 * math.log((1.0 - overlap) / overlap)


def recruit_time(teacher_norm: float, width: int, rank: int, perturbation: float) -> float:
    """ln(2 s/((h - r) eps^2) - 1)/(2 s): a fresh hidden direction grows from the perturbation."""
    room = 2.0 * teacher_norm / ((width - rank) * perturbation**2) - 1.0
    return 0.5 * math.log(max(room, 1.0)) / teacher_norm
