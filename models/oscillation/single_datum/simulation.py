"""One sample simulated: the two-variable map, its averages, samples and course."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.single_datum.problem import half_limit, strong_start

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Outcome(NamedTuple):
    """What the loop writes: courses (n, R), samples (n, n_samples), the rest (n,); n rows."""

    strong: Any
    weak: Any
    residual_sum: Any
    strong_samples: Any
    mean_residual: Any
    strong_low: Any
    strong_high: Any
    lyapunov: Any
    weak_growth: Any
    final_strong: Any
    final_weak: Any
    acquisition_time: Any
    identity_gap: Any
    accumulation_slack: Any


@kernel
def update(F: float, V: float, gamma: float, r: float) -> tuple[float, float]:
    """Both outputs after one update (derived from arXiv:2310.17074, one sample without noise).

        F <- F (1 + gamma e)^2,  V <- V (1 + r gamma e)^2,  e = 1 - F - V

    A negative factor turns the filters away from the feature: squared ReLU, its output is then 0
    for good. Neither can escape: a factor that overshoots far is negative next.
    """
    e = 1.0 - F - V
    k, k_weak = 1.0 + gamma * e, 1.0 + r * gamma * e
    return F * k * k if k > 0.0 else 0.0, V * k_weak * k_weak if k_weak > 0.0 else 0.0


@kernel
def stretch(F: float, V: float, gamma: float, r: float, tangent: Array) -> float:
    """Carry a change of the state through one update; returns the logarithm of its stretch.

    ``tangent`` (2,) is (dF, dV), rescaled to length 1. Derived.
    """
    e = 1.0 - F - V
    k, k_weak = 1.0 + gamma * e, 1.0 + r * gamma * e
    dF, dV = tangent
    by_strong, by_weak = -2.0 * gamma * F * k, -2.0 * r * gamma * V * k_weak
    tangent[0] = (k * k + by_strong) * dF + by_strong * dV
    tangent[1] = by_weak * dF + (k_weak * k_weak + by_weak) * dV
    length = math.hypot(tangent[0], tangent[1])
    if length > 0.0:
        tangent /= length
    return math.log(length)


@kernel
def watch(i: int, F: float, V: float, gamma: float, r: float, n_average: int, out: Outcome) -> None:
    """Row i, the last n_average updates: averages, extremes, exponents and samples.

    F and V are the state that they begin with.
    """
    total = exponent = logs_weak = 0.0
    low, high = math.inf, 0.0
    tangent = np.array([1.0, 0.0])
    first_sample = n_average - out.strong_samples.shape[1]
    for t in range(n_average):
        e = 1.0 - F - V
        total += e
        low, high = min(low, F), max(high, F)
        exponent += stretch(F, V, gamma, r, tangent)
        logs_weak += math.log(abs(1.0 + r * gamma * e))
        if t >= first_sample:
            out.strong_samples[i, t - first_sample] = F
        F, V = update(F, V, gamma, r)
    out.mean_residual[i], out.strong_low[i], out.strong_high[i] = total / n_average, low, high
    out.lyapunov[i], out.weak_growth[i] = exponent / n_average, logs_weak / n_average
    out.final_strong[i], out.final_weak[i] = F, V


@kernel
def iterate(
    i: int,
    F: float,
    V: float,
    gamma: float,
    r: float,
    n_steps: int,
    n_average: int,
    half: float,
    record_at: Ints,
    out: Outcome,
) -> None:
    """Row i, all updates: course, sums over the run, and the first update with V > ``half``.

    ``record_at`` (R,): updates, ascending, at which the course is written.
    """
    F_start, next_record = F, 0
    total = squares = cubes = logs = 0.0
    if half < V:
        out.acquisition_time[i] = 0.0
    for t in range(n_steps + 1):
        while next_record < len(record_at) and record_at[next_record] == t:
            out.strong[i, next_record], out.weak[i, next_record] = F, V
            out.residual_sum[i, next_record] = total
            next_record += 1
        if t == n_steps - n_average:
            watch(i, F, V, gamma, r, n_average, out)
        if t < n_steps:
            e = 1.0 - F - V
            total += e
            squares += e * e
            cubes += e * e * e
            logs += math.log(abs(1.0 + gamma * e))
            F, V = update(F, V, gamma, r)
            if half < V and math.isnan(out.acquisition_time[i]):
                out.acquisition_time[i] = t + 1.0
    # Nothing holds past a negative factor.
    gained = 0.5 * math.log(F / F_start) if F > 0.0 else math.nan
    out.identity_gap[i] = logs - gained
    # log(1 + x) <= x - x^2/2 + x^3/3 for x > -1, summed over x = gamma e
    out.accumulation_slack[i] = total - (
        gained / gamma + 0.5 * gamma * squares - gamma * gamma * cubes / 3.0
    )


@kernel
def iterate_rows(
    F: Array,
    V: Array,
    gamma: Array,
    r: Array,
    n_steps: Ints,
    n_average: Ints,
    half: Array,
    record_at: Ints,
    out: Outcome,
) -> None:
    """``iterate`` for every row: all (n_rows,), ``record_at`` (n_rows, R)."""
    for i in range(len(F)):
        iterate(i, F[i], V[i], gamma[i], r[i], n_steps[i], n_average[i], half[i], record_at[i], out)


def empty_outcome(batch: Batch) -> Outcome:
    """NaN for every row."""
    n = len(batch)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(Outcome._fields, (n,))
    shapes |= dict.fromkeys(("strong", "weak", "residual_sum"), batch.record_at.shape)
    shapes["strong_samples"] = (n, int(batch["n_samples"][0]))
    return Outcome(**{name: np.full(shape, np.nan) for name, shape in shapes.items()})


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    gamma, ratio = batch["gamma"], batch["weak_ratio"]
    out = empty_outcome(batch)
    iterate_rows(
        strong_start(batch),
        batch["weak_start"],
        gamma,
        ratio,
        batch["n_steps"],
        batch["n_average"],
        half_limit(batch),
        batch.record_at,
        out,
    )
    return {
        **out._asdict(),
        "final_residual": 1.0 - out.final_strong - out.final_weak,
        "eta_sharpness": 2.0 * gamma * (out.final_strong + ratio * out.final_weak),
    }
