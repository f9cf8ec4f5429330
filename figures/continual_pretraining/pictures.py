"""Pictures of two sources over time, of replay, and of infinite schedules."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.continual_pretraining.evidence import (
    after_checkpoint,
    by_source,
    labels,
    over_repeated,
)
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable

SOURCES = ("old source", "new source")


def courses(runs: xr.DataTree) -> Figure:
    """Losses on both sources over time: points of simulation, exact lines."""
    figure = new_figure()
    loss = observable(runs, "loss")
    exact = observable(runs, "loss", "theory")
    for source, axes in enumerate(figure.subplots(1, 2)):
        for k, p in enumerate(loss["replay"].values):
            at = {"replay": p, "source": source}
            t = observable(runs, "update").sel(replay=p)
            mean = loss.sel(at).mean("replica")
            axes.plot(t, mean, "o", ms=3, color=f"C{k}", gid=f"simulation:{source}:{p:g}")
            line = exact.sel(at)
            axes.plot(t, line, color=f"C{k}", label=f"replay {p:g}", gid=f"theory:{source}:{p:g}")
        axes.set(xlabel="update", ylabel="excess loss", yscale="log", title=SOURCES[source])
        axes.legend()
    return figure


def trade(replay: xr.DataTree, scratch: xr.DataTree) -> Figure:
    """Old loss against new loss, replay along the curve; a star: both from scratch."""
    old, new = by_source(replay)
    both = observable(scratch, "final_loss", "theory")
    best = observable(scratch, "mean_loss", "theory").argmin("learning_rate_new")
    figure = new_figure()
    shifts = [k for k, label in enumerate(labels(old)) if label]
    for axes, shift in zip(figure.subplots(1, len(shifts)), shifts, strict=True):
        for rewarm, style in ((True, "o-"), (False, "s--")):
            at = {"shift": shift, "rewarm": rewarm}
            name = "re-warmed" if rewarm else "not re-warmed"
            axes.plot(new.sel(at), old.sel(at), style, label=name, gid=f"trade:{shift}:{rewarm}")
        star = both.isel(shift=shift, learning_rate_new=int(best.isel(shift=shift)))
        axes.plot(star.isel(source=1), star.isel(source=0), "k*", ms=10, label="from scratch")
        axes.set(xlabel="loss on the new source", ylabel="loss on the old source")
        axes.set(xscale="log", yscale="log")
        axes.set_title(f"similarity {float(old['similarity'][shift]):g}, replay 0 to 0.5")
        axes.legend()
    return figure


def spikes(same: xr.DataTree, stationary: xr.DataTree) -> Figure:
    """Largest loss after the restart over the peak, with the loss that the peak keeps up."""
    figure = new_figure()
    axes = figure.subplots()
    peak = observable(stationary, "stationary_loss", "theory")["learning_rate"]
    before = observable(same, "loss", "theory").isel(source=0, record=1)
    kept = observable(stationary, "stationary_loss", "theory")
    axes.plot(peak, kept, "k-", lw=1, label="kept up by that rate", gid="kept")
    axes.plot(peak, observable(same, "peak_old", "theory"), "o", label="after it", gid="after")
    axes.plot(peak, before, "s", mfc="none", label="before the restart", gid="before")
    axes.set(xlabel="peak rate", ylabel="largest loss", ylim=(0, None))
    axes.set_title("The spike is the noise of the rate, on the same data")
    axes.legend()
    return figure


def continued(tree: xr.DataTree) -> Figure:
    """Best rates and losses after a decayed checkpoint, by the new budget."""
    figure = new_figure()
    rates, losses = figure.subplots(1, 2)
    for k, budget in enumerate(observable(tree, "final_loss", "theory")["n_steps"].values):
        since, loss, rate = after_checkpoint(tree, budget)
        look = {"color": f"C{k}", "label": f"{budget} more", "gid": f"budget:{budget}"}
        rates.plot(since[:-1] / budget, rate[:-1], "-", **look)
        losses.plot(since / budget, loss / loss[0], "-", **look)
    rates.set(yscale="log", ylabel="best rate", title="After 2,000 updates of linear decay")
    losses.set(yscale="log", ylabel="loss over the checkpoint's", title="Same data")
    for axes in (rates, losses):
        axes.set(xlabel="share of the new budget")
        axes.legend()
    return figure


def infinite(tree: xr.DataTree, repeated: xr.DataTree) -> Figure:
    """Infinite over repeated cosine by the length of the anneal."""
    ratio = over_repeated(tree, repeated)
    figure = new_figure()
    axes = figure.subplots()
    for k in range(ratio.sizes["shift"]):
        one = ratio.isel(shift=k)
        rho, shift, p = (float(one[n]) for n in ("similarity", "input_shift", "replay"))
        moved = f"inputs by {shift:g}" if shift else f"labels to {rho:g}"
        label = f"{moved}, replay {p:g}" if shift or rho < 1.0 else "same data"
        axes.plot(one["anneal_steps"], one, "o-", label=label, gid=f"ratio:{k}")
    axes.axhline(1.0, color="0.3", lw=0.8)
    axes.set(xlabel="updates of the anneal", ylabel="infinite over repeated cosine", xscale="log")
    anneals = ratio["anneal_steps"].values
    axes.set_xticks(anneals, anneals)
    axes.minorticks_off()
    axes.set_title("The length of the anneal decides")
    axes.legend(title="every source shifts")
    return figure
