"""Random features as a linear model: phi(F x/sqrt(d)) ~ k_1 F x/sqrt(d) + k_* N, Gaussian.

k_1 = E z phi(z), k_*^2 = Var phi - k_1^2. The regressors' covariance is (k_1^2 F F'/d + k_*^2)/p',
and what they cannot express of the teacher is noise to them. arXiv:1908.05355 has the limit;
written here as a deterministic equivalent, derived.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.models.teacher_student.ridge.problem import Features
from toysim.numerics.marchenko_pastur import nodes, zero_share
from toysim.numerics.ridge_equivalent import Ridge

Array = npt.NDArray[np.float64]


def _numbers() -> dict[str, tuple[float, float]]:
    """(k_1, k_*) of every activation; closed forms but for tanh, a trapezium sum there."""
    k = 2.0 / math.sqrt(3.0 * math.pi)
    z = np.linspace(-12.0, 12.0, 4001)
    weight = np.exp(-0.5 * z * z) * (z[1] - z[0]) / math.sqrt(2.0 * math.pi)
    first, square = float(weight @ (z * np.tanh(z))), float(weight @ np.tanh(z) ** 2)
    return {
        "erf": (k, math.sqrt(2.0 / math.pi * math.asin(2.0 / 3.0) - k * k)),
        "relu": (0.5, math.sqrt(0.25 - 0.5 / math.pi)),
        "tanh": (first, math.sqrt(square - first**2)),
    }


LINEAR_AND_REST = _numbers()


def given(features: Features, activation: str, noise: float) -> Ridge:
    """The ridge problem of drawn features; rho - sum of signals is added to the noise."""
    first, rest = LINEAR_AND_REST[activation]
    width, d = features.matrix.shape
    h, v = np.linalg.eigh((first**2 * features.matrix @ features.matrix.T / d) / width)
    h = np.maximum(h, 0.0) + rest**2 / width
    cross = first / (d * math.sqrt(width)) * (v.T @ (features.matrix @ features.teacher))
    signals = cross**2 / h
    rho = float(features.teacher @ features.teacher) / d
    return Ridge(h, signals, noise + rho - float(signals.sum()))


def typical(ratio: float, activation: str, noise: float, signal: float) -> Ridge:
    """d -> infinity, per input: F F'/d has the Marchenko-Pastur law of psi = p'/d."""
    first, rest = LINEAR_AND_REST[activation]
    x, weights = nodes(ratio, 1.0)
    x, weights = np.append(x, 0.0), np.append(weights, zero_share(ratio, 1.0))
    explained = first**2 * x / (first**2 * x + rest**2)
    left = signal * (1.0 - ratio * float(weights @ explained))
    h = (first**2 * x + rest**2) / ratio
    return Ridge(h, signal * explained, noise + left, ratio * weights)
