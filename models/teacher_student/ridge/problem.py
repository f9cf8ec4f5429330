"""What both sides are given: a power law's modes, and random features with their teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.models.teacher_student.ridge.parameters import features

Array = npt.NDArray[np.float64]

OF_FEATURES = ("feature_draw", "dimension", "feature_ratio")


def power_law(p: Any) -> tuple[Array, Array]:
    """Variances s_i = i^-p and explained variances s_i b_i = i^-c, both (d,)."""
    i = np.arange(1.0, p.dimension + 1.0)
    return i**-p.capacity, i**-p.source


@dataclass(frozen=True)
class Features:
    """Features F (p', d) and teacher w* (d,) of |w*|^2 = rho d."""

    matrix: Array
    teacher: Array


def drawn_features(batch: Batch, i: int, p: Any) -> Features:
    """Of row i: its replicas, penalties and noises share them."""
    shared = batch.sharing(*OF_FEATURES)
    teacher = shared.generator(i, "teacher").standard_normal(p.dimension)
    matrix = shared.generator(i, "features").standard_normal((features(p), p.dimension))
    return Features(matrix, teacher * np.sqrt(p.signal * p.dimension / (teacher @ teacher)))
