"""What the claims about rates and batches come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.batch_and_stability.reading import (
    JUDGED,
    best_steps,
    hyperbola,
    peak_of_no_gain,
    sensitivity,
    stable_rates,
    steps_to_target,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable

NEAR_LIMIT = 0.25
ON_HYPERBOLA = 0.03
STRONG, PROPORTIONAL = 0.99, 0.05  # momentum, and distance of an exponent from 1


def phases(edges: xr.DataTree) -> Evidence:
    """Growth of the mean and of the relative spread over the later half, at both sides of both
    limits.
    """
    loss = observable(edges, "loss", "theory").sortby("learning_rate")
    spread = observable(edges, "loss_deviation", "theory").sortby("learning_rate") / loss
    limits = (
        observable(edges, f"share_of_{name}", "theory").sortby("learning_rate")
        for name in ("limit", "fourth")
    )
    grows = [c.isel(record=2) > 1.05 * c.isel(record=1) for c in (loss, spread)]
    holds = [(g == (share > 1.0)).values for g, share in zip(grows, limits, strict=True)]
    # Beyond the mean-square limit both grow, so the relative spread is judged below it.
    holds[1] = holds[1][:2]
    return Evidence(
        np.concatenate(holds),
        (
            Number("mean loss, end over middle", (loss[..., 2] / loss[..., 1]).values),
            Number("relative spread, end over middle", (spread[:2, 2] / spread[:2, 1]).values),
        ),
        "each grows above its own limit and not below, 2 % from it",
    )


def heavy_tail(runs: xr.DataTree) -> Evidence:
    """Median of the final loss over its exact mean, and the largest hundredth over the median,
    toward the mean-square limit.

    Beyond the fourth-moment limit the deviation of a sample is that of its largest runs: at .98 of
    the limit two samples of 20,000 had 12 and 140 times the mean. Quantiles do not depend on them.
    """
    loss = observable(runs, "final_loss").sortby("learning_rate")
    exact = observable(runs, "final_loss", "theory").sortby("learning_rate")
    median = loss.median("replica")
    high = loss.quantile(0.99, "replica") / median
    median = median / exact
    return Evidence(
        [bool((np.diff(median) < 0).all()), bool(np.all(np.diff(high.values) > 0))],
        (
            Number("median over exact mean", median.values, form=".2f"),
            Number("99 % quantile over median", high.values, form=".3g"),
        ),
        "the one falls, the other rises with every rate",
    )


def momentum(tree: xr.DataTree) -> Evidence:
    """Exponent of the largest stable rate over batches of 1 to 64, by momentum."""
    stable = stable_rates(tree)
    ends = stable.sel(batch_size=[1, 64]).values
    slope = np.log(ends[:, 1] / ends[:, 0]) / np.log(64.0)
    return Evidence(
        np.abs(slope - 1.0) <= PROPORTIONAL,
        (
            Number("momentum", stable["momentum"].values, form="g"),
            Number("exponent over the batch", slope, 1.0, PROPORTIONAL, form=".2f"),
            Number("limit at a batch of 1", ends[:, 0], form=".3f"),
        ),
        f"exponent of eta/(1 - beta) within {PROPORTIONAL:g} of 1",
        stable["momentum"].values >= STRONG,
    )


def saturated(share: xr.DataArray) -> xr.DataArray:
    """Shares of the limit without momentum, for every momentum."""
    alone = share.sel(momentum=0.0, drop=True)
    return alone.expand_dims(momentum=share["momentum"]).transpose(*share.dims)


def sharp_threshold(few: xr.DataTree, many: xr.DataTree) -> Evidence:
    """Peak above which nothing is gained, over the mean-square stable rate."""
    ratio = []
    for tree in (few, many):
        share = observable(tree, "share_of_limit", "theory").sel(warmup_steps=0, batch_size=1)
        stable = (share["learning_rate"] / share).values[0]
        ratio.append(peak_of_no_gain(tree) / stable)
    return Evidence(
        np.abs(np.array(ratio) - 1.0) <= NEAR_LIMIT,
        (Number("peak of no gain over stable rate", ratio, 1.0, NEAR_LIMIT),),
        "within a quarter, with 16 modes and with 256",
    )


def warmup_sensitivity(few: xr.DataTree, many: xr.DataTree) -> Evidence:
    """Sensitivity to the peak with a warm-up of half the run over that without."""
    found = np.stack([sensitivity(tree).values for tree in (few, many)])
    ratio = found[..., -1] / found[..., 0]
    return Evidence(
        ratio < 0.95,
        (
            Number("sensitivity at warm-ups 0, 10, 100, 500", found, form=".3f"),
            Number("500 over 0", ratio, form=".3f"),
        ),
        "lower by more than 5 %, at both sizes and both batches",
    )


def on_hyperbola(steps: xr.DataTree, budgets: xr.DataTree) -> Evidence:
    """Distance from S = S_min (1 + B_c/B), at the best constant rate and at the best schedule."""
    constant = steps_to_target(steps)
    batch = constant["batch_size"].values.astype(float)
    fits = [hyperbola(batch, row.values) for row in constant]
    best = hyperbola(batch, best_steps(budgets, JUDGED))
    missed = np.array([fit.missed for fit in fits] + [best.missed])
    at = int(np.argmin(np.abs(constant["target"].values - JUDGED)))
    return Evidence(
        missed <= ON_HYPERBOLA,
        (
            Number("largest distance, constant rates and best schedule", 100 * missed, unit="%"),
            Number(f"S to {JUDGED}", constant[at].values, fits[at].steps(batch), form=".4g"),
            Number("S_min, B_c", fits[at][:2]),
        ),
        "within 3 %",
        within=np.arange(len(missed)) < len(fits),
    )


def critical_batch_law(steps: xr.DataTree) -> Evidence:
    """B_c by target, and its slope in the loss."""
    constant = steps_to_target(steps)
    batch = constant["batch_size"].values.astype(float)
    critical = np.array([hyperbola(batch, row.values).critical for row in constant])
    loss = np.log(constant["target"].values)
    slope, level = np.polyfit(loss, np.log(critical), 1)
    missed = np.abs(critical / np.exp(level + slope * loss) - 1.0)
    return Evidence(
        np.append(np.diff(critical) > 0, missed.max() < 0.1),
        (Number("B_c", critical), Number("slope", slope, form=".2f")),
        "B_c rises with every lower loss, within 10 % of a power",
    )
