"""Teachers by how alike they are: unit vectors of given correlations, or drawn ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def arranged(p: Any) -> Array:
    """Coordinates (K, m) of the teachers of a model with ``teachers`` and ``arrangement``."""
    if p.teachers:
        return np.array(p.teachers, float)
    return drawn(p) if p.arrangement == "random" else root(correlations(p))


def correlations(p: Any) -> Array:
    """Scalar products (K, K) of the unit teachers: s, s^abs(i-j), or s within two halves."""
    i = np.arange(p.n_tasks)
    if p.arrangement == "chain":
        return np.asarray(float(p.similarity) ** np.abs(i[:, None] - i))
    half = 2 * i // p.n_tasks if p.arrangement == "clusters" else np.zeros(p.n_tasks)
    return np.where(np.eye(p.n_tasks) == 1.0, 1.0, p.similarity * (half[:, None] == half))


def root(gram: Array) -> Array:
    """Vectors (K, K) of these scalar products: the symmetric square root."""
    square, axes = np.linalg.eigh(gram)
    return np.asarray((axes * np.sqrt(np.maximum(square, 0.0))) @ axes.T)


def drawn(p: Any) -> Array:
    """sqrt(s) common + sqrt(1 - s) private Gaussian vectors (K, m) of mean square length 1, each
    times exp(spread z); ``teacher_draw`` says which, ``common_draw`` from 0 on the common one.
    """
    z = np.random.default_rng(p.teacher_draw).standard_normal((p.n_tasks + 1, p.teacher_dimension))
    if p.common_draw >= 0:
        z[0] = np.random.default_rng((p.common_draw, 2)).standard_normal(p.teacher_dimension)
    sizes = np.random.default_rng((p.teacher_draw, 1)).standard_normal(p.n_tasks)
    directions = np.sqrt(p.similarity) * z[0] + np.sqrt(1.0 - p.similarity) * z[1:]
    grown = np.exp(p.spread * sizes) / np.sqrt(p.teacher_dimension)
    return np.asarray(directions * grown[:, None])


def least_similarity(p: Any) -> float:
    """Least s of which there are unit vectors."""
    if p.arrangement == "random":
        return 0.0
    alike = p.n_tasks if p.arrangement == "equal" else -(-p.n_tasks // 2)
    return -1.0 if p.arrangement == "chain" or alike < 2 else -1.0 / (alike - 1)


def distances(v: Array) -> Array:
    """D_ij = |v_i - v_j|^2 (K, K)."""
    return np.asarray(np.sum((v[:, None] - v) ** 2, axis=2))
