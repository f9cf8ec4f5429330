"""Message passing simulated: labels are drawn, and messages are passed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.message_passing.measures import error
from toysim.models.teacher_student.sizes import samples
from toysim.records import ended

Array = npt.NDArray[np.float64]


def drawn(row: Row) -> tuple[Array, Array, Array]:
    """Inputs over sqrt(d) (n, d), labels (n,) and the teacher (d,), |w*|^2 = d exactly."""
    p = row.p
    teacher = row.normal("teacher", p.dimension)
    teacher *= math.sqrt(p.dimension / (teacher @ teacher))
    x = row.normal("inputs", samples(p), p.dimension)
    x *= p.dimension**-0.5
    noise = row.generator("noise")
    chance, shift = noise.random(len(x)), noise.standard_normal(len(x))
    clean = x @ teacher + math.sqrt(p.probit_noise) * shift >= 0.0
    return x, np.where(clean == (chance >= p.flip), 1.0, -1.0), teacher


def posterior_slopes(p: Any, y: Array, field: Array, variance: float) -> tuple[Array, Array]:
    """g = d ln P(y | field)/d field and its slope; G/P in logarithms, which underflows nowhere.

    P = p + (1 - 2 p) P(a), a = y field/s, s^2 = variance + Delta.
    """
    s = math.sqrt(variance + p.probit_noise)
    a, kept = y * field / s, 1.0 - 2.0 * p.flip
    likely = log_ndtr(a)
    if p.flip > 0.0:
        likely = np.log(p.flip + kept * np.exp(likely))
    g = y * kept / s * np.exp(-0.5 * a * a - 0.5 * math.log(2.0 * math.pi) - likely)
    return g, -field * g / s**2 - g * g


def course(p: Any, x: Array, y: Array, teacher: Array) -> tuple[Array, int]:
    """m and q (T + 1, 2) after every round, from w = 0, v = 1, and the round at which they left the
    numbers, -1 if none: at small d a variance that vanishes without noise sends the fields there.

    om = X w/sqrt(d) - v g,  A = -sum g'/d,  B = A w + X'g/sqrt(d),  w = B/(1 + A), v = 1/(1 + A).
    """
    d = p.dimension
    w, v, g = np.zeros(d), 1.0, np.zeros(len(y))
    overlaps = np.full((p.iterations + 1, 2), np.nan)
    overlaps[0] = 0.0
    for t in range(1, p.iterations + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            g, slope = posterior_slopes(p, y, x @ w - v * g, v)
            a = -float(slope.sum()) / d
            w, v = (a * w + g @ x) / (1.0 + a), 1.0 / (1.0 + a)
        if not (a >= 0.0 and v > 0.0 and np.isfinite(w).all()):
            return overlaps, t
        overlaps[t] = w @ teacher / d, w @ w / d
    return overlaps, -1


def measured(row: Row) -> tuple[dict[str, Array], int]:
    """Every observable of one draw at the records, and the round at which it left the numbers."""
    overlaps, failed_at = course(row.p, *drawn(row))
    m, q = overlaps[row.record_at].T
    return {"overlap": m, "self_overlap": q, "error": error(m, q)}, failed_at


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    found, failed_at = zip(*map(measured, batch.rows()), strict=True)
    return stacked(list(found)) | ended(np.array(failed_at, np.int64))
