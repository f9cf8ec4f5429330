"""Courses of the overlaps as N -> infinity, and what a matched committee meets on its way."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.teacher_student.soft_committee.flow import course, rates
from toysim.models.teacher_student.soft_committee.measures import courses_of
from toysim.models.teacher_student.soft_committee.problem import starts
from toysim.models.teacher_student.soft_committee.symmetric import (
    final_error,
    plateau_error,
    plateau_rate,
    rate_max,
)

Array = npt.NDArray[np.float64]

SPREAD = 0.5  # of R from run to run, in eta/sqrt(N); 0.3 on the plateau of K = 2 (measured)
CURVED = 0.5  # of the declared bound of 2/N on means
INTEGRATED = 1e-6  # a difference below it is the integrator's
LEAST_SIZE = 100


def matched(k: int, eta: float, noise: float) -> dict[str, float]:
    """Diagnostics of K = M."""
    rate = plateau_rate(k, eta, noise) if k > 1 else math.nan
    return {
        "plateau_error": plateau_error(k, eta, noise) if k > 1 else math.nan,
        "plateau_rate": rate,
        "escape_slope": 0.5 / rate if rate > 0.0 else math.nan,
        "rate_max": rate_max(k),
        "final_error": final_error(k, eta, noise),
    }


UNMATCHED = dict.fromkeys(matched(1, 1.0, 0.0), math.nan)


def pattern(k: int, m: int) -> Array:
    """(K, M): a step towards specialisation, each unit to a teacher of its own."""
    apart = np.equal.outer(np.arange(k) % m, np.arange(m)).astype(float)
    return apart - 1.0 / m if m > 1 else apart


def overlaps_at(
    r: Array, q: Array, eta: float, noise: float, at: Array
) -> tuple[dict[str, Array], bool]:
    """Every course of one row, (..., R), from R (K, M) and Q (K, K); whether it got there."""
    k, m = r.shape
    out = np.full((len(at), k * (m + k)), np.nan)
    ok = course(np.concatenate([r.ravel(), q.ravel()]), k, m, eta, noise, at, out)
    teacher, student = out.T[: k * m].reshape(k, m, -1), out.T[k * m :].reshape(k, k, -1)
    both = {name: v[0] for name, v in courses_of(teacher[None], student[None]).items()}
    return {"student_overlaps": student, "teacher_overlaps": teacher} | both, ok


def rates_at(found: dict[str, Array], eta: float, noise: float) -> dict[str, Array]:
    """Rates of both overlaps (..., R) at the courses found."""
    r, q = found["teacher_overlaps"], found["student_overlaps"]
    (k, m, n), slopes = r.shape, np.full((r.shape[-1], len(r) * (len(r) + r.shape[1])), np.nan)
    states = np.concatenate([r.reshape(k * m, n), q.reshape(k * k, n)]).T
    rates(np.ascontiguousarray(states), k, m, eta, noise, slopes)
    return {
        "teacher_rates": slopes.T[: k * m].reshape(r.shape),
        "student_rates": slopes.T[k * m :].reshape(q.shape),
    }


def self_averaging(row: Row, r: Array, q: Array) -> tuple[dict[str, Array], bool]:
    """Courses of one row, NaN from where on noise that acts like another start bends the mean.

    Runs differ by SPREAD eta/sqrt(N) in R after a while; where both starts that far away have a
    mean that is more than CURVED/N off, or the gap is not above their spread, nothing is said.
    """
    p, at = row.p, row.record_at
    found, ok = overlaps_at(r, q, p.learning_rate, p.label_noise, at)
    flow = {f"flow_{name}": found[name].copy() for name in ("error", "gap")}
    flow |= rates_at(found, p.learning_rate, p.label_noise)
    step = SPREAD * p.learning_rate / math.sqrt(p.size) * pattern(*r.shape)
    q_up, q_down = (q + s * (r @ step.T + step @ r.T) + step @ step.T for s in (1.0, -1.0))
    up, up_ok = overlaps_at(r + step, q_up, p.learning_rate, p.label_noise, at)
    down, down_ok = overlaps_at(r - step, q_down, p.learning_rate, p.label_noise, at)
    for name, values in found.items():
        bent = np.abs(0.5 * (up[name] + down[name]) - values) > max(CURVED / p.size, INTEGRATED)
        bent |= (name == "gap") & (np.abs(up[name] - down[name]) > values)
        values[np.logical_or.accumulate(bent, axis=-1)] = np.nan
    return found | flow, ok and up_ok and down_ok


def predict(batch: Batch) -> Rows:
    """Every row from its own start; not valid where replicas have starts of their own."""
    rows = []
    for row, r, q in zip(batch.rows(), *starts(batch), strict=True):
        p = row.p
        found, ok = self_averaging(row, r, q)
        same = p.hidden_units == p.teacher_units
        ends = matched(p.hidden_units, p.learning_rate, p.label_noise) if same else UNMATCHED
        shared = p.start != "random" or p.start_draw >= 0
        rows.append(found | ends | {"valid": ok and shared and p.size >= LEAST_SIZE})
    return stacked(rows)
