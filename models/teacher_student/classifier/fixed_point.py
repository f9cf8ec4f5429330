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
NEAR, LONGEST, FARTHER = 0.1, 2.0, 1.5  # residuals, steps in logarithms, growth: what is trusted
ALONE, BROYDEN, NEWTON = range(3)  # how a step was found
ASIDE, LEAST_SLOPE = 1e-6, 1e-12


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
def round_of(p: Problem, u: Array, out: Array) -> float:
    """What a round adds to u = (m/sqrt(q), ln q, ln V); the largest relative change of m, q, V."""
    q, v = math.exp(u[1]), math.exp(u[2])
    m = u[0] * math.sqrt(q)
    mh, qh, vh = conjugates(p, m, q, v)
    scale = p.penalty + vh
    new_m, new_q = p.signal * mh / scale, (p.signal * mh * mh + qh) / scale**2
    out[0] = new_m / math.sqrt(new_q) - u[0]
    out[1], out[2] = math.log(new_q) - u[1], -math.log(scale) - u[2]
    change = abs(new_m / m - 1.0) if m != 0.0 else 0.0
    return max(change, abs(new_q / q - 1.0), abs(1.0 / (scale * v) - 1.0))


@kernel
def learned(inverse: Array, step: Array, turned: Array) -> None:
    """Broyden's rule: the inverse H of the slope of what rounds add, such that H turned = step;
    H <- H + (step - H turned) step'H/(step'H turned).
    """
    moved = inverse @ turned
    row = step @ inverse
    size = row @ turned
    if abs(size) > 1e-300:
        for i in range(len(row)):
            for j in range(len(row)):
                inverse[i, j] += (step[i] - moved[i]) * row[j] / size


@kernel
def newton(p: Problem, u: Array, add: Array, inverse: Array) -> None:
    """The inverse slope of what rounds add at u, by differences; left alone where it is none."""
    slope, moved = np.empty((3, 3)), np.empty(3)
    for k in range(3):
        aside = u.copy()
        aside[k] += ASIDE
        round_of(p, aside, moved)
        slope[:, k] = (moved - add) / ASIDE
    if np.isfinite(slope).all() and abs(np.linalg.det(slope)) > LEAST_SLOPE:
        inverse[:] = np.linalg.inv(slope)


@kernel
def iterated(p: Problem) -> tuple[float, float, float, int, float]:
    """m, q, V, rounds and the relative change of the last.

    Rounds alone converge linearly, and always: they come first, and again after a step of Broyden's
    rule, or of Newton's after it, that ends farther off than it began.
    """
    u, add, inverse = np.array([0.5 * p.signal, 0.0, 0.0]), np.empty(3), -np.eye(3)
    new, new_add, way = np.empty(3), np.empty(3), ALONE
    residual, rounds = round_of(p, u, add), 1
    while residual > CLOSE and rounds < ROUNDS:
        step = add.copy() if way == ALONE else -(inverse @ add)
        new[:] = u + step
        inside = way == ALONE or (new[0] ** 2 < p.signal and np.abs(step[1:]).max() < LONGEST)
        after = round_of(p, new, new_add) if inside else math.inf
        rounds += 1
        if way != ALONE and after >= FARTHER * residual:
            if way == BROYDEN:
                newton(p, u, add, inverse)
                way, rounds = NEWTON, rounds + 3
            else:
                inverse[:], way = -np.eye(3), ALONE
            continue
        learned(inverse, step, new_add - add)
        way = BROYDEN if after < NEAR else ALONE
        u[:], add[:], residual = new, new_add, after
    q = math.exp(u[1])
    return u[0] * math.sqrt(q), q, math.exp(u[2]), rounds, residual


def solve(p: Any, alpha: float, penalty: float) -> Solution:
    """The fixed point at a ratio and penalty."""
    of = (p.signal, p.probit_noise, p.flip)
    given = Problem(CODES[p.loss], TEACHERS[p.teacher], alpha, penalty, *of)
    m, q, v, rounds, residual = iterated(given)
    return Solution(m, q, v, *on_samples(given, m, q, v), rounds, residual)
