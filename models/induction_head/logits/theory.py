"""The nested logits without beta1: its invariant leaves a flow of one number less, solved by
another method.

Derived from the loss of three logits (after arXiv:2312.03002, a reconstruction) and of four.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.models.induction_head.logits.diagnostics import (
    actions,
    cliff,
    conserved,
    gradient,
    saddle_rate,
)
from toysim.models.induction_head.logits.measures import crossing_levels, crossing_rows
from toysim.models.induction_head.logits.problem import Problem, problem_of, start_of
from toysim.models.induction_head.logits.reduced import Reduced
from toysim.models.induction_head.logits.reduced_rows import Found, room, solve_rows

Array = npt.NDArray[np.float64]
COURSES = ("beta1", "alpha", "beta2", "xi", "p_right", "loss", "previous_token", "right_attention")


def predict(batch: Batch) -> Rows:
    """Courses and crossings of the reduced flow; the diagnostics beside them.

    A crossing that p(right) creeps through, so that rounding sets its time, is NaN.
    Not valid where beta1 moves at a fixed alpha (mu_alpha = 0 and alpha not 0): nothing is reduced
    then.
    """
    start, problem = start_of(batch), problem_of(batch)
    by_beta1, by_alpha = problem.mobility[:2]
    reducible = (by_alpha > 0) | (by_beta1 == 0) | (start[1] == 0)
    reduced = _reduced(start, problem)
    courses, found = _solved(batch, reduced, start, problem)
    rows = {name: courses[:, :, k] for k, name in enumerate(COURSES)}
    return {
        **rows,
        "xi": _frozen(batch, rows["xi"]),
        **crossing_rows(found.crossings),
        "invariant_drift": np.zeros(len(batch)),
        "invariant": conserved(start, problem),
        **gradient(reduced, found.states[:, :-1]),
        **actions(batch, start, problem),
        **cliff(batch, start, problem),
        "saddle_rate": saddle_rate(batch, start, problem),
        "valid": reducible & found.solved,
    }


def _solved(batch: Batch, reduced: Reduced, start: Array, problem: Problem) -> tuple[Array, Found]:
    """Courses (n, R, 8), and what the reduced flow gives at records and at the end."""
    stops = np.append(batch.record_at, batch["duration"][:, None], axis=1)
    found = room(*stops.shape)
    levels = np.log(crossing_levels(batch["n_labels"]))
    moved = np.stack([np.zeros(len(batch)), *start[2:]])
    solve_rows(moved, reduced, levels, stops, found)
    change, beta2, xi = np.moveaxis(found.states[:, :-1], 2, 0)
    p, q, *_, log_right, odds = np.moveaxis(found.seen[:, :-1], 2, 0)
    beta1, alpha = np.log(problem.competitors[:, None] * odds), start[1][:, None] + change
    courses = (beta1, alpha, beta2, xi, np.exp(log_right), -log_right, p, q)
    return np.stack(courses, axis=2), found


def _reduced(start: Array, problem: Problem) -> Reduced:
    n_pairs, n_labels, m, n_items, mobility, smallest = problem
    by_beta1, by_alpha = mobility[0], mobility[1]
    rho = np.divide(by_beta1, by_alpha, out=np.zeros(len(m)), where=by_alpha > 0)
    log_odds = start[0] - np.log(m)
    z = log_odds + np.exp(log_odds)
    return Reduced(n_pairs, n_labels, n_items, start[1], rho, z, mobility[1:], smallest[1:])


def _frozen(batch: Batch, xi: Array) -> Array:
    """xi by its closed form where attention stays even: three logits, alpha = 0 and frozen."""
    even = (batch["form"] == "three") & (batch["alpha_start"] == 0) & (batch["alpha_mobility"] == 0)
    columns = (batch[name][:, None] for name in ("n_pairs", "n_labels", "xi_mobility", "xi_start"))
    return np.where(even[:, None], forms.xi_phase1(batch.record_at, *columns), xi)
