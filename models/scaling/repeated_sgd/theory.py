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
def residuals(
    moment: Array, mean: Array, columns: Array, eps: Array, product: Array
) -> tuple[Array, Array]:
    """r_k^2 = x_k'M x_k - 2 eps_k x_k.mu + eps_k^2 and x_k.mu - eps_k (m,), of X' = columns (d, m);
    ``product`` (d, m) takes M X'.

    Inner loops run over the rows x_k: a sum along one of them would wait for its last addition.
    """
    np.dot(moment, columns, product)
    square, off = np.zeros(len(eps)), -eps
    for i in range(len(mean)):
        for k in range(len(eps)):
            square[k] += product[i, k] * columns[i, k]
            off[k] += columns[i, k] * mean[i]
    for k in range(len(eps)):
        square[k] -= eps[k] * (2.0 * off[k] + eps[k])
    return square, off


@kernel
def pulls(
    moment: Array, mean: Array, columns: Array, eps: Array, f: float, eta: float, product: Array
) -> tuple[Array, Array]:
    """What the m rows do in an update, f > 0: P (d, d), so that P + P' is their part of M, and
    their part of mu over -eta (d,); derived.

    P = X'Y, Y = (f/m) (eta^2 r_k^2 x_k/2 - eta (X M)_k): two products an update, where A M, X M
    and sum r_k^2 x_k x_k' one by one are three.
    """
    d, m = columns.shape
    share = f / m
    square, off = residuals(moment, mean, columns, eps, product)
    for k in range(m):
        square[k] *= 0.5 * eta * eta
    for i in range(d):
        for k in range(m):
            product[i, k] = share * (square[k] * columns[i, k] - eta * product[i, k])
    return np.dot(columns, product.T), share * np.dot(columns, off)


@kernel
def advance(
    moment: Array,
    mean: Array,
    h: Array,
    columns: Array,
    eps: Array,
    learned: Array,
    f: float,
    s2: float,
    eta: float,
    product: Array,
) -> None:
    """One update of M (d, d) and mu (d,), overwritten; derived.

    M_ij <- (1 - eta g (h_i + h_j) + 2 eta^2 g h_i h_j) M_ij + eta (mu_i l_j + l_i mu_j)
            + delta_ij eta^2 g h_i (tr h M + s2) + P_ij + P_ji,   g = 1 - f, l = f X'eps/m
    mu <- (1 - eta g h) mu - eta pull
    """
    d = len(mean)
    trace, fresh = s2, 1.0 - f
    for i in range(d):
        trace += h[i] * moment[i, i]
    part, pull = np.zeros((d, d)), np.zeros(d)
    if f > 0.0:
        part, pull = pulls(moment, mean, columns, eps, f, eta, product)
    for i in range(d):
        for j in range(d):
            kept = 1.0 - eta * fresh * (h[i] + h[j]) + 2.0 * eta * eta * fresh * h[i] * h[j]
            both = mean[i] * learned[j] + learned[i] * mean[j]
            moment[i, j] = kept * moment[i, j] + eta * both
        moment[i, i] += eta * eta * fresh * h[i] * trace
    for i in range(d):  # apart, as reading down a column stops the loop above from vectorising
        for j in range(i + 1):
            moment[i, j] = moment[j, i] = moment[i, j] + (part[i, j] + part[j, i])
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
    mean, moment = start.copy(), start.reshape(-1, 1) * start
    columns = np.ascontiguousarray(rows.T)
    product, learned = np.empty_like(columns), f * np.dot(columns, eps) / max(len(eps), 1)
    best, best_at, kept, now = np.inf, 0, 0, 0.0
    for t in range(len(rates) + 1):
        now = 0.5 * np.sum(h * np.diag(moment))
        if now < best:
            best, best_at = now, t
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = now
            train[kept] = 0.5 * np.mean(residuals(moment, mean, columns, eps, product)[0])
            kept += 1
        if t < len(rates):
            advance(moment, mean, h, columns, eps, learned, f, s2, rates[t], product)
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
