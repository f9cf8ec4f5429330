"""Exact moments of scheduled least squares, its stability limits and stationary loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scheduled_sgd.expectation import expected
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.parts import alike, scattered
from toysim.models.scheduled_sgd.regression.columns import together
from toysim.models.scheduled_sgd.regression.problem import rows_and_rates
from toysim.models.scheduled_sgd.stability import fourth_stable_rate, stationary_loss
from toysim.numerics.least_squares import fourth_moments
from toysim.numerics.mean_square import largest_stable_rate
from toysim.numerics.spread import narrow

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NAN = float("nan")


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid where its numbers are finite and means over replicas show
    them. Plain rows go side by side, those with momentum, weight decay or more to tell one by one.
    """
    alone = (batch["momentum"] > 0.0) | (batch["weight_decay"] > 0.0) | (batch["target"] > 0.0)
    alone |= batch["variance"] | (batch["schedule"] == "refined")
    plain = np.flatnonzero(~alone)
    parts = [(rows, together(batch.take(rows))) for rows in alike(batch, plain) if len(rows)]
    if alone.any():
        some = batch.take(np.flatnonzero(alone))
        told = stacked([by_itself(row, rates) for row, rates in rows_and_rates(some)])
        parts.append((np.flatnonzero(alone), told))
    return scattered(parts)


def by_itself(row: Row, rates: Array) -> dict[str, Any]:
    """Every observable of one row of any kind."""
    p = row.p
    h, signal = modes(p)
    at = row.record_at
    whole = expected(p, h, signal, p.label_noise, rates, at)
    bias = expected(p, h, signal, 0.0, rates, at).course[at] if len(at) else np.empty(0)
    loss = whole.course[at]
    with np.errstate(invalid="ignore"):  # both may be infinite
        noise_loss = loss - bias
    return {
        "loss": loss,
        "final_loss": whole.course[-1],
        "mode_loss": 0.5 * whole.signal,
        "gradient_square": whole.square,
        "signal_loss": bias,
        "noise_loss": noise_loss,
        "peak_loss": np.max(whole.course),
        "steps_to_target": first_passage(whole.course, p.target),
        **_limits(p, h, float(np.max(rates))),
        **_deviations(p, h, signal, rates, at),
        "valid": _valid(p, h, signal, rates, np.append(at, p.n_steps), whole.course),
    }


def first_passage(course: Array, target: float) -> float:
    """Updates after which the loss first reaches the target, between two of them by its logarithm;
    NaN if never, or without a target.
    """
    reached = course <= target
    if target <= 0.0 or not reached.any():
        return NAN
    t = int(np.argmax(reached))
    if t == 0:
        return 0.0
    above, below = np.log(course[t - 1]), np.log(max(course[t], np.finfo(float).tiny))
    return float(t - 1 + (above - np.log(target)) / (above - below))


def _limits(p: Any, h: Array, rate: float) -> dict[str, float]:
    """Of the peak rate; none is known with weight decay."""
    if p.weight_decay:
        return dict.fromkeys(("stationary_loss", "share_of_limit", "share_of_fourth"), NAN)
    batch = float(p.batch_size)
    return {
        "stationary_loss": stationary_loss(rate, h, batch, p.momentum, p.label_noise),
        "share_of_limit": rate / largest_stable_rate(h, batch, p.momentum),
        "share_of_fourth": rate / fourth_stable_rate(h, batch) if p.variance else NAN,
    }


def _deviations(p: Any, h: Array, signal: Array, rates: Array, at: Ints) -> dict[str, Any]:
    """Exact standard deviation of the loss, and runs for a standard error of 1 % at the end."""
    if not p.variance:
        return {"loss_deviation": np.full(len(at), NAN), "replicas_needed": NAN}
    second, fourth = np.empty((2, len(at) + 1))
    keep_at, ones = np.append(at, p.n_steps), np.ones(len(h))
    told = (p.label_noise, float(p.batch_size), rates, keep_at, second, fourth, np.empty(len(h)))
    fourth_moments(signal.copy(), h, ones, *told)
    with np.errstate(all="ignore"):
        variance = np.maximum(fourth / 4.0 - (second / 2.0) ** 2, 0.0)
        needed = 1e4 * variance[-1] / (second[-1] / 2.0) ** 2
    return {"loss_deviation": np.sqrt(variance)[:-1], "replicas_needed": needed}


def _valid(p: Any, h: Array, signal: Array, rates: Array, keep_at: Ints, course: Array) -> bool:
    """Finite, and not of rare runs. With momentum, whose spread is not known, that of plain SGD at
    the rate that it comes to; with weight decay, while a decay does not overshoot.
    """
    if p.weight_decay * float(np.max(rates)) > 1.0 or not np.isfinite(course).all():
        return False
    spread = (p.label_noise, float(p.batch_size), rates / (1.0 - p.momentum), keep_at)
    return narrow(h, signal, *spread)
