"""What the claims about sources in sequence come to, on exact losses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import observable, parameter

NEAR_SCRATCH = 1.10
WORTH = 2.5  # of the old loss, for one of the new
LONG_ANNEAL = 0.4  # of a stage
SHORT, RISE = 0.1, 1.02  # new budget over the old one; losses that count as no rise

Array = npt.NDArray[np.float64]


def by_source(replay: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Final losses on the old and the new source (shift, replay, rewarm)."""
    loss = observable(replay, "final_loss", "theory").sortby("replay")
    loss = loss.transpose("source", "shift", "replay", "rewarm")
    return loss.isel(source=0), loss.isel(source=1)


def labels(loss: xr.DataArray) -> npt.NDArray[np.bool_]:
    """Which shifts are of labels, the inputs as they were."""
    return np.asarray(loss["input_shift"].values == 0.0)


def rewarming_spike(same: xr.DataTree, stationary: xr.DataTree) -> Evidence:
    """Largest loss after the restart against the stationary loss of the peak."""
    before = observable(same, "loss", "theory").isel(source=0, record=1).values
    top = observable(same, "peak_old", "theory").values
    end = observable(same, "final_loss", "theory").isel(source=0).values
    kept_up = observable(stationary, "stationary_loss", "theory").values
    holds = (top >= 0.9 * kept_up) & (top <= kept_up + before) & (top > 1.5 * before)
    return Evidence(
        holds,
        (
            Number("loss before the restart", before, form=".4f"),
            Number("largest loss after it", top, kept_up, form=".4f"),
            Number("loss at the end", end, form=".4f"),
        ),
        "at least .9 of the stationary loss at that peak, at most that and the loss before",
    )


def after_checkpoint(continued: xr.DataTree, budget: int) -> tuple[Array, Array, Array]:
    """Updates since the checkpoint (R,), and the best run's losses and rates there."""
    loss, rate, update = (
        observable(continued, name, "theory").sel(n_steps=budget).values
        for name in ("loss", "rate", "update")
    )
    since = update - parameter(continued, "checkpoint_steps")
    return since[since >= 0], loss[since >= 0], rate[since >= 0]


def no_rewarming(continued: xr.DataTree) -> Evidence:
    """Largest loss of the best continuation over that of the checkpoint, by the new budget."""
    budgets = observable(continued, "final_loss", "theory")["n_steps"].values
    found = [after_checkpoint(continued, budget) for budget in budgets]
    rise = np.array([loss.max() / loss[0] for _, loss, _ in found])
    first = np.array([rate[0] for *_, rate in found])
    old = parameter(continued, "checkpoint_steps")
    return Evidence(
        rise <= RISE,
        (
            Number("new budget", budgets, form="d"),
            Number("first rate", first, form=".4f"),
            Number("largest loss over the checkpoint's", rise, 1.0, RISE - 1.0, form=".2f"),
        ),
        f"the loss never above {RISE:g} times the checkpoint's",
        budgets <= SHORT * old,
    )


def no_rise(loss: xr.DataArray) -> xr.DataArray:
    """Courses that never rise."""
    axis = loss.get_axis_num("record")
    return loss.copy(data=np.minimum.accumulate(loss.values, axis=axis))


def rewarm_adapts(replay: xr.DataTree) -> Evidence:
    """Final loss on the new source with re-warming over that without."""
    _, new = by_source(replay)
    ratio = new.sel(rewarm=True) / new.sel(rewarm=False)
    return Evidence(
        (ratio < 1.0).values,
        (Number("with re-warming over without, by shift and replay", ratio.values),),
        "below 1 at every shift and replay",
    )


def replay_reduces_forgetting(replay: xr.DataTree) -> Evidence:
    """What replay takes from the loss on the old source, for what it adds on the new."""
    old, new = (x.sel(rewarm=True)[labels(x)] for x in by_source(replay))
    gained = (old.isel(replay=0) - old.isel(replay=slice(1, None))).values
    lost = (new.isel(replay=slice(1, None)) - new.isel(replay=0)).values
    return Evidence(
        gained > WORTH * np.maximum(lost, 0.0),
        (Number("gained on the old over lost on the new, p > 0", gained / lost),),
        f"above {WORTH} at every replay, labels shifted",
    )


def matches_scratch(replay: xr.DataTree, scratch: xr.DataTree) -> Evidence:
    """Mean loss over that of training on both sources for as long."""
    mean = observable(replay, "mean_loss", "theory").sel(rewarm=True).sortby("replay")
    both = observable(scratch, "mean_loss", "theory").min("learning_rate_new")
    ratio = (mean / both.values[None, :]).transpose("shift", "replay")
    within = labels(ratio)[:, None] & (ratio["replay"].values >= 0.5)[None, :]
    return Evidence(
        (ratio <= NEAR_SCRATCH).values,
        (Number("over training on both from scratch", ratio.values),),
        "within 10 %",
        within=within,
    )


def over_repeated(infinite: xr.DataTree, repeated: xr.DataTree) -> xr.DataArray:
    """Mean loss over all sources, infinite over repeated cosine, both tuned."""
    kept = ["learning_rate_old", "constant_share"]
    one = observable(infinite, "mean_loss", "theory").min(kept)
    other = observable(repeated, "mean_loss", "theory").min("learning_rate_old")
    ratio = one / other.reset_coords(drop=True)
    return ratio.transpose("shift", "anneal_steps").sortby("anneal_steps")


def infinite_better(infinite: xr.DataTree, repeated: xr.DataTree) -> Evidence:
    """By the length of the anneal and by what shifts.

    The mean loss has two minima in the peak where labels conflict, nothing is replayed and the
    anneal is 80 % of a stage: .94 of repeated cosine at .11, and the lower one, .89 at .03, whose
    kept rate is so small that the first sources stay learned.
    """
    ratio = over_repeated(infinite, repeated)
    shape = ratio.shape
    anneal = ratio["anneal_steps"].values / float(ratio["source_steps"])
    conflicting = (ratio["similarity"] < 1.0).values[:, None]
    moderate = (ratio["input_shift"] > 0.0).values[:, None] & (ratio["replay"].values == 0.0)[
        :, None
    ]
    long = (anneal >= LONG_ANNEAL)[None, :] | (moderate & (anneal >= 0.5 * LONG_ANNEAL)[None, :])
    return Evidence(
        (ratio < 1.0).values,
        (Number("infinite over repeated cosine, by shift and anneal", ratio.values),),
        "below 1, both tuned",
        within=np.broadcast_to(conflicting | long, shape),
    )
