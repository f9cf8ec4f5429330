"""Figures of scaling laws."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.scaling_laws.reading import excess
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable


def kernel(tree: xr.DataTree) -> Figure:
    """Excess loss over samples, with the law's power through the last point."""
    figure = new_figure()
    axes, loss = figure.subplots(), excess(tree)
    for k, b in enumerate(loss["signal_exponent"].values):
        curve = loss.sel(signal_exponent=b)
        n = curve["n_samples"]
        law = curve[-1] * (n / n[-1]) ** (-(b - 1.0) / b)
        axes.plot(n, curve, "o-", color=f"C{k}", ms=4, label=f"b = {b:g}", gid=f"loss:{b:g}")
        axes.plot(n, law, "--", color="k", lw=0.8)
    axes.set(xscale="log", yscale="log", xlabel="samples", ylabel="excess loss")
    axes.set_title("Best penalty: a power of the data")
    axes.legend()
    return figure


def epochs(tree: xr.DataTree) -> Figure:
    """Loss over time of one pass and of epochs."""
    figure = new_figure()
    axes = figure.subplots()
    law = observable(tree, "loss", "theory")
    for k, (fraction, name) in enumerate(((0.0, "one pass"), (1.0, "epochs on 100 rows"))):
        for data_set in law["data_set"].values:
            at = {"fraction": fraction, "data_set": data_set}
            t = observable(tree, "update", "theory").sel(at)
            label = name if data_set == 0 else None
            gid = f"{fraction}:{data_set}"
            axes.plot(t, law.sel(at), "-", color=f"C{k}", label=label, gid=gid)
    axes.set(yscale="log", xlabel="update", ylabel="excess loss", title="Epochs turn up")
    axes.legend()
    return figure
