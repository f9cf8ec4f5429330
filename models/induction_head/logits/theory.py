"""The nested logits without beta1: its invariant leaves a flow of one number less, solved by
another method.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp
from scipy.special import wrightomega

from toysim.batch import Batch, Rows
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.models.induction_head.logits.flow import LEFT
from toysim.models.induction_head.logits.simulation import (
    crossing_rows,
    four_of,
    records_of,
    tasks_of,
)

Array = npt.NDArray[np.float64]
COURSES = ("beta1", "alpha", "beta2", "xi", "p_right", "loss", "previous_token", "right_attention")


class Reduced:
    """A row's flow of (alpha, beta2, xi): beta1 = log(m w) with w = p/(1-p) on the flow line's
    invariant.
    """

    def __init__(self, task: tuple[float, ...], start: Array, mobility: Array) -> None:
        self.n_pairs, self.n_labels, self.m, self.n_items = task
        self.start = start[1:]
        self.mobility = mobility[1:]
        self.rho = mobility[0] / mobility[1] if mobility[1] > 0 else 0.0
        self.log_odds = float(forms.invariant(start[0], start[1], self.m, self.rho)) - math.log(
            self.m
        )

    def looks(self, y: Array) -> Any:
        """w, q, r, probabilities of the right and of each other shown label, and the log of the
        former.
        """
        w = float(wrightomega(self.log_odds + 0.5 * self.rho * y[0] ** 2))
        scores = np.array([y[0] * w / (1.0 + w) + y[1], y[1], 0.0])
        weights = np.exp(scores - scores.max())
        attention = weights / (weights @ (1.0, self.n_pairs - 1.0, self.n_items))
        logits = np.array([y[2] * attention[0], y[2] * attention[1], 0.0])
        shifted = logits - logits.max()
        chances = np.exp(shifted)
        total = chances @ (1.0, self.n_pairs - 1.0, self.n_labels - self.n_pairs)
        return w, *attention[:2], *(chances[:2] / total), shifted[0] - math.log(total)

    def slope(self, t: float, y: Array) -> list[float]:
        """-mobility * gradient: the chain rule from the logits z = xi (q, r, 0) back through both
        softmaxes.
        """
        w, q, r, right, other, _ = self.looks(y)
        n = self.n_pairs - 1.0
        on_right, on_other = 1.0 - right, -other  # -dloss/dz
        mean = q * on_right + n * r * on_other
        by_right_score = y[2] * q * (on_right - mean)
        by_label_score = by_right_score + y[2] * n * r * (on_other - mean)
        return [
            self.mobility[0] * w / (1.0 + w) * by_right_score,
            self.mobility[1] * by_label_score,
            self.mobility[2] * mean,
        ]

    def excesses(self) -> list[Any]:
        """Functions whose first zeros are the crossings."""
        levels = [lambda t, y, s=s: self.looks(y)[3] - s for s in (0.1, 0.5, 0.9)]
        return [*levels, lambda t, y: self.looks(y)[5] + math.log(self.n_labels) - LEFT]

    def solve(self, at: Array, duration: float) -> tuple[Array, Array]:
        """Courses (R, 8) in the order of COURSES and crossing times (4,)."""
        excesses = self.excesses()
        crossings = np.array([0.0 if e(0.0, self.start) >= 0.0 else np.nan for e in excesses])
        states = np.repeat(self.start[:, None], len(at), axis=1)
        if duration > 0.0:
            found = solve_ivp(
                self.slope,
                (0.0, duration),
                self.start,
                "DOP853",
                at,
                events=excesses,
                rtol=1e-11,
                atol=1e-13,
            )
            states = np.reshape(found.y, (3, -1))
            first = [times[0] if len(times) else np.nan for times in found.t_events]
            crossings = np.where(np.isnan(crossings), first, crossings)
        return np.array([self._course(y) for y in states.T]).reshape(-1, len(COURSES)), crossings

    def _course(self, y: Array) -> list[float]:
        w, q, _, right, _, log_right = self.looks(y)
        return [math.log(self.m * w), *y, right, -log_right, w / (1.0 + w), q]


def predict(batch: Batch) -> Rows:
    """Courses and crossings of the reduced flow; brackets of the cliff and the saddle's rate beside
    them.

    Not valid where beta1 moves at a fixed alpha (mu_alpha = 0 and alpha not 0): nothing is reduced
    then.
    """
    at, start, mobility = records_of(batch), four_of(batch, "start"), four_of(batch, "mobility")
    task = tasks_of(batch)
    courses, crossings = (
        np.full((*at.shape, len(COURSES)), np.nan),
        np.full((len(batch), 4), np.nan),
    )
    valid = (mobility[:, 1] > 0) | (mobility[:, 0] == 0) | (start[:, 1] == 0)
    for i in np.flatnonzero(valid):
        reduced = Reduced(tuple(float(column[i]) for column in task), start[i], mobility[i])
        courses[i], crossings[i] = reduced.solve(at[i], float(batch["duration"][i]))
    rows = {name: courses[:, :, k] for k, name in enumerate(COURSES)}
    rows["xi"] = _frozen(batch, at, rows["xi"])
    return {
        "time": at,
        **rows,
        **crossing_rows(crossings),
        "invariant_drift": np.zeros(len(batch)),
        **_cliff(batch),
        "valid": valid,
    }


def _frozen(batch: Batch, at: Array, xi: Array) -> Array:
    """xi by its closed form where attention stays even: three logits, alpha = 0 and frozen."""
    even = (batch["form"] == "three") & (batch["alpha_start"] == 0) & (batch["alpha_mobility"] == 0)
    columns = (batch[name][:, None] for name in ("n_pairs", "n_labels", "xi_mobility", "xi_start"))
    return np.where(even[:, None], forms.xi_phase1(at, *columns), xi)


def _cliff(batch: Batch) -> Rows:
    """Diagnostics: two estimates of t50 that lie on its two sides, and their leading law; the
    saddle's rate at L = N.

    From the origin, three logits: the estimates are a bracket, checked, not proven, at equal
    mobilities, N >= 8, 2N <= L <= 64N, m = N (at N = 8 the upper one fails from L = 110N).
    Elsewhere NaN.
    """
    n, n_labels, m = batch["n_pairs"], batch["n_labels"], tasks_of(batch).competitors
    start, mobility = four_of(batch, "start"), four_of(batch, "mobility")
    known = (batch["form"] == "three") & (start == 0).all(axis=1) & (n >= 8) & (m == n)
    known &= (n_labels >= 2 * n) & (n_labels <= 64 * n)
    known &= (mobility[:, [0, 1, 3]] == mobility[:, 1:2]).all(axis=1) & (mobility[:, 1] > 0)
    mu = np.where(known, mobility[:, 1], 1.0)
    lower, upper = forms.action_inf(n, m, mu_alpha=mu), forms.action_half(n, m, mu_alpha=mu)
    saddle = forms.saddle_rate(start[:, 0], n, m, mobility[:, 1], mobility[:, 3])
    return {
        "cliff_lower": np.where(known, forms.time_of_action(lower, n, n_labels, mu), np.nan),
        "cliff_upper": np.where(known, forms.time_of_action(upper, n, n_labels, mu), np.nan),
        "cliff_law": np.where(known, forms.linear_cliff_time(lower, n, n_labels, mu), np.nan),
        "saddle_rate": np.where((batch["form"] == "three") & (n_labels == n), saddle, np.nan),
    }
