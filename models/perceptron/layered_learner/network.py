"""Forward and backward pass through layers of random binary weights (the layered network of
arXiv:2212.02846).

Weights are independent, w = +-1 with mean mu = tanh(b theta) and variance s = 1 - mu^2. By the
central limit a unit's input is Gaussian, reparameterised by one fresh draw per unit and example:

    z_k = sum_j mu_kj a_j / sqrt(n) + eps_k v_k,   v_k^2 = sum_j s_kj a_j^2 / n,   a = relu(z)

and the last layer's z go into a softmax with cross-entropy C, summed over a minibatch. With K =
dC/dz

    dC/dtheta_kj = b s_kj [K_k a_j / sqrt(n) - mu_kj a_j^2 K_k eps_k / (n v_k)]
    dC/da_j      = sum_k K_k [mu_kj / sqrt(n) + s_kj a_j eps_k / (n v_k)]
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SILENT = 1e-30  # variance of a unit none of whose inputs is active: its gradient is 0, not 0/0


class Weights(NamedTuple):
    """A layer's means and variances, each (n_out, n_in); no variances where weights are certain."""

    mean: Array
    variance: Array | None


class Trace(NamedTuple):
    """For the backward pass: inputs a (examples, n_in), eps/v (examples, n_out) or None."""

    inputs: Array
    noise: Array | None


def field_variance(theta: Array, b: float) -> Array:
    """1/cosh(b theta)^2, which keeps its digits where 1 - tanh^2 has none left."""
    decayed = np.exp(-2.0 * b * np.abs(theta))
    return np.asarray(4.0 * decayed / (1.0 + decayed) ** 2)


def field_weights(theta: Array, b: float) -> Weights:
    """Independent weights of mean tanh(b theta)."""
    return Weights(np.tanh(b * theta), field_variance(theta, b))


def forward(
    x: Array, layers: list[Weights], noise: list[Array] | None
) -> tuple[Array, list[Trace]]:
    """Outputs z (examples, classes) of the last layer for inputs x (examples, n), and the trace.

    ``noise`` holds eps (examples, n_out) of every layer.
    """
    activity, trace = x, []
    for i, (mean, variance) in enumerate(layers):
        scale = 1.0 / math.sqrt(activity.shape[1])
        z, ratio = scale * (activity @ mean.T), None
        if variance is not None and noise is not None:
            v = np.sqrt(scale * scale * (activity**2 @ variance.T) + SILENT)
            z += noise[i] * v
            ratio = noise[i] / v
        trace.append(Trace(activity, ratio))
        activity = np.maximum(z, 0.0)
    return z, trace


def backward(slope: Array, layers: list[Weights], trace: list[Trace]) -> list[Array]:
    """Gradients of C by theta over b where weights are random, else by the weights: (n_out, n_in).

    ``slope`` is K of the last layer (examples, classes).
    """
    gradients = []
    for (mean, variance), (activity, ratio) in zip(reversed(layers), reversed(trace), strict=True):
        scale = 1.0 / math.sqrt(activity.shape[1])
        gradient, back = scale * (slope.T @ activity), scale * (slope @ mean)
        if variance is not None and ratio is not None:
            noisy = scale * scale * slope * ratio
            gradient = variance * (gradient - mean * (noisy.T @ activity**2))
            back += activity * (noisy @ variance)
        gradients.append(gradient)
        slope = back * (activity > 0.0)
    return gradients[::-1]


def cross_entropy_slope(z: Array, classes: npt.NDArray[np.int64]) -> Array:
    """K = softmax(z) - one-hot class."""
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), classes] -= 1.0
    return np.asarray(p)


def divergence(theta: Array, reference: Array, b: float) -> float:
    """KL per weight between means tanh(b theta) and tanh(b theta').

    b mu (theta - theta') - ln cosh(b theta) + ln cosh(b theta')
    """
    x, y = b * theta, b * reference
    logs = (
        np.abs(x)
        + np.log1p(np.exp(-2.0 * np.abs(x)))
        - np.abs(y)
        - np.log1p(np.exp(-2.0 * np.abs(y)))
    )
    return float(np.mean(np.tanh(x) * (x - y) - logs))
