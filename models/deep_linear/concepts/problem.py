"""What a row is given: covariances of prompts and images, and the start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]

TURN = math.sqrt(0.5) * np.array([[1.0, 1.0], [1.0, -1.0]])  # to (z1 + z2, z1 - z2)/sqrt 2
LEARNED = 0.8  # coordinate from which on a concept is learned


def correlation(p: Any) -> float:
    """m = E z1 z2."""
    w = p.class_weights
    return float((w[0] + w[3] - w[1] - w[2]) / sum(w))


def covariances(p: Any) -> tuple[Array, Array]:
    """S_zz and S_yz, both (2, 2), in the inputs (z1 + z2)/sqrt 2 and (z1 - z2)/sqrt 2, where 1 + m
    and 1 - m stand alone and keep their digits next to 0.

    The means of prompts, where classes are uneven, do not enter: inputs are not centred.
    """
    w, kept = p.class_weights, 1.0 - p.mask
    both = 2.0 / sum(w) * np.array([w[0] + w[3], w[1] + w[2]])  # 1 + m, 1 - m
    prompts = kept * np.diag(p.mask + kept * both)
    images = kept * np.array(p.signals)[:, None] * TURN * both
    return prompts, images


def rotations(row: Row) -> tuple[Array, Array]:
    """U and V (2, 2) of the start K0 U V', V in the inputs of the covariances."""
    if row.p.orientation == "aligned":
        return np.eye(2), TURN
    rng = row.generator("start")
    u, v = (np.linalg.qr(rng.standard_normal((2, 2)))[0] for _ in range(2))
    return u, TURN @ v


def start_layers(row: Row) -> tuple[Array, Array]:
    """W1 (H, 2) and W2 (2, H), balanced."""
    u, v = rotations(row)
    q = np.linalg.qr(row.generator("hidden").standard_normal((row.p.width, 2)))[0]
    root = np.sqrt(row.p.start_strength)
    return root * q @ v.T, root * u @ q.T
