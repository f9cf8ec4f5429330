"""Flat starts: the end as a closed form, the way there as a flow of two variables."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.jit import kernel
from toysim.models.deep_linear.structured_start import closed_forms as forms
from toysim.models.deep_linear.structured_start.problem import start_of
from toysim.models.deep_linear.validity import stacked_where_valid
from toysim.numerics import ode

Array = npt.NDArray[np.float64]

RTOL, ATOL = 1e-11, 1e-14
MOST_STEPS = 200_000
LARGEST_STEP = 0.2  # times the sharpness at the end
LEAST_OVERLAP = 1e-12  # below, the start of learning hangs on rounding


@kernel
def slope(y: Array, b: float, s: float, out: Array) -> None:
    """x' = s c - (B/2) sinh 2x, c' = s tanh x (1 - c^2); derived."""
    out[0] = s * y[1] - 0.5 * b * math.sinh(2.0 * y[0])
    out[1] = s * math.tanh(y[0]) * (1.0 - y[1] * y[1])


@kernel
def strength(y: Array, b: float, s: float) -> float:
    """alpha q.beta."""
    found: float = 0.5 * b * s * y[1] * math.sinh(2.0 * y[0])
    return found


@kernel
def taken(y: Array, slopes: Array, b: float, s: float, h: float, new: Array) -> float:
    """A step of size h from y into ``new``; its error."""
    for stage in range(1, ode.STAGES):
        ode.stage_state(y, slopes, stage, h, new)
        slope(new, b, s, slopes[stage])
    return ode.error_norm(y, new, slopes, h, RTOL, ATOL)


@kernel
def flow(b: float, s: float, overlap: float, at: Array, out: Array) -> float:
    """Strengths (R,) at the times ``at``, ascending; returns the time of half of s^2, which is
    looked for beyond them too. NaN where it takes too long.
    """
    y, new = np.array([0.0, math.sqrt(overlap)]), np.empty(2)
    slopes = np.empty((ode.STAGES, 2))
    t, kept, half, h, goal = 0.0, 0, math.nan, 1e-3 / (b + s), 0.5 * s * s
    for _ in range(MOST_STEPS):
        while kept < len(at) and at[kept] <= t:
            out[kept] = strength(y, b, s)
            kept += 1
        if kept == len(at) and not math.isnan(half):
            return half
        slope(y, b, s, slopes[0])
        step = min(h, at[kept] - t) if kept < len(at) else h
        error = taken(y, slopes, b, s, step, new)
        if error > 1.0:
            h = ode.next_step(step, error)
            continue
        if math.isnan(half) and strength(new, b, s) >= goal:
            low, high = 0.0, step
            for _ in range(60):
                middle = 0.5 * (low + high)
                taken(y, slopes, b, s, middle, new)
                if strength(new, b, s) >= goal:
                    high = middle
                else:
                    low = middle
            half = t + high
            taken(y, slopes, b, s, step, new)
        h = ode.next_step(step, error) if step == h else h
        t = at[kept] if kept < len(at) and step == at[kept] - t else t + step
        y[:] = new
    return half


def predicted(row: Row) -> Rows | None:
    """One row; None where there is no closed form, or nothing to begin with."""
    p = row.p
    if p.spectrum != "flat" or p.perturbation > 0.0:
        return None
    rho = start_of(row).overlap
    if rho < LEAST_OVERLAP:
        return None
    end = forms.end_of(p.start_norm, p.rank, p.teacher_norm)
    if p.learning_rate * (end.a + end.g) > LARGEST_STEP:
        return None
    course = np.full(len(row.record_at), np.nan)
    half = flow(end.b, p.teacher_norm, rho, np.asarray(row.record_at), course)
    values = {
        "kernel_change": forms.kernel_change(end, p.rank, p.n_inputs, rho),
        "representation_change": forms.representation_change(end, p.rank, rho),
        "kernel_alignment": forms.kernel_alignment(end, p.rank, p.n_inputs, rho),
        "weight_change": forms.weight_change(end, p.start_norm, rho),
        "readout_square": end.g,
        "recruited_share": 0.0,
        "drawn_overlap": rho,
        "half_learning_time": half if half <= p.duration else math.nan,
        "strength": course,
    }
    return {name: np.asarray(value) for name, value in values.items()}


def first_order(row: Row) -> tuple[float, float, float]:
    """Changes of kernel and representation, and |a|^2, from a start of full rank; NaN elsewhere."""
    p = row.p
    if p.rank < p.n_inputs or p.perturbation > 0.0:
        return math.nan, math.nan, math.nan
    start = start_of(row)
    return forms.first_order_changes(start.singular**2, start.inside)


def predict(batch: Batch) -> Rows:
    """Every observable but the residual, for flat spectra without perturbation; of full ranks the
    laws of first order besides.
    """
    changes = np.array([first_order(row) for row in batch.rows()]).T
    names = ("kernel_change", "representation_change", "readout_square")
    laws = {f"leading_{name}": values for name, values in zip(names, changes, strict=True)}
    return stacked_where_valid([predicted(row) for row in batch.rows()]) | laws
