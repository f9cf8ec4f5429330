"""Mean squared error of random features over all inputs, given their weights.

With C = F F'/d the fields of two features are normal with this covariance, and

    erf:   E phi_a phi_b = (2/pi) asin(2 C_ab/sqrt((1 + 2 C_aa)(1 + 2 C_bb))),
           E phi_a u = (2/sqrt(pi)) (F_a.w*/d)/sqrt(1 + 2 C_aa)
    relu:  E phi_a phi_b = sqrt(C_aa C_bb) (sin t + (pi - t) cos t)/(2 pi),  t their angle,
           E phi_a u = (F_a.w*/d)/2,  E phi_a = sqrt(C_aa/(2 pi)).

Elementary Gaussian integrals. For tanh there is no closed form: fresh inputs are drawn.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import erf

Array = npt.NDArray[np.float64]

RELU_MEAN = 1.0 / math.sqrt(2.0 * math.pi)  # E relu(z) of a normal number
N_TEST = 4000  # fresh inputs for tanh


def activated(fields: Array, name: str) -> Array:
    """phi less its mean over a normal number, of fields F x/sqrt(d)."""
    if name == "relu":
        return np.maximum(fields, 0.0) - RELU_MEAN
    return np.asarray(erf(fields) if name == "erf" else np.tanh(fields))


def erf_moments(gram: Array, with_teacher: Array) -> tuple[Array, Array]:
    """E phi phi' (p', p') and E phi u (p',); gram is C, with_teacher F w*/d."""
    scale = np.sqrt(1.0 + 2.0 * np.diag(gram))
    ratio = 2.0 * gram / np.outer(scale, scale)
    cross = 2.0 / math.sqrt(math.pi) * with_teacher / scale
    return 2.0 / math.pi * np.arcsin(ratio), cross


def relu_moments(gram: Array, with_teacher: Array) -> tuple[Array, Array]:
    """The same of relu less its mean over a normal number."""
    length = np.sqrt(np.diag(gram))
    cosine = np.clip(gram / np.outer(length, length), -1.0, 1.0)
    angle = np.arccos(cosine)
    square = np.sin(angle) + (math.pi - angle) * cosine
    second = np.outer(length, length) * square / (2.0 * math.pi)
    mean = RELU_MEAN * length
    centred = second - RELU_MEAN * (mean[:, None] + mean) + RELU_MEAN**2
    return centred, 0.5 * with_teacher


def excess(name: str, matrix: Array, teacher: Array, weights: Array, inputs: Array) -> float:
    """E (f - u)^2 of f = weights.phi(F x/sqrt(d)), u = w*.x/sqrt(d).

    ``inputs`` (N, d) are fresh ones, used for tanh alone.
    """
    d = len(teacher)
    if name == "tanh":
        f = activated(inputs @ matrix.T / math.sqrt(d), name) @ weights
        return float(np.mean((f - inputs @ teacher / math.sqrt(d)) ** 2))
    moments = erf_moments if name == "erf" else relu_moments
    second, cross = moments(matrix @ matrix.T / d, matrix @ teacher / d)
    return float(teacher @ teacher / d - 2.0 * weights @ cross + weights @ second @ weights)
