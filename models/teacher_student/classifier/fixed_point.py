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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.teacher_student import labels
from toysim.models.teacher_student.classifier.losses import (
    CODES,
    HINGE,
    bends,
    field,
    proximal,
    value,
)
from toysim.models.teacher_student.labels import END, MIXTURE, POINTS, SIGN, TEACHERS, label, node
from toysim.numerics.elementary import density

Array = npt.NDArray[np.float64]

ROUNDS = 2000
CLOSE = 1e-12  # relative change of a round at which it has converged
PARTS = 8


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


class Problem(NamedTuple):
    """What the fixed point is of, as numbers."""

    loss: int
    teacher: int
    alpha: float
    penalty: float
    signal: float
    probit_noise: float
    flip: float


@kernel
def panels(p: Problem, m: float, q: float, v: float) -> Array:
    """Of x, with ends where an integrand bends: the loss's, the teacher's step."""
    shift, root = m if p.teacher == MIXTURE else 0.0, math.sqrt(q)
    rest = max(p.signal - m * m / q, 0.0) + p.probit_noise
    width = math.sqrt(rest * q) / m if p.teacher == SIGN and m > 0.0 else 0.0
    ends = shift + root * labels.panels(width, np.empty(0), -END, END, PARTS)
    if p.loss != HINGE:
        for i in range(len(ends)):
            ends[i] = proximal(p.loss, ends[i], v)
    inner = np.minimum(np.maximum(bends(p.loss, v), ends[0]), ends[-1])
    return np.unique(np.concatenate((ends, inner)))


@kernel
def at_node(p: Problem, m: float, q: float, v: float, x: float) -> Any:
    """Field w, f and df/dw there; 2 Z and 2 Z' of the labels, with the weight of dx in Dxi."""
    w, f, slope, stretch = field(p.loss, x, v)
    root = math.sqrt(q)
    xi = (w - (m if p.teacher == MIXTURE else 0.0)) / root
    rest = p.signal - m * m / q + (p.probit_noise if p.teacher == SIGN else 0.0)
    z, z_slope = label(p.teacher, m * xi / root, rest, p.flip)
    weight = 2.0 * stretch / root * density(xi)
    return w, f, slope, weight * z, weight * z_slope


@kernel
def conjugates(p: Problem, m: float, q: float, v: float) -> tuple[float, float, float]:
    """mh, qh and Vh."""
    edges, mh, qh, vh = panels(p, m, q, v), 0.0, 0.0, 0.0
    for j in range(len(edges) - 1):
        for i in range(POINTS):
            x, weight = node(edges[j], edges[j + 1], i)
            _, f, slope, z, z_slope = at_node(p, m, q, v, x)
            mh += weight * z_slope * f
            qh += weight * z * f * f
            vh -= weight * z * slope
    return p.alpha * mh, p.alpha * qh, p.alpha * vh


@kernel
def on_samples(p: Problem, m: float, q: float, v: float) -> tuple[float, float, float]:
    """Mean loss and share of errors on the samples, and the stability."""
    edges, loss, wrong, bent = panels(p, m, q, v), 0.0, 0.0, 0.0
    for j in range(len(edges) - 1):
        for i in range(POINTS):
            x, weight = node(edges[j], edges[j + 1], i)
            w, f, slope, z, _ = at_node(p, m, q, v, x)
            loss += weight * z * value(p.loss, w + v * f)
            wrong += weight * z if w + v * f < 0.0 else 0.0
            bent += weight * z * (v * slope) ** 2
    return loss, wrong, 1.0 - p.alpha * bent


@kernel
def iterated(p: Problem) -> tuple[float, float, float, int, float]:
    """m, q, V, rounds and the relative change of the last.

    Undamped rounds converge linearly, and always; following the slowest direction to its end
    after every third to sixth was no quicker, and with little penalty three times as slow.
    """
    m, q, v = 0.5 * p.signal, 1.0, 1.0
    residual, rounds = math.inf, 0
    while residual > CLOSE and rounds < ROUNDS:
        mh, qh, vh = conjugates(p, m, q, v)
        scale = p.penalty + vh
        new_m, new_v = p.signal * mh / scale, 1.0 / scale
        new_q = (p.signal * mh * mh + qh) / scale**2
        change = abs(new_m / m - 1.0) if m != 0.0 else 0.0
        residual = max(change, abs(new_q / q - 1.0), abs(new_v / v - 1.0))
        m, q, v = new_m, new_q, new_v
        rounds += 1
    return m, q, v, rounds, residual


def solve(p: Any, alpha: float, penalty: float) -> Solution:
    """The fixed point at a ratio and penalty."""
    of = (p.signal, p.probit_noise, p.flip)
    given = Problem(CODES[p.loss], TEACHERS[p.teacher], alpha, penalty, *of)
    m, q, v, rounds, residual = iterated(given)
    return Solution(m, q, v, *on_samples(given, m, q, v), rounds, residual)
