"""The best rates, their mean loss, and the laws beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.optimal.law import law_rates
from toysim.models.scheduled_sgd.optimal.problem import Plan, mean_course, planned
from toysim.numerics.spread import narrow

Array = npt.NDArray[np.float64]

NAN = float("nan")


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid where means over replicas show it."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p = row.p
    plan, at = planned(p), row.record_at
    course, _ = mean_course(p, plan.rates)
    rates = np.where(at < len(plan.rates), plan.rates[np.minimum(at, len(plan.rates) - 1)], NAN)
    best = plan.best
    return {
        "loss": course[at],
        "final_loss": course[-1],
        "rate": rates,
        "passes": float(best.passes),
        "residual": best.residual,
        "smooth": float(best.rates.max() <= 2.0 / plan.problem.h.max()),
        **shape(best.rates),
        **_law(p, plan, at),
        "valid": _valid(p, plan, np.append(at, len(plan.rates)), course),
    }


def shape(rates: Array) -> dict[str, float]:
    """Warm-up, place of the peak, share of updates after it below half of it, and the exponent of
    the decay in 1 - z between z = .7 and .95.
    """
    n = len(rates)
    peak, largest = int(np.argmax(rates)), float(rates.max())
    after = np.arange(n) > peak
    return {
        "warmup_ratio": _warmup(rates),
        "peak_position": peak / n,
        "decay_share": float(np.mean(after & (rates < 0.5 * largest))),
        "tail_exponent": _tail_exponent(rates),
    }


def _warmup(rates: Array) -> float:
    """The largest rate over the first; NaN from a rate of 0."""
    return float(rates.max() / rates[0]) if rates[0] > 0.0 else NAN


def _tail_exponent(rates: Array) -> float:
    n = len(rates)
    early, late = round(0.7 * n), round(0.95 * n)
    if not early < late < n or rates[early] == 0.0 or rates[late] == 0.0:
        return NAN
    return float(np.log(rates[late] / rates[early]) / np.log((n - late) / (n - early)))


def _law(p: Any, plan: Plan, at: npt.NDArray[np.int64]) -> dict[str, Any]:
    if not p.law:
        return {"law_rate": np.full(len(at), NAN), "law_loss": NAN, "law_warmup_ratio": NAN}
    rates, loss = law_rates(plan.problem, p.n_steps)
    since = at - p.checkpoint_steps
    inside = (since >= 0) & (since < p.n_steps)
    return {
        "law_rate": np.where(inside, rates[np.clip(since, 0, p.n_steps - 1)], NAN),
        "law_loss": loss,
        "law_warmup_ratio": _warmup(rates),
    }


def _valid(p: Any, plan: Plan, keep_at: npt.NDArray[np.int64], course: Array) -> bool:
    """Additive noise leaves normal numbers; samples may leave rare runs."""
    if not np.isfinite(course).all():
        return False
    h, signal = modes(p)
    spread = (p.label_noise, float(p.batch_size), plan.rates, keep_at)
    return narrow(h, signal, *spread) if plan.problem.sampled else True
