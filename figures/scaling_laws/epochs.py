"""Claims and figures on several epochs against one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.figure import Figure

from toysim.paper import Evidence, Number
from toysim.papers.drawing import new_figure
from toysim.papers.reading import mean_and_error, observable

Array = npt.NDArray[np.float64]

WORTH = (1.9, 3.3)  # what ten epochs cost in time, as published
FREE, SHARE = 2, 0.15  # epochs that count as fresh data, and how nearly
GAIN = 0.005  # of the loss: less is no gain
SURE = 2.0  # standard errors
ROOM = 0.1  # of a speed-up: what its means over data sets leave open


def tuned(tree: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean loss over data sets at the best peak, and its standard error."""
    loss = observable(tree, "final_loss")
    mean = loss.mean("data_set")
    best = mean.argmin("learning_rate")
    error = loss.std("data_set", ddof=1) / np.sqrt(loss.sizes["data_set"])
    return mean.isel(learning_rate=best), error.isel(learning_rate=best)


def one_pass(tree: xr.DataTree) -> xr.DataArray:
    """Exact loss of one pass at the best peak, over its updates, by signal and label noise."""
    return observable(tree, "final_loss", "theory").min("learning_rate")


def updates_to(loss: Array, updates: Array, course: Array) -> Array:
    """Updates after which a falling ``course`` reaches each ``loss``, by logarithms; NaN beyond."""
    falling = np.minimum.accumulate(course)
    log_t = np.log(np.maximum(updates, 1.0))
    reached = np.interp(np.log(loss), np.log(falling[::-1]), log_t[::-1], np.nan, np.nan)
    return np.asarray(np.exp(reached))


def problem(curves: xr.DataArray, b: float, noise: float) -> xr.DataArray:
    """The curve of one signal exponent and label noise."""
    at = (curves["signal_exponent"] == b) & (curves["label_noise"] == noise)
    return curves.isel(problem=int(np.flatnonzero(at.values)[0]))


def equivalents(losses: xr.DataArray, fresh: xr.DataArray) -> Array:
    """Updates of one pass that come as low as each of ``losses``."""
    return updates_to(losses.values, fresh["n_steps"].values, fresh.values)


def one_epoch_wins(reuse: xr.DataTree, fresh: xr.DataTree) -> Evidence:
    """At equal updates the loss rises with the number of epochs, from one pass on."""
    loss, error = tuned(reuse)
    base = problem(one_pass(fresh), 2.0, 0.25)
    steps, rows = loss["n_steps"].values, loss["n_rows"].values
    rises, told = [], []
    for updates in np.unique(steps):
        at = np.flatnonzero(steps == updates)
        at = at[np.argsort(-rows[at])]
        means = np.append(float(base.sel(n_steps=updates)), loss.values[at])
        errors = np.append(0.0, error.values[at])
        rises += (np.diff(means) > SURE * np.hypot(errors[1:], errors[:-1])).tolist()
        name = f"loss after {updates} updates in 1, 2, 4, 10, 20 epochs"
        told.append(Number(name, means, error=errors, form=".4f"))
    return Evidence(
        rises, tuple(told), f"each above the one before by {SURE:g} standard errors, which are told"
    )


def reversed_epochs(loss: xr.DataArray) -> Any:
    """Losses of few epochs for those of many."""
    return loss.isel(run=slice(None, None, -1)).values


def speedup(ten: xr.DataTree, fresh: xr.DataTree) -> Evidence:
    """Updates of ten epochs over those of one pass to the same loss."""
    loss, _ = tuned(ten)
    base = one_pass(fresh)
    gain = []
    for b, noise in zip(*_problems(loss), strict=True):
        at = problem(loss, b, noise)
        gain.append(at["n_steps"].values / equivalents(at, problem(base, b, noise)))
    found = np.array(gain)
    low, high = WORTH
    b, noise = _problems(loss)
    signal = (b < 1.5) | (noise < 0.1)
    return Evidence(
        (found >= low * (1.0 - ROOM)) & (found <= high * (1.0 + ROOM)),
        (
            Number("signal exponent b", b, form="g"),
            Number("label noise", noise, form="g"),
            Number("speed-up", found, form=".1f"),
        ),
        f"within {low:g} to {high:g}, a tenth on either side for the means over data sets; "
        f"updates {', '.join(str(t) for t in loss['n_steps'].values)}",
        np.repeat(signal[:, None], found.shape[1], axis=1),
    )


def _problems(loss: xr.DataArray) -> tuple[Array, Array]:
    return loss["signal_exponent"].values, loss["label_noise"].values


