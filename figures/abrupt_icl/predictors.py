"""What ideal predictors do in training: they too turn at once, from one strategy to another."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from toysim.papers.drawing import line, name_axes, new_figure
from toysim.papers.reading import observable

STRATEGIES = ("uniform", "generalising", "memorising")


def predictors(tree: xr.DataTree) -> Figure:
    """Weights of the strategies and losses on seen and fresh tasks over updates."""
    figure = new_figure()
    left, right = figure.subplots(1, 2, sharex=True)
    updates = observable(tree, "update", "theory").squeeze()
    weight = observable(tree, "weight", "theory").squeeze()
    for k, name in enumerate(STRATEGIES):
        line(left, updates, weight.isel(strategy=k), name, color=f"C{k}", label=name)
    for k, name in enumerate(("loss_seen", "loss_fresh")):
        label = f"{name.removeprefix('loss_')} tasks"
        loss = observable(tree, name, "theory").squeeze()
        line(right, updates, loss, name, color=f"C{k}", label=label)
    left.set(xscale="log", ylim=(-0.03, 1.35))
    name_axes(left, "updates", "weight", "Bayesian strategies")
    name_axes(right, "updates", "loss, nats", "Averaged prediction")
    return figure
