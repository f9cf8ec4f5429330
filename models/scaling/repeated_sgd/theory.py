"""Exact mean losses of SGD with repeated rows, given these rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.scaling.repeated_sgd.problem import Problem, problems
from toysim.scheduled import peak_rates, rates

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_MODES = 128  # the recursion costs d^2 m an update
# Times the mean squared length of a fresh input: beyond, the losses of rare runs rule the mean.
CALM = 0.3
CONTRACTING = 1.9  # times the squared length of a kept row; at 2 an update no more contracts


@kernel
def residual_squares(moment: Array, mean: Array, rows: Array, eps: Array) -> tuple[Array, Array]:
    """X M (m, d), and r_k^2 = x_k'M x_k - 2 eps_k x_k.mu + eps_k^2 (m,)."""
    product = rows @ moment
    square = np.empty(len(rows))
    for k in range(len(rows)):
        along, off = 0.0, 0.0
        for i in range(len(mean)):
            along += product[k, i] * rows[k, i]
            off += rows[k, i] * mean[i]
        square[k] = along - 2.0 * eps[k] * off + eps[k] * eps[k]
    return product, square


@kernel
def advance(
    moment: Array, mean: Array, h: Array, rows: Array, eps: Array, f: float, s2: float, eta: float
) -> None:
    """One update of M (d, d) and mu (d,), overwritten; derived.

    With P = X'Y, Y = (f/m) (eta^2 r_k^2 x_k/2 - eta (X M)_k), the rows' part of M is P + P': two
    products an update, where A M, X M and sum r_k^2 x_k x_k' one by one are three.
    """
    d, m = len(mean), len(rows)
    trace = s2
    for i in range(d):
        trace += h[i] * moment[i, i]
    pull = np.zeros(d)
    part = np.zeros((d, d))
    if f > 0.0:
        product, square = residual_squares(moment, mean, rows, eps)
        share = f / m
        for k in range(m):
            off = -eps[k]
            for i in range(d):
                off += rows[k, i] * mean[i]
            for i in range(d):
                pull[i] += share * rows[k, i] * off
                half = 0.5 * eta * eta * square[k] * rows[k, i]
                product[k, i] = share * (half - eta * product[k, i])
        part = rows.T @ product
    learned = f * (rows.T @ eps) / max(m, 1)
    fresh = 1.0 - f
    for i in range(d):
        for j in range(i + 1):
            kept = 1.0 - eta * fresh * (h[i] + h[j]) + 2.0 * eta * eta * fresh * h[i] * h[j]
            new = kept * moment[i, j] + part[i, j] + part[j, i]
            new += eta * (mean[i] * learned[j] + learned[i] * mean[j])
            if i == j:
                new += eta * eta * fresh * h[i] * trace
            moment[i, j] = moment[j, i] = new
    for i in range(d):
        mean[i] -= eta * (fresh * h[i] * mean[i] + pull[i])


@kernel
def mean_course(
    start: Array,
    h: Array,
    rows: Array,
    eps: Array,
    f: float,
    s2: float,
    rates: Array,
    keep_at: Ints,
    loss: Array,
    train: Array,
) -> tuple[float, float, int]:
    """Mean losses at the updates ``keep_at`` (R,), ascending; the last mean loss, the least one,
    and its update.
    """
    mean, moment = start.copy(), np.outer(start, start)
    best, best_at, kept, now = np.inf, 0, 0, 0.0
    for t in range(len(rates) + 1):
        now = 0.5 * np.sum(h * np.diag(moment))
        if now < best:
            best, best_at = now, t
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = now
            train[kept] = 0.5 * np.mean(residual_squares(moment, mean, rows, eps)[1])
            kept += 1
        if t < len(rates):
            advance(moment, mean, h, rows, eps, f, s2, rates[t])
    return now, best, best_at


def calm(given: Problem, fraction: float, peak: float) -> bool:
    """Whether no update of some weight multiplies the error: means over runs are then seen."""
    longest = np.max(np.sum(given.rows**2, axis=1), initial=0.0) if fraction > 0.0 else 0.0
    fresh = given.h.sum() if fraction < 1.0 else 0.0
    return bool(peak * longest <= CONTRACTING and peak * fresh <= CALM)


def predict(batch: Batch) -> Rows:
    """Every observable exactly, for rows with replacement and at most MOST_MODES modes; valid where
    no update is so large that rare runs rule the mean.
    """
    loss, train = np.full((2, *batch.record_at.shape), np.nan)
    ends, valid = np.full((len(batch), 3), np.nan), np.zeros(len(batch), bool)
    peak = peak_rates(batch)
    known = (batch["order"] == "with_replacement") & (batch["n_modes"] <= MOST_MODES)
    for i, (given, eta) in enumerate(zip(problems(batch), rates(batch), strict=True)):
        f, s2 = float(batch["fraction"][i]), float(batch["label_noise"][i])
        if known[i]:
            spectrum = (-given.teacher, given.h, given.rows, given.noise)
            at = batch.record_at[i]
            ends[i] = mean_course(*spectrum, f, s2, eta, at, loss[i], train[i])
            valid[i] = np.isfinite(ends[i, 0]) and calm(given, f, peak[i])
    return {
        "loss": loss,
        "train_loss": train,
        "final_loss": ends[:, 0],
        "best_loss": ends[:, 1],
        "update_of_best": ends[:, 2],
        "valid": valid,
    }
