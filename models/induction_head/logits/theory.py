"""The nested logits without beta1: its invariant leaves a flow of one number less, solved by
another method.

Derived from the loss of three logits (after arXiv:2312.03002, a reconstruction) and of four.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp
from scipy.special import wrightomega

from toysim.batch import Batch, Rows
from toysim.models.induction_head.crossings import LEFT
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.models.induction_head.logits.measures import crossing_rows
from toysim.models.induction_head.logits.problem import Problem, problem_of, start_of

Array = npt.NDArray[np.float64]
COURSES = ("beta1", "alpha", "beta2", "xi", "p_right", "loss", "previous_token", "right_attention")


class Looks(NamedTuple):
    """What a state gives: odds w = p/(1-p) of layer 1; q, r of layer 2; probability of the right
    label and of each other one shown; log of the former.
    """

    odds: float
    q: float
    r: float
    right: float
    other: float
    log_right: float


class Reduced:
    """A row's flow of y = (alpha, beta2, xi): beta1 = log(m w) with w = p/(1-p) on the flow line's
    invariant.
    """

    def __init__(self, problem: Problem, start: Array) -> None:
        self.problem = problem
        self.start = start[1:]
        by_beta1, by_alpha = problem.mobility[:2]
        self.rho = by_beta1 / by_alpha if by_alpha > 0 else 0.0
        m = problem.competitors
        self.log_odds = float(forms.invariant(start[0], start[1], m, self.rho)) - math.log(m)

    def looks(self, y: Array) -> Looks:
        """All that slope, events and courses need of a state y (3,)."""
        n, n_labels = self.problem.n_pairs, self.problem.n_labels
        odds = float(wrightomega(self.log_odds + 0.5 * self.rho * y[0] ** 2))
        scores = np.array([y[0] * odds / (1.0 + odds) + y[1], y[1], 0.0])
        weights = np.exp(scores - scores.max())
        q, r = weights[:2] / (weights @ (1.0, n - 1.0, self.problem.n_items))
        logits = np.array([y[2] * q, y[2] * r, 0.0])
        shifted = logits - logits.max()
        weights = np.exp(shifted)
        total = weights @ (1.0, n - 1.0, n_labels - n)
        right, other = weights[:2] / total
        return Looks(odds, q, r, right, other, shifted[0] - math.log(total))

    def slope(self, t: float, y: Array) -> list[float]:
        """-mobility * gradient: the chain rule from the logits z = xi (q, r, 0) back through both
        softmaxes.
        """
        odds, q, r, right, other, _ = self.looks(y)
        n = self.problem.n_pairs - 1.0
        on_right, on_other = 1.0 - right, -other  # -dloss/dz
        mean = q * on_right + n * r * on_other
        by_right_score = y[2] * q * (on_right - mean)
        by_label_score = by_right_score + y[2] * n * r * (on_other - mean)
        _, by_alpha, by_beta2, by_xi = self.problem.mobility
        return [
            by_alpha * odds / (1.0 + odds) * by_right_score,
            by_beta2 * by_label_score,
            by_xi * mean,
        ]

    def excesses(self) -> list[Any]:
        """Functions whose first zeros are the crossings, in the order of ``crossing_rows``."""
        known_nothing = math.log(self.problem.n_labels)
        levels = [lambda t, y, s=s: self.looks(y).right - s for s in (0.1, 0.5, 0.9)]
        return [*levels, lambda t, y: self.looks(y).log_right + known_nothing - LEFT]

    def solve(self, at: Array, duration: float) -> tuple[Array, Array]:
        """Courses (R, 8) in the order of COURSES and crossing times (4,); at (R,)."""
        excesses = self.excesses()
        crossings = np.array([0.0 if e(0.0, self.start) >= 0.0 else np.nan for e in excesses])
        states = np.repeat(self.start[:, None], len(at), axis=1)
        if duration > 0.0:
            tolerances: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-13}
            span = (0.0, duration)
            found = solve_ivp(
                self.slope, span, self.start, "DOP853", at, events=excesses, **tolerances
            )
            states = np.reshape(found.y, (3, -1))
            first = [times[0] if len(times) else np.nan for times in found.t_events]
            crossings = np.where(np.isnan(crossings), first, crossings)
        return np.array([self._course(y) for y in states.T]).reshape(-1, len(COURSES)), crossings

    def _course(self, y: Array) -> list[float]:
        odds, q, _, right, _, log_right = self.looks(y)
        beta1 = math.log(self.problem.competitors * odds)
        return [beta1, *y, right, -log_right, odds / (1.0 + odds), q]


def predict(batch: Batch) -> Rows:
    """Courses and crossings of the reduced flow; brackets of the cliff and the saddle's rate beside
    them.

    Not valid where beta1 moves at a fixed alpha (mu_alpha = 0 and alpha not 0): nothing is reduced
    then.
    """
    at, start, problem = batch.record_at, start_of(batch), problem_of(batch)
    courses = np.full((*at.shape, len(COURSES)), np.nan)
    crossings = np.full((len(batch), 4), np.nan)
    by_beta1, by_alpha = problem.mobility[:, 0], problem.mobility[:, 1]
    valid = (by_alpha > 0) | (by_beta1 == 0) | (start[:, 1] == 0)
    for i in map(int, np.flatnonzero(valid)):
        reduced = Reduced(problem.row(i), start[i])
        courses[i], crossings[i] = reduced.solve(at[i], float(batch["duration"][i]))
    rows = {name: courses[:, :, k] for k, name in enumerate(COURSES)}
    return {
        **rows,
        "xi": _frozen(batch, rows["xi"]),
        **crossing_rows(crossings),
        "invariant_drift": np.zeros(len(batch)),
        **_cliff(batch, start, problem),
        "saddle_rate": _saddle_rate(batch, start, problem),
        "valid": valid,
    }


def _frozen(batch: Batch, xi: Array) -> Array:
    """xi by its closed form where attention stays even: three logits, alpha = 0 and frozen."""
    even = (batch["form"] == "three") & (batch["alpha_start"] == 0) & (batch["alpha_mobility"] == 0)
    columns = (batch[name][:, None] for name in ("n_pairs", "n_labels", "xi_mobility", "xi_start"))
    return np.where(even[:, None], forms.xi_phase1(batch.record_at, *columns), xi)


def _cliff(batch: Batch, start: Array, problem: Problem) -> Rows:
    """Diagnostics: two estimates of t50 that lie on its two sides, and their leading law.

    From the origin, three logits: the estimates are a bracket, checked, not proven, at equal
    mobilities, N >= 8, 2N <= L <= 64N, m = N (at N = 8 the upper one fails from L = 110N).
    Elsewhere NaN.
    """
    n, n_labels, m = batch["n_pairs"], batch["n_labels"], problem.competitors
    moving = problem.mobility[:, [0, 1, 3]]
    known = (batch["form"] == "three") & (start == 0).all(axis=1) & (n >= 8) & (m == n)
    known &= (n_labels >= 2 * n) & (n_labels <= 64 * n)
    known &= (moving == moving[:, 1:2]).all(axis=1) & (moving[:, 1] > 0)
    mu = np.where(known, moving[:, 1], 1.0)
    lower, upper = forms.action_inf(n, m, mu_alpha=mu), forms.action_half(n, m, mu_alpha=mu)
    estimates = {
        "cliff_lower": forms.time_of_action(lower, n, n_labels, mu),
        "cliff_upper": forms.time_of_action(upper, n, n_labels, mu),
        "cliff_law": forms.linear_cliff_time(lower, n, n_labels, mu),
    }
    return {name: np.where(known, times, np.nan) for name, times in estimates.items()}


def _saddle_rate(batch: Batch, start: Array, problem: Problem) -> Array:
    """Diagnostic: rate at which the origin is left for L = N, three logits; elsewhere NaN."""
    n, (_, by_alpha, _, by_xi) = batch["n_pairs"], problem.mobility.T
    rate = forms.saddle_rate(start[:, 0], n, problem.competitors, by_alpha, by_xi)
    return np.where((batch["form"] == "three") & (batch["n_labels"] == n), rate, np.nan)