def worse(loss: xr.DataArray) -> Any:
    """Losses of the epochs half as large again."""
    return 1.5 * loss


def worth(first: xr.DataTree, fresh: xr.DataTree) -> tuple[Array, Array]:
    """Rows N (run,), and E(K, N) of K = 0..20 epochs (run, K): updates of one pass to the same
    loss over N.
    """
    loss = mean_and_error(observable(first, "loss").rename(data_set="replica"))[0]
    loss = loss.transpose("run", "record")
    course = observable(fresh, "loss", "theory").values.ravel()
    updates = observable(fresh, "update", "theory").values.ravel()
    rows = loss["n_rows"].values
    reached = updates_to(loss.values, updates, course)
    return rows, reached / rows[:, None]


def first_epochs_are_free(first: xr.DataTree, fresh: xr.DataTree) -> Evidence:
    """E(K, N) against K after 2, 4 and 10 epochs."""
    rows, found = worth(first, fresh)
    epochs = np.array([2, 4, 10])
    share = found[:, epochs] / epochs
    return Evidence(
        abs(share - 1.0) <= SHARE,
        (
            Number("rows N", rows, form="g"),
            Number("E(2, N)", found[:, 2], 2.0, 2.0 * SHARE, form=".2f"),
            Number("E(4, N)", found[:, 4], 4.0, 4.0 * SHARE, form=".2f"),
            Number("E(10, N)", found[:, 10], 10.0, 10.0 * SHARE, form=".2f"),
        ),
        f"E(K, N) within {SHARE:.0%} of K = 2, 4, 10",
        np.broadcast_to(epochs <= FREE, share.shape),
    )


def first_alone(loss: xr.DataArray) -> Any:
    """Courses that stay where one epoch left them."""
    return loss.where(loss["record"] <= 1, loss.isel(record=1))


def regularisation(tree: xr.DataTree) -> Evidence:
    """The best weight decay against none, both at their best peak."""
    loss = observable(tree, "final_loss", "theory").min("learning_rate")
    none = loss.sel(weight_decay=0.0)
    share = loss.where(loss["weight_decay"] > 0.0, drop=True).min("weight_decay") / none
    share = share.transpose("n_steps", "signal_exponent", "label_noise")
    strong = (loss.sel(weight_decay=0.01) / none).sel(n_steps=3000)
    return Evidence(
        (share >= 1.0 - GAIN).values,
        (
            Number("least loss with weight decay over that without", share, form=".4f"),
            Number("at weight decay .01 after 3000 updates", strong, form=".2f"),
        ),
        f"no loss lower by more than {GAIN:.1%}",
    )


def without_dearer(loss: xr.DataArray) -> Any:
    """Losses without weight decay a tenth larger."""
    return loss.where(loss["weight_decay"] != 0.0, 1.1 * loss)


def draw(reuse: xr.DataTree, fresh: xr.DataTree, first: xr.DataTree, course: xr.DataTree) -> Figure:
    """What K epochs of N rows are worth in one pass, tuned and at a constant rate."""
    figure = new_figure()
    best, constant = figure.subplots(1, 2, sharey=True)
    loss, error = tuned(reuse)
    base = problem(one_pass(fresh), 2.0, 0.25)
    rows, steps = loss["n_rows"].values, loss["n_steps"].values
    value = equivalents(loss, base) / rows
    lower, upper = (
        updates_to(loss.values + side * error.values, base["n_steps"].values, base.values) / rows
        for side in (1.0, -1.0)
    )
    for updates in np.unique(steps):
        at = np.flatnonzero(steps == updates)
        at = at[np.argsort(-rows[at])]
        bars = np.abs(np.array([value - lower, upper - value])[:, at])
        label = f"{updates} updates"
        best.errorbar(updates / rows[at], value[at], bars, fmt="o-", ms=4, lw=1, label=label)
    for n, curve in zip(*worth(first, course), strict=True):
        epochs = np.flatnonzero(np.isfinite(curve))
        constant.plot(epochs, curve[epochs], "-", label=f"{n} rows", gid=f"rows:{n}")
    for axes, title in ((best, "Linear decay, best peak"), (constant, "Constant rate 0.05")):
        axes.axline((0.0, 0.0), slope=1.0, color="0.6", ls="--", lw=1)
        axes.set(xlim=(0, 21), ylim=(0, 5), xlabel="epochs K", title=title)
        axes.legend()
    best.set(ylabel="updates of one pass / rows")
    return figure
