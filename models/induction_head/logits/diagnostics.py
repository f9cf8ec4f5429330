"""What theory tells beside the observables: what is conserved, the gradient, actions, brackets of
the cliff and the saddle's rate.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.models.induction_head.logits.problem import STATE, Problem
from toysim.models.induction_head.logits.reduced import ODDS, Reduced, some_rows, take_slope

Array = npt.NDArray[np.float64]


def gradient(reduced: Reduced, states: Array) -> Rows:
    """dloss/dy (n, R) for every number of the state, at reduced states (n, R, 3).

    p is a function of beta1 that alpha multiplies: dloss/dbeta1 = alpha (1 - p) dloss/dalpha.
    """
    n, n_records, _ = states.shape
    y, each = states.reshape(-1, 3).T.copy(), np.repeat(np.arange(n), n_records)
    seen, slope = np.empty((7, len(each))), np.empty_like(y)
    row = some_rows(reduced, each)._replace(mobility=np.ones_like(y))
    take_slope(y, row, seen, slope)
    by_beta1 = (row.alpha_start + y[0]) / (1.0 + seen[ODDS]) * slope[0]
    by = (-found.reshape(n, n_records) for found in (by_beta1, *slope))
    return {f"loss_by_{name}": values for name, values in zip(STATE, by, strict=True)}


def conserved(start: Array, problem: Problem) -> Array:
    """mu_alpha (beta1 + e^beta1/m) - mu_b alpha^2/2 of a row's start (n,)."""
    by_beta1, by_alpha = problem.mobility[:2]
    rise = forms.invariant(start[0], start[1], problem.competitors, 0.0)
    return np.asarray(by_alpha * rise - 0.5 * by_beta1 * start[1] ** 2)


def actions(batch: Batch, start: Array, problem: Problem) -> Rows:
    """int xi dt that the plateau lasts, by ``action_inf`` and ``action_half``, from any start of
    beta1 and alpha; NaN with four logits, where beta1 or alpha does not move, or beyond 1e308.

    The upper one is NaN too where the start lies beyond p = 1/2.
    """
    by_beta1, by_alpha = problem.mobility[:2]
    known = (batch["form"] == "three") & (by_beta1 > 0) & (by_alpha > 0)
    rho = np.divide(by_beta1, by_alpha, out=np.ones(len(batch)), where=known)
    mu = np.where(known, by_alpha, 1.0)
    given = problem.n_pairs, problem.competitors, rho, mu, start[0], start[1]
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        lower, upper = forms.action_inf(*given), forms.action_half(*given)
    return {
        "action_lower": np.where(known & np.isfinite(lower), lower, np.nan),
        "action_upper": np.where(known & (upper > 0.0) & np.isfinite(upper), upper, np.nan),
    }


def cliff(batch: Batch, start: Array, problem: Problem) -> Rows:
    """Two estimates of t50 that lie on its two sides, and their leading law.

    From the origin, three logits of equal mobilities, m = N: each where it is known to lie on its
    side (``forms.bracketed``), the law where both are. Elsewhere NaN.
    """
    n, n_labels, m = batch["n_pairs"], batch["n_labels"], problem.competitors
    moving, by_alpha = problem.mobility[[0, 1, 3]], problem.mobility[1]
    known = (batch["form"] == "three") & (start == 0).all(axis=0) & (m == n)
    known &= (moving == by_alpha).all(axis=0) & (by_alpha > 0)
    mu = np.where(known, by_alpha, 1.0)
    lower, upper = forms.action_inf(n, m, mu_alpha=mu), forms.action_half(n, m, mu_alpha=mu)
    below, above = forms.bracketed(n, n_labels)
    estimates = {
        "cliff_lower": (below, forms.time_of_action(lower, n, n_labels, mu)),
        "cliff_upper": (above, forms.time_of_action(upper, n, n_labels, mu)),
        "cliff_law": (above, forms.linear_cliff_time(lower, n, n_labels, mu)),
    }
    return {name: np.where(known & on, time, np.nan) for name, (on, time) in estimates.items()}


def saddle_rate(batch: Batch, start: Array, problem: Problem) -> Array:
    """Rate at which the origin is left for L = N, three logits; elsewhere NaN."""
    n, (_, by_alpha, _, by_xi) = batch["n_pairs"], problem.mobility
    rate = forms.saddle_rate(start[0], n, problem.competitors, by_alpha, by_xi)
    return np.where((batch["form"] == "three") & (batch["n_labels"] == n), rate, np.nan)
