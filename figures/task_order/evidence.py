"""What the claims about task orders come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.task_order.reading import (
    along,
    by_order,
    kept,
    of_tasks,
    orders_of,
    ranked,
    scores,
    steps,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, runs

CLEAR = 5.0  # standard errors
NEAR = 0.15  # three standard errors of a correlation of 0.6 over 120 orders
WEAK = 0.3  # Spearman's correlation of a score that says something


def shuffled(error: xr.DataArray) -> Any:
    """Values of other orders in the place of an order's."""
    axis = error.get_axis_num("order")
    order = np.random.default_rng(0).permutation(error.sizes["order"])
    return np.take(error.values, order, axis=axis)


def arrived(distance: xr.DataArray) -> Any:
    """Distances replaced by minus the centrality of the task that is gone to."""
    return (-distance.mean("task")).broadcast_like(distance).transpose(*distance.dims).values


def order_matters(orders: xr.DataTree) -> Evidence:
    """Error at the orders that the score ranks first and last."""
    draws = runs(orders, "final_error").transpose("n_samples", "teacher_draw", "order", "replica")
    mean, error = mean_and_error(draws)
    score = scores(orders)
    ends = [np.argmin(score, axis=-1), np.argmax(score, axis=-1)]
    first, last = (np.take_along_axis(mean.values, at[..., None], -1)[..., 0] for at in ends)
    spread = [np.take_along_axis(error.values, at[..., None], -1)[..., 0] for at in ends]
    pooled = np.sqrt(np.sum(np.square(spread), axis=(0, 2))) / score.shape[1]
    told = [v.mean(axis=1) for v in (first, mean.values.mean(axis=-1), last)]
    return Evidence(
        told[2] - told[0] > CLEAR * pooled,
        (
            Number("share of the old that a visit keeps", kept(orders), form=".2f"),
            Number("error of the order ranked first", told[0], error=pooled),
            Number("mean over orders", told[1]),
            Number("error of the order ranked last", told[2], error=pooled),
        ),
        f"in the mean over arrangements the last is above the first by {CLEAR:g} standard errors",
    )


def similarity_predicts(orders: xr.DataTree) -> Evidence:
    """Rank correlation of the score with the simulated and with the exact error."""
    draws = runs(orders, "final_error").transpose("n_samples", "teacher_draw", "order", "replica")
    mean, error = mean_and_error(draws)
    law = by_order(orders, "final_error", "theory").values
    left = law.std(axis=-1) / np.sqrt(law.var(axis=-1) + np.mean(error.values**2, axis=-1))
    found, exact = ranked(scores(orders), mean.values), ranked(scores(orders), law)
    return Evidence(
        (found > left - NEAR) & (exact > 1.0 - 1e-9),
        (
            Number("least rank correlation, simulated", found.min(axis=1), left.min(axis=1)),
            Number("exact", exact.min(axis=1), 1.0, form=".6f"),
        ),
        f"1 with the exact error; with the mean of runs at most {NEAR:g} below what their standard "
        "errors leave of 1, which is what is expected",
    )


def of_score(orders: xr.DataTree, score: Any, name: str) -> Any:
    """Mean rank correlation with the exact final error by samples, and its number."""
    found = ranked(score, by_order(orders, "final_error", "theory").values)
    error = found.std(axis=1) / np.sqrt(found.shape[1])
    return found.mean(axis=1), Number(name, found.mean(axis=1), error=error, form=".3f")


def central_first(orders: xr.DataTree) -> Evidence:
    """Does R_first + D_first,last rank the orders?"""
    first = along(of_tasks(orders, "centrality"), orders_of(orders))[..., 0]
    mean, number = of_score(orders, first + steps(orders)[1], "rank correlation with the error")
    return Evidence(
        mean > WEAK, (number,), f"above {WEAK:g} in the mean; errors are standard errors"
    )


def typical_last(orders: xr.DataTree) -> Evidence:
    """Is the order of the least exact error that of falling R?"""
    error = by_order(orders, "final_error", "theory").values
    visited = along(of_tasks(orders, "centrality"), orders_of(orders))
    best = np.argmin(error, axis=-1)
    there = np.take_along_axis(visited, best[..., None, None], axis=2)[:, :, 0]
    falling = (np.diff(there, axis=-1) <= 1e-12).all(axis=-1)
    return Evidence(
        falling,
        (
            Number(
                "arrangements of which the best order falls", falling.sum(), falling.size, form="d"
            ),
        ),
        "R falls from each task of the best of all orders to the next",
    )


def dissimilar_neighbours(orders: xr.DataTree) -> Evidence:
    """Do large steps between neighbours lower the error?"""
    mean, number = of_score(orders, steps(orders)[0], "rank correlation with the error")
    return Evidence(
        mean < -WEAK, (number,), f"below {-WEAK:g} in the mean; errors are standard errors"
    )


def small_steps(orders: xr.DataTree) -> Evidence:
    """Do small steps between neighbours lower what old tasks lose?"""
    found = ranked(steps(orders)[0], by_order(orders, "error_increase").values)
    error = found.std(axis=1) / np.sqrt(found.shape[1])
    mean = found.mean(axis=1)
    return Evidence(
        mean > 0.0,
        (Number("rank correlation with the rise of old errors", mean, error=error, form=".3f"),),
        "above 0 in the mean: small steps, little forgetting; errors are standard errors",
    )


def learned_and_lost(tree: xr.DataTree) -> tuple[Any, Any, Any]:
    """Error just after a task was learned, rise of old errors since, and final error, means."""
    error = runs(tree, "error").mean("replica").transpose("plasticity", "task", "record")
    n = error.sizes["task"]
    learned = np.mean([error.values[:, j, j + 1] for j in range(n)], axis=0)
    lost, final = (runs(tree, name).mean("replica") for name in ("error_increase", "final_error"))
    return learned, lost, final


def stability_plasticity(plasticity: xr.DataTree) -> Evidence:
    """Opposite slopes of what is learned and what is kept, and an optimum inside."""
    learned, lost, final = learned_and_lost(plasticity)
    kappa = final["plasticity"].values
    early = kappa[1:] <= 0.75
    best = int(np.argmin(final.values))
    return Evidence(
        [
            *(np.diff(learned)[early] < 0.0),
            *(np.diff(lost.values)[early] > 0.0),
            0 < best < len(kappa) - 1,
        ],
        (
            Number("plasticity", kappa, form="g"),
            Number("error just after learning", learned),
            Number("rise of old errors since", lost, form=".3f"),
            Number("final error", final),
        ),
        "up to 0.75 the first falls and the second rises from each plasticity to the next; the "
        "final error is least inside",
    )
