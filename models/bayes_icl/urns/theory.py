"""Exact losses given the urns, exact means over sets of urns, and bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.bayes_icl.counts import can_enumerate, contexts
from toysim.models.bayes_icl.drawn_urns import Urns, is_uniform
from toysim.models.bayes_icl.exact_gain import exact_gain
from toysim.models.bayes_icl.information import (
    distinguishable_tasks,
    gain_upper,
    generaliser_losses,
    task_information,
)

LONGEST = 256  # balls up to which the exact mean over sets is summed


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    return stacked([_row(row, urns) for row in batch.rows()])


def _row(row: Row, urns: Urns) -> Rows:
    p, bounds = row.p, _bounds(row.p)
    found = _given_urns(row, urns) if p.known else _over_sets(p) | {"gain": bounds["gain_mean"]}
    for name in ("loss_memorising", "loss_generalising") if not p.by_context else ():
        found[name] = np.full(p.context_length, np.nan)
    return {name: np.asarray(value) for name, value in (found | bounds).items()}


def _given_urns(row: Row, urns: Urns) -> dict[str, Any]:
    p = row.p
    if not can_enumerate(p.n_tasks, p.n_colours, p.context_length):
        nothing = np.full(p.context_length, np.nan)
        losses = {"loss_memorising": nothing, "loss_generalising": nothing}
        return losses | {"gain": np.nan, "divergence": np.nan, "valid": False}
    exact, fresh = contexts(p, urns.of(row)), p.evaluate_on == "fresh"
    return {
        "loss_memorising": exact.losses(fresh, exact.memoriser),
        "loss_generalising": exact.losses(fresh, exact.generaliser),
        "gain": exact.gain(fresh),
        "divergence": exact.gain(False),
        "valid": True,
    }


def _over_sets(p: Any) -> dict[str, Any]:
    """A mean over sets of urns is one over fresh urns for the generaliser, seen or not."""
    return {
        "loss_memorising": np.full(p.context_length, np.nan),
        "loss_generalising": generaliser_losses(p.n_colours, p.context_length, p.concentration),
        "divergence": np.nan,
        "valid": True,
    }


def _mean(p: Any) -> float:
    known = is_uniform(p) and p.context_length <= LONGEST
    return exact_gain(p.n_tasks, p.context_length, p.evaluate_on == "seen") if known else np.nan


def _bounds(p: Any) -> dict[str, Any]:
    V, C, a = p.n_colours, p.context_length, p.concentration
    known, tasks = task_information(V, C, a), distinguishable_tasks(V, C, a)
    return {
        "task_information": known,
        "distinguishable_tasks": tasks,
        "gain_lower": max(0.0, known - np.log(p.n_tasks)),
        "gain_upper": gain_upper(p.n_tasks, V, C, a),
        "gain_many_tasks": (tasks - 1.0) / (2.0 * p.n_tasks),
        "gain_mean": _mean(p),
    }
