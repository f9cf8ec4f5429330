"""One sample simulated, rows side by side: the two-variable map, its course and sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import inlined, kernel
from toysim.models.oscillation.lanes import groups, keep
from toysim.models.oscillation.runs import ascending
from toysim.models.oscillation.single_datum.problem import half_limit, strong_start
from toysim.models.oscillation.single_datum.window import watch
from toysim.numerics.elementary import log

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MULTIPLIED = 4  # factors of which one logarithm is taken


@inlined
def add_up(
    F: Array, V: Array, live: Array, e: Array, total: Array, squares: Array, cubes: Array
) -> None:
    """Residuals e = 1 - F - V and the sums of them, of their squares and cubes, all (L,).

    0 where ``live`` is: nothing moves there.
    """
    for i in range(len(F)):
        e[i] = live[i] * (1.0 - F[i] - V[i])
        total[i] += e[i]
        squares[i] += e[i] * e[i]
        cubes[i] += e[i] * e[i] * e[i]


# In a loop with the sums it takes twice as long.
@inlined
def update(F: Array, V: Array, gamma: Array, r: Array, e: Array, product: Array) -> None:
    """Both outputs after one update (derived from arXiv:2310.17074, one sample without noise).

        F <- F (1 + gamma e)^2,  V <- V (1 + r gamma e)^2

    A negative factor turns the filters away from the feature: squared ReLU, its output is then 0
    for good. Neither can escape: a factor that overshoots far is negative next. ``product`` takes
    |1 + gamma e|; all (L,).
    """
    for i in range(len(F)):
        k, k_weak = 1.0 + gamma[i] * e[i], 1.0 + r[i] * gamma[i] * e[i]
        product[i] *= abs(k)
        k, k_weak = k if k > 0.0 else 0.0, k_weak if k_weak > 0.0 else 0.0
        F[i], V[i] = F[i] * k * k, V[i] * k_weak * k_weak


@inlined
def note_acquired(t: float, V: Array, half: Array, acquired_at: Array) -> None:
    """t where V first exceeds ``half``."""
    for i in range(len(V)):
        first = half[i] < V[i] and not acquired_at[i] <= t
        acquired_at[i] = t if first else acquired_at[i]


@inlined
def take_logs(product: Array, logs: Array) -> None:
    """Add the logarithms of the products, which are 1 again."""
    for i in range(len(logs)):
        logs[i] += log(product[i])
        product[i] = 1.0


@kernel
def iterate(
    start: Array, gamma: Array, r: Array, half: Array, keep_at: Ints, kept: Array
) -> tuple[Array, Array, Array, Array]:
    """All updates of rows side by side from F and V, ``start`` (2, L); gamma, r, half (L,).

    ``kept`` (3, L, R) is F, V and the sum of e after the updates ``keep_at`` (L, R), ascending; the
    last ends the run. Returns the sums of e^2, e^3 and log |1 + gamma e|, and the first update
    with V > ``half``, NaN if none, all (L,).
    """
    n = len(gamma)
    F, V, total = start[0].copy(), start[1].copy(), np.zeros(n)
    squares, cubes, logs, product = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n)
    live, e, acquired_at = np.ones(n), np.empty(n), np.full(n, np.nan)
    note_acquired(0.0, V, half, acquired_at)
    written, t = np.zeros(n, np.int64), 0
    stop = keep(0, (F, V, total), keep_at, written, kept, live)
    while stop >= 0:
        while t < stop:
            add_up(F, V, live, e, total, squares, cubes)
            update(F, V, gamma, r, e, product)
            t += 1
            note_acquired(t, V, half, acquired_at)
            if t % MULTIPLIED == 0:
                take_logs(product, logs)
        stop = keep(t, (F, V, total), keep_at, written, kept, live)
    take_logs(product, logs)
    return squares, cubes, logs, acquired_at


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    end, n_average, gamma, ratio = (
        batch[n] for n in ("n_steps", "n_average", "gamma", "weak_ratio")
    )
    start, half = np.stack([strong_start(batch), batch["weak_start"]]), half_limit(batch)
    at, place = ascending(batch.record_at, end - n_average, end)
    kept, sums = np.empty((3, *at.shape)), np.empty((4, len(batch)))
    window, samples = np.empty((5, len(batch))), np.empty((len(batch), int(batch["n_samples"][0])))
    for rows in groups(end, n_average):
        of_rows = np.empty((3, len(rows), at.shape[1]))
        begin = np.ascontiguousarray(start[:, rows])
        of_lanes = (gamma[rows], ratio[rows], half[rows], at[rows])
        sums[:, rows] = iterate(begin, *of_lanes, of_rows)
        kept[:, rows] = np.take_along_axis(of_rows, place[None, rows], axis=2)
        lanes = (kept[0, rows, -2], kept[1, rows, -2], gamma[rows], ratio[rows])
        of_rows = np.empty((len(rows), samples.shape[1]))
        window[:, rows] = watch(*lanes, n_average[rows[0]], of_rows)
        samples[rows] = of_rows
    mean, low, high, lyapunov, weak_growth = window
    return {
        **_courses_and_ends(kept, gamma, ratio),
        **_identities(kept[:, :, -1], sums, gamma, start[0]),
        "acquisition_time": sums[3],
        "strong_samples": samples,
        "mean_residual": mean,
        "strong_low": low,
        "strong_high": high,
        "lyapunov": lyapunov,
        "weak_growth": weak_growth,
    }


def _courses_and_ends(kept: Array, gamma: Array, ratio: Array) -> Rows:
    """From F, V and the sum of e (3, n_rows, R + 2); the end is last."""
    strong, weak, residual_sum = kept[:, :, :-2]
    final_strong, final_weak, _ = kept[:, :, -1]
    return {
        "strong": strong,
        "weak": weak,
        "residual_sum": residual_sum,
        "final_strong": final_strong,
        "final_weak": final_weak,
        "final_residual": 1.0 - final_strong - final_weak,
        "eta_sharpness": 2.0 * gamma * (final_strong + ratio * final_weak),
    }


def _identities(end: Array, sums: Array, gamma: Array, start: Array) -> Rows:
    """What holds of every course without a negative factor: nothing does past one.

    log(1 + x) <= x - x^2/2 + x^3/3 for x > -1, summed over x = gamma e.
    """
    squares, cubes, logs, _ = sums
    gained = 0.5 * np.log(np.where(end[0] > 0.0, end[0] / start, np.nan))
    bound = gained / gamma + 0.5 * gamma * squares - gamma * gamma * cubes / 3.0
    return {"identity_gap": logs - gained, "accumulation_slack": end[2] - bound}
