"""What a row is given: covariances of prompts and images, and the start."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Row

Array = npt.NDArray[np.float64]

LEARNED = 0.8  # coordinate from which on a concept is learned


def correlation(p: Any) -> float:
    """m = E z1 z2."""
    w = p.class_weights
    return float((w[0] + w[3] - w[1] - w[2]) / sum(w))


def covariances(p: Any) -> tuple[Array, Array]:
    """S_zz and S_yz, both (2, 2); the means of prompts, where classes are uneven, do not enter:
    inputs are not centred.
    """
    m, kept = correlation(p), 1.0 - p.mask
    prompts = kept * np.array([[1.0, kept * m], [kept * m, 1.0]])
    images = kept * np.array(p.signals)[:, None] * np.array([[1.0, m], [m, 1.0]])
    return prompts, images


def rotations(row: Row) -> tuple[Array, Array]:
    """U and V (2, 2) of the start K0 U V'."""
    if row.p.orientation == "aligned":
        return np.eye(2), np.eye(2)
    rng = row.generator("start")
    return tuple(np.linalg.qr(rng.standard_normal((2, 2)))[0] for _ in range(2))  # type: ignore[return-value]


def start_layers(row: Row) -> tuple[Array, Array]:
    """W1 (H, 2) and W2 (2, H), balanced."""
    u, v = rotations(row)
    q = np.linalg.qr(row.generator("hidden").standard_normal((row.p.width, 2)))[0]
    root = np.sqrt(row.p.start_strength)
    return root * q @ v.T, root * u @ q.T
