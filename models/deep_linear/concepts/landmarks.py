"""Landmarks of concepts: plateau, swing and end at the held-out prompt; derived."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.deep_linear.concepts.problem import correlation

Array = npt.NDArray[np.float64]


def held_out_end(p: Any) -> float:
    """Coordinates of W = S_yz S_zz^-1 at (1, 1)."""
    m = correlation(p)
    if 1.0 + (1.0 - p.mask) * m == 0.0:
        raise ValueError("m = -1 without mask: the held-out prompt is never reached")
    return float((1.0 + m) / (1.0 + (1.0 - p.mask) * m))


def _phases(p: Any) -> tuple[Array, Array, float, float]:
    """Top eigenvector u of the images' covariance, the signals, s1 of S_yz and s2' of phase 2."""
    sigma, m = np.array(p.signals), correlation(p)
    if sigma[0] == sigma[1] or m == 0.0:
        raise ValueError("equal signals or uncorrelated concepts: there is no plateau")
    if abs(m) == 1.0:
        raise ValueError("m = -1 or 1: the second phase never comes")
    prompts = np.array([[1.0, m], [m, 1.0]])
    _, vectors = np.linalg.eigh(sigma[:, None] * prompts * sigma)
    across, u = vectors.T
    s1 = float(np.linalg.svd(sigma[:, None] * prompts, compute_uv=False)[0])
    return u, sigma, s1, float(np.linalg.norm(prompts @ (sigma * across)))


def _plateau(p: Any, k: int) -> float:
    """u_k (u.sigma)/sigma_k: the best map of rank one projects the image on u."""
    u, sigma, _, _ = _phases(p)
    return float(u[k] * (u @ sigma) / sigma[k])


def plateau_strong(p: Any) -> float:
    return _plateau(p, int(np.argmax(p.signals)))


def plateau_weak(p: Any) -> float:
    return _plateau(p, int(np.argmin(p.signals)))


def learning_slope(p: Any) -> float:
    """1/(2 s1)."""
    return 0.5 / _phases(p)[2]


def turn_slope(p: Any) -> float:
    """1/(2 s1) + (1 - s2/s1)/(2 s2'), s2 = |det S_yz|/s1."""
    _, sigma, s1, later = _phases(p)
    m = correlation(p)
    if m >= 0.0:
        raise ValueError("class weights with m >= 0: the weak concept does not turn")
    s2 = float(sigma[0] * sigma[1] * (1.0 - m * m)) / s1
    return 0.5 / s1 + 0.5 * (1.0 - s2 / s1) / later
