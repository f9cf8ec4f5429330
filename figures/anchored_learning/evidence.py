"""What the claims about anchors come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.anchored_learning.reading import (
    best_losses,
    by_dimension,
    excesses,
    mean_losses,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import runs

EQUAL = 2e-6  # of a loss: descents end to 1e-9, importances of mas are integrated to 1e-6
HALF = 0.5  # of the l2 penalty's excess that importances must remove to help


def of_another(loss: xr.DataArray) -> Any:
    """Every method's values in the place of the next one's."""
    return np.roll(loss.values, 1, loss.get_axis_num("method"))


def swapped(excess: xr.DataArray) -> Any:
    """ewc and l2 in each other's place."""
    methods = [str(m) for m in excess["method"].values]
    order = list(range(len(methods)))
    a, b = methods.index("ewc"), methods.index("l2")
    order[a], order[b] = b, a
    return np.take(excess.values, order, axis=excess.get_axis_num("method"))


def one_objective(objective: xr.DataTree) -> Evidence:
    """Ends of descents against the minimum of the objective with the method's matrix."""
    names, dims = ("old_loss", "new_loss"), ("method", "strength", "replica")
    pairs = [
        [
            runs_of(objective, name, side).transpose(*dims).values
            for side in ("simulation", "theory")
        ]
        for name in names
    ]
    apart = [np.abs(a - b) / (1e-3 + np.abs(b)) for a, b in pairs]
    worst = np.max(apart, axis=(0, 3))
    return Evidence(
        worst < EQUAL,
        (
            Number("largest difference by method", worst.max(axis=1), form=".1e"),
            Number("strengths", runs_of(objective, "old_loss", "theory")["strength"], form="g"),
        ),
        f"both losses agree to {EQUAL:g}, in every draw",
    )


def runs_of(tree: xr.DataTree, name: str, side: str) -> xr.DataArray:
    """An observable of either side, replicas kept."""
    return tree[side].to_dataset()[name]


def importance_helps(fronts: xr.DataTree, *rotations: xr.DataTree) -> Evidence:
    """How much of the excess of an l2 penalty over the front importances remove."""
    aligned = excesses(fronts).mean("replica")
    turned = by_dimension(rotations).transpose("method", "rotation", "dimension")
    pairs = [(aligned.sel({"method": "ewc"}), aligned.sel({"method": "l2"}))]
    pairs += [(turned.sel({"method": "ewc"}), turned.sel({"method": "l2"}))]
    removed = [np.ravel((l2 - ewc) / (l2 - 1.0)) for ewc, l2 in pairs]
    both = np.repeat(turned["rotation"].values == "all", turned.sizes["dimension"])
    tags = [f"{r} turned" for r in turned["rotation"].values]
    return Evidence(
        np.concatenate(removed) > HALF,
        (
            Number(
                "excess of the fitted fronts: " + ", ".join(map(str, aligned["method"].values)),
                aligned,
            ),
            *(
                Number(f"{tag}: {m} by dimension", turned.sel({"method": m}).isel(rotation=k))
                for k, tag in enumerate(tags)
                for m in ("ewc", "l2")
            ),
            Number("share of the excess of l2 removed by ewc", np.concatenate(removed)),
        ),
        f"ewc removes more than {HALF:g} of the old loss that l2 has above the front, at equal "
        "new loss",
        np.concatenate([[True], ~both]),
    )


def one_penalty_many_behaviours(fronts: xr.DataTree) -> Evidence:
    """Means of old and new loss from each strength to the next, and at the ends."""
    old, new = mean_losses(fronts)
    falls = (np.diff(old.values, axis=1) < 0.0).all(axis=1)
    rises = (np.diff(new.values, axis=1) > 0.0).all(axis=1)
    forgets = old.values[:, 0] > 100.0 * old.values[:, -1]
    blocked = new.values[:, -1] > 100.0 * new.values[:, 0]
    names = ", ".join(map(str, old["method"].values))
    return Evidence(
        falls & rises & forgets & blocked,
        (
            Number(f"old loss at the least strength, {names}", old.values[:, 0]),
            Number("at the largest", old.values[:, -1], form=".1e"),
            Number("new loss at the least strength", new.values[:, 0], form=".1e"),
            Number("at the largest", new.values[:, -1]),
        ),
        "with the strength the old loss falls and the new one rises, both a hundredfold",
    )


def refresh_helps(refresh: xr.DataTree, refresh_runs: xr.DataTree) -> Evidence:
    """Least loss over learning rates with unlearning, against that without."""
    best = best_losses(refresh)
    loss = runs(refresh_runs, "loss").isel(record=0).transpose("tuned", "replica").values
    apart = loss[1:] - loss[0]
    return Evidence(
        best.values[1:] < best.values[0],
        (
            Number("unlearning rates", best["unlearning_rate"].values, form="g"),
            Number("least loss over learning rates, exact", best, form=".7f"),
            Number(
                "runs on equal samples, at the best rates, over those without unlearning",
                apart.mean(axis=1),
                best.values[1:] - best.values[0],
                apart.std(axis=1) / np.sqrt(apart.shape[1]),
                form=".5f",
            ),
        ),
        "below that without unlearning; errors are standard errors",
    )
