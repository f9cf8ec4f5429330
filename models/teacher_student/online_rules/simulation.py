"""Online rules simulated: by a chain of overlaps of the same law at any N, or by their weights.

A student of isotropic inputs enters its next example through its field h and |x|^2 alone. With
teacher field u = z_1 and h = m z_1 + sqrt(q - m^2) z_2 the rest of |x|^2 is chi^2_{N-2}: exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.teacher_student.online_rules.measures import cosines, errors
from toysim.models.teacher_student.online_rules.parameters import (
    ADATRON,
    HEBB,
    MARGIN,
    OPTIMAL,
    PERCEPTRON,
    codes,
)
from toysim.numerics.gaussian import inverse_mills
from toysim.records import ended

Array = npt.NDArray[np.float64]


@kernel
def factor(rule: int, eta: float, kappa: float, m: float, q: float, h: float, y: float) -> float:
    """F of the update w <- w + F y x/sqrt(N): hebb eta; perceptron eta [y h < 0];
    margin eta [y h < kappa]; adatron eta |h| [y h < 0];
    optimal sqrt(q) (s/R) G(a)/H(-a), a = y R h/(sqrt(q) s), s^2 = 1 - R^2;
    annealed sqrt(q) S (1 - R^2)/(R e) [y h < 0], e = arccos(R)/pi, S = 1/sqrt(2 pi).
    """
    if rule == HEBB:
        return eta
    if rule == MARGIN:
        return eta if y * h < kappa else 0.0
    if rule == OPTIMAL:
        s = math.sqrt(max(q - m * m, 0.0))
        if s == 0.0:
            return 0.0
        return (s * math.sqrt(q) / m) * inverse_mills(-y * m * h / (math.sqrt(q) * s))
    if y * h >= 0.0:
        return 0.0
    if rule == PERCEPTRON:
        return eta
    if rule == ADATRON:
        return eta * abs(h)
    sine2 = max(1.0 - m * m / q, 0.0)
    error = math.atan2(math.sqrt(sine2), m / math.sqrt(q)) / math.pi
    return q * sine2 / (math.sqrt(2.0 * math.pi) * m * error) if error > 0.0 else 0.0


@kernel
def label(u: float, flip: float, noise: Any) -> float:
    """sign(u), flipped with a probability."""
    y = 1.0 if u >= 0.0 else -1.0
    return -y if flip > 0.0 and noise.random() < flip else y


@kernel
def keep(
    t: int, n: int, at: Array, kept: int, before: tuple[float, float], now: Any, out: Array
) -> int:
    """Records (2, R) of times up to t/N, on the line between two examples; returns how many."""
    while kept < len(at) and at[kept] * n <= t:
        share = at[kept] * n - (t - 1)
        out[0, kept] = before[0] + share * (now[0] - before[0])
        out[1, kept] = before[1] + share * (now[1] - before[1])
        kept += 1
    return kept


@kernel
def chain(
    rule: int,
    eta: float,
    kappa: float,
    flip: float,
    start: tuple[float, float],
    n: int,
    n_examples: int,
    at: Array,
    first: Any,
    inputs: Any,
    noise: Any,
    out: Array,
) -> int:
    """m <- m + F y u/N,  q <- q + 2 F y h/N + F^2 |x|^2/N^2;  out (2, R) is m and q.

    A start (a, s) has a of m along the teacher and independent normals of variance s besides.
    Returns -1, or the example at which q left the numbers.
    """
    (along, free), z = start, first.standard_normal()
    m = along + math.sqrt(free / n) * z
    q = free * (z * z + 2.0 * first.standard_gamma(0.5 * (n - 1))) / n
    q += along * (2.0 * m - along)
    if rule >= OPTIMAL:
        m = abs(m)
    kept = keep(0, n, at, 0, (m, q), (m, q), out)
    for t in range(1, n_examples + 1):
        u, other = inputs.standard_normal(), inputs.standard_normal()
        h = m * u + math.sqrt(max(q - m * m, 0.0)) * other
        y = label(u, flip, noise)
        f = factor(rule, eta, kappa, m, q, h, y)
        before = (m, q)
        if f != 0.0:
            length = u * u + other * other + 2.0 * inputs.standard_gamma(0.5 * (n - 2))
            m += f * y * u / n
            q += 2.0 * f * y * h / n + f * f * length / n / n
            if not (q < 1e300 and q > 1e-300):
                return t
        kept = keep(t, n, at, kept, before, (m, q), out)
    return -1


@kernel
def weights(
    rule: int,
    eta: float,
    kappa: float,
    flip: float,
    start: tuple[float, float],
    n: int,
    n_examples: int,
    at: Array,
    first: Any,
    inputs: Any,
    noise: Any,
    out: Array,
) -> int:
    """w <- w + F y x/sqrt(N), the teacher along the first axis; otherwise as ``chain``."""
    w, x, root = np.empty(n), np.empty(n), math.sqrt(n)
    for i in range(n):
        w[i] = math.sqrt(start[1]) * first.standard_normal()
    w[0] += start[0] * root
    if rule >= OPTIMAL and w[0] < 0.0:
        w[0] = -w[0]
    m, q = float(w[0]) / root, float(np.sum(w * w)) / n
    kept = keep(0, n, at, 0, (m, q), (m, q), out)
    for t in range(1, n_examples + 1):
        h = 0.0
        for i in range(n):
            x[i] = inputs.standard_normal()
            h += w[i] * x[i]
        h /= root
        y = label(x[0], flip, noise)
        f = factor(rule, eta, kappa, m, q, h, y)
        before, square = (m, q), 0.0
        for i in range(n):
            w[i] += f * y * x[i] / root
            square += w[i] * w[i]
        m, q = float(w[0]) / root, square / n
        if not (q < 1e300 and q > 1e-300):
            return t
        kept = keep(t, n, at, kept, before, (m, q), out)
    return -1


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at, rules = batch.record_at, codes(batch["rule"])
    out = np.full((len(batch), 2, at.shape[1]), np.nan)
    failed_at = np.empty(len(batch), np.int64)
    n_examples = np.ceil(batch["duration"] * batch["size"]).astype(np.int64)
    power, cosine = batch["start_power"], batch["start_cosine"]
    along, free = cosine * np.sqrt(power), power * (1.0 - cosine**2)
    for i in range(len(batch)):
        run = chain if batch["method"][i] == "overlaps" else weights
        failed_at[i] = run(
            rules[i],
            batch["learning_rate"][i],
            batch["margin"][i],
            batch["flip"][i],
            (along[i], free[i]),
            batch["size"][i],
            n_examples[i],
            at[i],
            batch.generator(i, "start"),
            batch.generator(i, "inputs"),
            batch.generator(i, "noise"),
            out[i],
        )
    m, q = out[:, 0], out[:, 1]
    found = {"overlap": m, "self_overlap": q, "cosine": cosines(m, q), "error": errors(m, q)}
    return found | ended(failed_at)
