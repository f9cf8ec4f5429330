"""What the claims about the order of difficulty come to."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.curricula.reading import CLEAR, CYCLES, apart, end, last, near, paired, place
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter, runs

EXACT = 1e-4  # of the error that the grid of the control leaves
LAW = 0.05  # share of the gain that terms of higher order in the rate may take
CAUSE = 5e-4  # of the error, beside the standard errors
# Learning rates from which on cycles beat a mixture, by start weights, and up to which the same
# sizes sorted beat cycles; by examples per dimension. From the limit's course, before any run.
BEATS_MIXED = {
    4.0: {0.0: 0.0, 0.25: 0.89, 0.5: 1.21, 1.0: 1.49},
    12.0: {0.0: 0.0, 0.25: 0.80, 0.5: 1.00, 1.0: 1.22},
}
BEATS_SORTED = {4.0: 1.74, 12.0: 0.70}


def easy_first_helps(orders: xr.DataTree) -> Evidence:
    """error_hard at the end: easy first, mixed, hard first."""
    draws = last(runs(orders, "error_hard")).transpose("setting", "order", "replica")
    easy, mixed, hard = (place(draws, "order", n) for n in ("easy_first", "mixed", "hard_first"))
    steps = [apart(draws, "order", *pair) for pair in ((mixed, easy), (hard, mixed))]
    exact = near(orders, "error_hard").all("order").transpose("setting").values
    theory = end(orders, "error_hard", "theory").transpose("setting", "order")
    mean, error = mean_and_error(draws)
    chosen = [easy, mixed, hard]
    return Evidence(
        np.array([(gap > CLEAR * size).values & exact for gap, size in steps]),
        (
            Number(
                "error of easy first, mixed, hard first by setting",
                mean.isel(order=chosen),
                theory.isel(order=chosen),
                error.isel(order=chosen),
                form=".5f",
            ),
        ),
        "each below the next by more than five standard errors, all within five of theory",
    )


def only_on_hard_tests(orders: xr.DataTree) -> Evidence:
    """error_easy at the end at few relevant inputs; the near pair of many by exact means."""
    draws = last(runs(orders, "error_easy")).transpose("setting", "order", "replica")
    easy, mixed, hard = (place(draws, "order", n) for n in ("easy_first", "mixed", "hard_first"))
    exact = near(orders, "error_easy").all("order").transpose("setting").values
    theory = end(orders, "error_easy", "theory").transpose("setting", "order")
    falls = []
    for pair in ((mixed, hard), (easy, mixed)):
        gap, size = apart(draws, "order", *pair)
        falls.append((gap > CLEAR * size).values & exact)
    few, many = 0, 1  # 50 and 200 relevant inputs
    by_law = theory[many, easy] > theory[many, mixed]
    holds = [falls[0][few], falls[1][few], falls[0][many], bool(by_law) and exact[many]]
    mean, error = mean_and_error(draws)
    chosen = [hard, mixed, easy]
    return Evidence(
        np.array(holds),
        (
            Number(
                "error on easy examples of hard first, mixed, easy first by setting",
                mean.isel(order=chosen),
                theory.isel(order=chosen),
                error.isel(order=chosen),
                form=".5f",
            ),
        ),
        "each below the next by more than five standard errors (mixed and easy first at 200 "
        "relevant inputs: by exact means), all within five of theory",
    )


def gain_is_transient(transient: xr.DataTree) -> Evidence:
    """Irrelevant norm, hard first less easy first, over the law of small rates."""
    draws = last(runs(transient, "irrelevant_norm"))
    hard, easy = place(draws, "order", "hard_first"), place(draws, "order", "easy_first")
    theory = end(transient, "irrelevant_norm", "theory")
    exact = theory.isel(order=hard) - theory.isel(order=easy)
    gap, size = apart(draws, "order", hard, easy)
    eta, H = parameter(transient, "learning_rate"), 0.5
    n_r, n_i = parameter(transient, "n_relevant"), parameter(transient, "n_irrelevant")
    tau = eta * exact["examples_per_dimension"]
    law = eta * n_i / (n_r + n_i) * 2.0 / np.pi * H * tau
    law = law * (np.exp(-2.0 * H * tau) - np.exp(-2.0 * tau))
    on_law = abs(exact / law - 1.0) <= LAW
    fades = bool(gap[-2] - gap[-1] > CLEAR * np.hypot(size[-2], size[-1]))
    return Evidence(
        np.append((on_law & (abs(gap - exact) <= CLEAR * size)).values, fades),
        (
            Number("eta alpha", tau, form="g"),
            Number("gain", gap, exact, size, form=".5f"),
            Number("exact gain over the law", exact / law, 1.0, LAW, form=".3f"),
        ),
        "exact gain within 5 % of the law, runs within five standard errors of it, and a last gain "
        "clearly below the one before",
    )


def optimum_changes_shape(optimal: xr.DataTree) -> Evidence:
    """Whether the predicate of easy first tells where nothing beats it."""
    draws = last(runs(optimal, "error_test"))
    easy, best = place(draws, "order", "easy_first"), place(draws, "order", "optimal")
    says = observable(optimal, "easy_first_is_optimal", "theory").isel(order=easy) > 0.5
    limit = end(optimal, "error_limit", "theory")
    law = limit.isel(order=best) - limit.isel(order=easy)
    gap, size = paired(draws, "order", best, easy)
    seen = abs(gap) <= CLEAR * size + EXACT
    return Evidence(
        np.array([((law > -EXACT) == says).values, (seen == says).values]),
        (
            Number("learning rate", law["learning_rate"], form="g"),
            Number("easy first is optimal", says.astype(float), form="g"),
            Number("error of the best order less easy first", gap, law, size, form=".4f"),
        ),
        "the predicate is 1 where the best order gains less than 1e-4, by the limit's course and "
        "in runs (and five standard errors), 0 where it gains more",
    )


def cycling_beats_both(cyclical: xr.DataTree) -> Evidence:
    """Cyclic sizes against a mixture, and against the same sizes sorted, where runs can tell."""
    holds, within, told = [], [], 0
    for other in ("mixed", "sorted"):
        for found in compared(cyclical, other):
            told += 1
            holds.append(found["gap"] < 0.0)
            alpha, start, eta = found["alpha"], found["start"], found["eta"]
            if other == "mixed":
                within.append(eta > BEATS_MIXED[alpha][start])
            else:
                within.append(eta > BEATS_SORTED[alpha])
    return Evidence(
        np.array(holds),
        (Number("comparisons that runs can tell", told, form="d"),),
        "error of cyclic sizes below the other's, wherever the exact difference is above five "
        "standard errors of the runs'; sorted sizes without irrelevant start weights",
        np.array(within),
    )


def compared(cyclical: xr.DataTree, other: str) -> list[dict[str, Any]]:
    """Differences of cyclic sizes from another order that the runs can tell."""
    draws = last(runs(cyclical, "error_test"))
    gap, size = paired(draws, "how", CYCLES["cyclical"], CYCLES[other])
    limit = end(cyclical, "error_limit", "theory")
    exact = limit.isel(how=CYCLES["cyclical"]) - limit.isel(how=CYCLES[other])
    dims = ("examples_per_dimension", "start_irrelevant", "learning_rate")
    gap, size, exact = (each.transpose(*dims) for each in (gap, size, exact))
    found = []
    for place_ in np.argwhere((abs(exact) > CLEAR * size).values):
        at = exact[tuple(place_)]
        alpha, start, eta = (float(at[name]) for name in dims)
        if other == "mixed" or start == 0.0:
            value = float(gap[tuple(place_)])
            found.append({"gap": value, "alpha": alpha, "start": start, "eta": eta})
    return found


def cycling_is_the_cause(cyclical: xr.DataTree) -> Evidence:
    """Cyclic sizes against the same share of hard examples held constant."""
    draws = last(runs(cyclical, "error_test"))
    gap, size = paired(draws, "how", CYCLES["cyclical"], CYCLES["constant"])
    limit = end(cyclical, "error_limit", "theory")
    exact = limit.isel(how=CYCLES["cyclical"]) - limit.isel(how=CYCLES["constant"])
    gains = gap < -(CLEAR * size + CAUSE)
    return Evidence(
        np.array([bool(gains.any())]),
        (
            Number("least and largest exact difference", [exact.min(), exact.max()], form=".5f"),
            Number("least difference in runs", gap.min(), form=".5f"),
        ),
        "somewhere a difference below -5e-4 by more than five standard errors",
    )
