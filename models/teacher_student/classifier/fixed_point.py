"""Overlaps of a convex classifier as d -> infinity, by its fixed point; derived, exact for convex
losses.

With f = (prox_{V l}(w) - w)/V at a field w = sqrt(q) xi, labels y = +1 (y = -1 counts the same):

    mh = 2 alpha int Dxi Z' f,  qh = 2 alpha int Dxi Z f^2,  Vh = -2 alpha int Dxi Z df/dw
    m = rho mh/(lambda + Vh),  q = (rho mh^2 + qh)/(lambda + Vh)^2,  V = 1/(lambda + Vh)

Of two clusters the fields are w = m + sqrt(q) xi and there is no label channel: mh = alpha E f,
qh = alpha E f^2, Vh = -alpha E df/dw with rho = |mu|^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_ndtr

from toysim.models.teacher_student.labels import END, density, logistic_channel, sign_channel

Array = npt.NDArray[np.float64]

ROUNDS = 2000
CLOSE = 1e-12  # relative change of a round at which it has converged
_X, _W = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Solution:
    """Overlaps, susceptibility V, mean losses; ``stability`` is 1 - alpha E (V df/dw)^2 > 0."""

    m: float
    q: float
    v: float
    train_loss: float
    train_error: float
    stability: float
    rounds: int
    residual: float


def proximal(loss: str, w: Array, v: float) -> tuple[Array, Array]:
    """f and df/dw."""
    if loss == "square":
        return (1.0 - w) / (1.0 + v), np.full(len(w), -1.0 / (1.0 + v))
    if loss == "hinge":
        f = np.clip((1.0 - w) / v, 0.0, 1.0)
        return f, np.where((f > 0.0) & (f < 1.0), -1.0 / v, 0.0)
    z = np.maximum(w, np.minimum(w + v, 0.0))
    for _ in range(100):
        f, curve = slope_of(loss, z)
        step = (z - w - v * f) / (1.0 + v * curve)
        z = z - step
        if np.abs(step).max() <= 1e-14 * (1.0 + np.abs(z).max()):
            break
    f, curve = slope_of(loss, z)
    return f, -curve / (1.0 + v * curve)


def slope_of(loss: str, z: Array) -> tuple[Array, Array]:
    """-l'(z) and l''(z) of the smooth losses."""
    if loss == "logistic":
        f = expit(-z)
        return f, f * (1.0 - f)
    f = np.exp(-0.5 * z * z - 0.5 * math.log(2.0 * math.pi) - log_ndtr(z))
    return f, np.maximum(f * (z + f), 0.0)


def value_of(loss: str, z: Array) -> Array:
    """l(z)."""
    if loss == "square":
        return np.asarray(0.5 * (1.0 - z) ** 2)
    if loss == "hinge":
        return np.maximum(1.0 - z, 0.0)
    return np.asarray(np.logaddexp(0.0, -z) if loss == "logistic" else -log_ndtr(z))


def turn(loss: str, v: float) -> float:
    """The field w at which w + V f changes its sign: training errors begin there."""
    return {"logistic": -0.5 * v, "probit": -v * math.sqrt(2.0 / math.pi)}.get(loss, -v)


def nodes(
    loss: str, m: float, q: float, v: float, width: float, shift: float
) -> tuple[Array, Array]:
    """xi and weights of Dxi, in panels that end where an integrand bends: the loss's corners, the
    teacher's step of that width, the sign of the training field.
    """
    root = math.sqrt(q)
    corners = [1.0 - v, 1.0] if loss == "hinge" else []
    fields = [*corners, turn(loss, v)]
    bends = [(x - shift) / root for x in fields]
    bends += [s * k * width for k in (0.0, 1.0, 2.0, 4.0, 8.0) for s in (-1.0, 1.0)]
    edges = np.unique(np.clip([*bends, *np.linspace(-END, END, 13)], -END, END))
    half = 0.5 * np.diff(edges)[:, None]
    xi = (0.5 * (edges[1:] + edges[:-1])[:, None] + half * _X).ravel()
    return xi, (half * _W).ravel() * density(xi)


def channel(p: Any, m: float, q: float, xi: Array) -> tuple[Array, Array]:
    """2 Z and 2 Z' of the labels at xi; of a mixture 1 and 1."""
    if p.teacher == "mixture":
        return np.ones(len(xi)), np.ones(len(xi))
    mean, rest = m * xi / math.sqrt(q), p.signal - m * m / q
    if p.teacher == "logistic":
        z, slope = logistic_channel(mean, rest)
    else:
        z, slope = sign_channel(mean, rest + p.probit_noise, p.flip)
    return 2.0 * z, 2.0 * slope


def solve(p: Any, alpha: float, penalty: float) -> Solution:
    """The fixed point at a ratio and penalty; undamped rounds converge linearly."""
    m, q, v = 0.5 * p.signal, 1.0, 1.0
    residual, rounds = math.inf, 0
    while True:
        shift = m if p.teacher == "mixture" else 0.0
        rest = max(p.signal - m * m / q, 0.0) + p.probit_noise
        width = math.sqrt(rest * q) / m if p.teacher == "sign" and m > 0.0 else 0.0
        xi, weight = nodes(p.loss, m, q, v, width, shift)
        w = shift + math.sqrt(q) * xi
        f, slope = proximal(p.loss, w, v)
        z, z_slope = channel(p, m, q, xi)
        if residual <= CLOSE or rounds == ROUNDS:
            break
        mh = alpha * float(weight @ (z_slope * f))
        qh = alpha * float(weight @ (z * f * f))
        vh = -alpha * float(weight @ (z * slope))
        scale = penalty + vh
        new = p.signal * mh / scale, (p.signal * mh * mh + qh) / scale**2, 1.0 / scale
        residual = max(abs(a / b - 1.0) for a, b in zip(new, (m, q, v), strict=True) if b)
        m, q, v = new
        rounds += 1
    fields = w + v * f
    loss = float(weight @ (z * value_of(p.loss, fields)))
    wrong = float(weight @ (z * (fields < 0.0)))
    stability = 1.0 - alpha * float(weight @ (z * (v * slope) ** 2))
    return Solution(m, q, v, loss, wrong, stability, rounds, residual)
