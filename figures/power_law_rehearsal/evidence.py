"""What the claims about rehearsal come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.power_law_rehearsal.reading import kept_of_phase, kept_shares, of_kind
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable

STANDARD_ERRORS = 4.5
START = 0.5  # mean loss of orthonormal rows at the start


def mean_is_conserved(retention: xr.DataTree) -> Evidence:
    """Mean final error of every schedule against the mean over schedules, by samples."""
    mean, error = mean_and_error(observable(retention, "final_error"))
    law = observable(retention, "final_error", "theory")
    off = abs(mean - mean.mean("schedule")) / error
    same = np.ptp(law.transpose("n_samples", "schedule").values, axis=1) < 1e-9
    return Evidence(
        (off.max("schedule") <= STANDARD_ERRORS).values & same,
        (
            Number("rho", kept_of_phase(retention)),
            Number("mean final error", mean.mean("schedule"), law.isel(schedule=0), form=".4f"),
            Number("largest distance of a schedule, standard errors", off.max("schedule")),
        ),
        f"all within {STANDARD_ERRORS:g} standard errors; exactly equal in theory",
    )


def beats(retention: xr.DataTree, *rivals: str) -> Evidence:
    """Least retention of the best power against the best of the rivals, by samples."""
    kept = kept_shares(retention)
    power = of_kind(kept, "power")
    best = power.max("schedule").values
    others = {k: of_kind(kept, k).max("schedule").values for k in rivals}
    exponent = power["exponent"].values[np.argmax(power.values, axis=1)]
    return Evidence(
        np.concatenate([best > other for other in others.values()]),
        (
            Number("rho", kept_of_phase(retention)),
            Number("power, at its best exponent", best, form=".5f"),
            Number("exponent", exponent),
            *(Number(k, other, form=".5f") for k, other in others.items()),
        ),
        "the least retention of a task is above, at every rho",
    )


def compatible_tasks(compatible: xr.DataTree) -> Evidence:
    """Mean loss over the pools, as a share of the start."""
    loss = observable(compatible, "pool_loss", "theory").isel(record=0)
    runs = observable(compatible, "pool_loss").isel(record=0).mean(("replica", "pool_draw"))
    drawn = runs / START
    worst = (observable(compatible, "worst_loss", "theory").isel(record=0) / START).mean(
        "pool_draw"
    )
    mean = loss.mean("pool_draw") / START
    best = {k: float(of_kind(drawn, k).min()) for k in ("none", "uniform", "exponential", "power")}
    exact = {k: of_kind(mean, k) for k in ("none", "uniform", "power", "exponential", "balanced")}
    rivals = [float(exact[k].min()) for k in ("none", "uniform", "exponential")]
    seen = [best["power"] < best[k] for k in ("none", "uniform", "exponential")]
    return Evidence(
        [*(float(exact["power"].min()) < rival for rival in rivals), *seen],
        (
            *(Number(k, values, form=".4f") for k, values in exact.items()),
            Number("runs, best power", best["power"], float(exact["power"].min()), form=".4f"),
            Number("worst task, balanced", of_kind(worst, "balanced"), form=".3f"),
            Number("worst task, powers", of_kind(worst, "power"), form=".3f"),
        ),
        "the best power is below the best of each, in theory and in runs",
    )


def recency_hurts_recurring_tasks(recurring: xr.DataTree) -> Evidence:
    """Loss of the pool after 20 visits, as a share of the start, by rule."""
    loss = observable(recurring, "pool_loss").isel(record=0).mean(("replica", "pool_draw")) / START
    by_rule = {
        (str(s), float(g)): float(v)
        for s, g, v in zip(
            loss["sequence"].values, loss["exponent"].values, loss.values, strict=True
        )
    }
    rules = [
        ("cyclic", 1.0),
        ("uniform", 1.0),
        ("blocked", 1.0),
        ("recency", 1.0),
        ("recency", 2.0),
    ]
    values = [by_rule[rule] for rule in rules]
    return Evidence(
        [values[3] > values[1], values[4] > values[3]],
        (Number("cyclic, uniform, blocked, recency with g = 1, 2", values),),
        "recency is above uniform, more so with a larger power",
    )
