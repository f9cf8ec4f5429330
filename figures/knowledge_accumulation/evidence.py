"""What the claims about pools of tasks come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.knowledge_accumulation.reading import START, cosine_squares, mean_over_pools
from toysim.models.continual.task_pool.closed_forms import most_forgotten
from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, observable, parameter

EDGE = 0.15  # of the exponent -3/2, which single pools scatter by
STEEP = -4.0  # a slope that only exponentials have
SHOWN = (5, 20, 50, 100, 200)  # visits


def accumulates(accumulation: xr.DataTree) -> Evidence:
    """Loss of the pool over visits, and what a switch forgets of it."""
    loss = mean_over_pools(observable(accumulation, "pool_loss").mean("replica")) / START
    law = mean_over_pools(observable(accumulation, "pool_loss", "theory")) / START
    at = np.array(SHOWN) * (loss.sizes["record"] - 1) // parameter(accumulation, "n_visits")
    switches = 1.0 - 1.0 / parameter(accumulation, "n_tasks")
    lost = mean_over_pools(observable(accumulation, "switch_forgetting", "theory"))
    share = (lost / switches / START / law).isel(record=at)
    falls = np.diff(loss.isel(record=[0, *at])) < 0
    return Evidence(
        np.append(falls, share.values > 0.05),
        (
            Number("visits", SHOWN),
            Number("loss, share of the start", loss.isel(record=at), law.isel(record=at)),
            Number("forgotten at a switch, share of the loss", share, form=".2f"),
        ),
        "the loss falls throughout, a switch forgets a twentieth of it or more",
    )


def sparse_recurrence(frequency: xr.DataTree) -> Evidence:
    """Loss of the rarest task after 100 and 200 visits."""
    loss, law = (
        mean_over_pools(observable(frequency, "task_loss", side)).isel(task=-1) / START
        for side in ("simulation", "theory")
    )
    loss = loss.mean("replica").transpose("imbalance", "record")
    law = law.transpose("imbalance", "record")
    holds = (loss.values[:, 2] < 0.8 * loss.values[:, 1]) & (loss.values[:, 1] < 0.8)
    return Evidence(
        holds,
        (
            Number("imbalance", loss["imbalance"]),
            Number("after 100 visits", loss[:, 1], law[:, 1]),
            Number("after 200", loss[:, 2], law[:, 2]),
        ),
        "below 0.8 of the start after 100 visits, and a fifth lower after 200",
    )


def slowest_at_capacity(capacity: xr.DataTree, size: xr.DataTree) -> Evidence:
    """Slopes of the mean loss between 100 and 300 visits; late rates by rows of a task."""
    loss = mean_over_pools(observable(capacity, "pool_loss", "theory"))
    few, many = (loss.sel(n_samples=n).values for n in (6, 12))
    slopes = [np.log(row[-1] / row[10]) / np.log(3.0) for row in (few, many)]
    rate = 1.0 - mean_over_pools(observable(size, "random_rate", "theory"))
    given = {"n_samples": 6, "dimension": parameter(capacity, "dimension")}
    critical = float(landmark("continual.task_pool", "critical_tasks", **given))
    slowest = int(rate["n_samples"][int(np.argmin(rate.values))])
    return Evidence(
        [abs(slopes[0] + 1.5) <= EDGE, slopes[1] < STEEP, slowest == 6],
        (
            Number("slope at capacity", slopes[0], -1.5, EDGE, form=".2f"),
            Number("slope with twice the rows", slopes[1], form=".2f"),
            Number("critical number of tasks of 6 rows", critical),
            Number("rows of a task", rate["n_samples"]),
            Number("late rate a visit", rate, form=".2g"),
        ),
        f"-3/2 within {EDGE:g}; with twice the rows below {STEEP:g}; the rate is least at K n = d",
    )


def intermediate_similarity(alternating: xr.DataTree) -> Evidence:
    """Squared cosine at which the first task is forgotten most, by the number of visits."""
    first = observable(alternating, "task_loss").isel(task=0, record=0)
    loss = first.transpose("n_visits", "rows").values
    visits = observable(alternating, "task_loss")["n_visits"].values
    square = cosine_squares(alternating)
    worst = square[np.argmax(loss, axis=1)]
    laws = np.array([most_forgotten(int(m)) for m in visits])
    return Evidence(
        np.abs(worst - laws[:, 0]) <= 0.026,
        (
            Number("visits", visits),
            Number("squared cosine", worst, laws[:, 0], 0.026),
            Number("loss there", 2.0 * loss.max(axis=1), laws[:, 1], form=".4f"),
        ),
        "(m-1)/m after m visits, to the grid",
    )
