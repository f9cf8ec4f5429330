"""What the claims about effective learning rates come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.effective_learning_rate.reading import (
    LEARNERS,
    OF_TASKS,
    SCHEDULES,
    diverged,
    excess,
    growth,
    in_order,
    place,
    sensitivities,
)
from toysim.outcomes import Status
from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable

CLOSE = 0.03  # share by which the growth of 1/lambda^2 may miss the law
SQUARE_ROOT = 0.05  # distance of the slope from -1/2 that still counts
Z = 5.0


def frozen(rate: xr.DataArray) -> Any:
    """A rate that stays where it began."""
    return rate.isel(record=0).broadcast_like(rate).transpose(*rate.dims)


def growth_is_decay(tree: xr.DataTree) -> Evidence:
    """1/lambda^2 against 2 int S, and the slope of lambda over the last three quarters."""
    grown, slope = growth(tree)
    return Evidence(
        (np.abs(grown - 1.0) < CLOSE) & (np.abs(slope + 0.5) < SQUARE_ROOT),
        (
            Number("growth of 1/lambda^2 over the law's", grown, 1.0, CLOSE, form=".3f"),
            Number("slope of ln lambda over ln tau", slope, -0.5, SQUARE_ROOT, form=".3f"),
        ),
        "means over replicas, at every rate; errors are the distances that count as equal",
    )


def projection_keeps(tasks: xr.DataTree, drifting: xr.DataTree) -> Evidence:
    """Overlaps at the ends of the second and the last task, and with targets that turn."""
    ends = in_order(observable(tasks, "task_end_overlap"), OF_TASKS)
    mean, error = mean_and_error(ends.isel(learner=slice(0, 2)))
    fall = (mean.isel(task=1) - mean.isel(task=-1)).values
    spread = np.hypot(error.isel(task=1).values, error.isel(task=-1).values)
    last = observable(drifting, "overlap").isel(record=-1).mean("replica")
    free, held = (last.sel(norm=norm).values for norm in ("grow", "project"))
    apart = fall / spread
    return Evidence(
        [apart[0] > Z, abs(apart[1]) < Z, *(held > free)],
        (
            Number("fall from task 2 to the last, grown and projected", fall, form=".4f"),
            Number("the same in standard errors", apart, form=".1f"),
            Number("overlap with turning targets, grown", free, form=".3f"),
            Number("overlap with turning targets, projected", held, form=".3f"),
        ),
        "a fall by five standard errors without projection, none with it; with every drift the "
        "projected learner is nearer to the target",
    )


def projection_is_enough(tree: xr.DataTree) -> Evidence:
    """Excess at the end, projected against grown."""
    mean, error = excess(tree)
    return Evidence(
        [mean[0] <= mean[1]],
        (Number("excess, projected and grown", mean[:2], error=error[:2], form=".4g"),),
        "projected not above grown; errors are standard errors",
    )


def order_of_schedules(tree: xr.DataTree) -> Evidence:
    """Excess at the end: greedy below implicit below constant."""
    mean, error = excess(tree)
    constant, implicit, greedy = mean
    return Evidence(
        [greedy < implicit < constant],
        (Number("excess, constant, implicit, greedy", mean, error=error, form=".3g"),),
        "in that order; errors are standard errors",
    )


def insensitive(tree: xr.DataTree) -> Evidence:
    """Mean over the rates of the excess above the best one, by learner and size."""
    found = sensitivities(tree)
    order = [found.sel(learner=n).values for n in ("independent", "none", "plain")]
    return Evidence(
        (order[0] < order[1]) & (order[1] < order[2]),
        tuple(
            Number(f"sensitivity, {name}", found.sel(learner=name).values, form=".2g")
            for name in LEARNERS
        ),
        "independent decay < none < plain at every size; losses above the start count as it",
    )


def diverges_with_size(tree: xr.DataTree) -> Evidence:
    """Which runs diverge, against 2 d/(d + 2)."""
    found = diverged(tree)
    plain, others = found.sel(learner="plain"), found.drop_sel(learner="plain")
    limits = np.array(
        [
            float(landmark("drift.scale_invariant", "plain_stable_rate", dimension=int(d)))
            for d in plain["dimension"].values
        ]
    )
    beyond = plain["rate"] > xr.DataArray(limits, dims="dimension")
    right = plain == beyond.transpose(*plain.dims)
    return Evidence(
        [bool(right.all()), not bool(others.any())],
        (
            Number("largest stable step gamma/d", limits / plain["dimension"].values, form=".4f"),
            Number(
                "largest step without divergence",
                plain["rate"].where(~plain).max("rate").values / plain["dimension"].values,
                form=".4f",
            ),
        ),
        "a plain run ends above its start iff its step is above 2/(d + 2); no normalised one does",
    )


def exchanged(values: xr.DataArray, first: str, second: str) -> Any:
    """A change of data: two learners in each other's place."""
    learners = {**LEARNERS, **OF_TASKS, **SCHEDULES}
    k = [place(values, learners[name]) for name in (first, second)]
    order = np.arange(values.sizes["learner"])
    order[k] = order[k[::-1]]
    return values.isel(learner=order).values


def steady(status: xr.DataArray) -> Any:
    """Nothing diverges."""
    return xr.full_like(status, Status.OK)
