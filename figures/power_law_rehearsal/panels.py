"""Figures of rehearsal."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.power_law_rehearsal.evidence import START
from toysim.figures.power_law_rehearsal.reading import kept_of_phase, kept_shares, of_kind
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable


def tasks(tree: xr.DataTree) -> Figure:
    """Retention of every task by rehearsal."""
    figure = new_figure()
    axes = figure.subplots()
    kept = observable(tree, "retention", "theory").sel(n_samples=18)
    least = kept.min("task")
    for k, kind in enumerate(("uniform", "power", "exponential", "balanced")):
        part = of_kind(kept, kind)
        one = part.isel(schedule=int(np.argmax(of_kind(least, kind).values)))
        number = np.arange(1, one.size + 1)
        axes.plot(number, one, "o-", ms=3, lw=1, color=f"C{k}", label=kind, gid=kind)
    axes.set(xlabel="task, by arrival", ylabel="retention", ylim=(0, 0.2))
    axes.set_title(r"Kept of each task, $\rho = 0.7$")
    axes.legend(loc="upper left", ncols=2)
    return figure


def exponents(tree: xr.DataTree, compatible: xr.DataTree) -> Figure:
    """Least retention and mean loss over the exponent."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    kept = kept_shares(tree)
    for k, rho in enumerate(kept_of_phase(tree)):
        power = of_kind(kept.isel(n_samples=k), "power")
        left.plot(
            power["exponent"], power, "o-", ms=3, lw=1, color=f"C{k}", label=rf"$\rho$ = {rho:.1f}"
        )
        balanced = float(of_kind(kept.isel(n_samples=k), "balanced")[0])
        left.axhline(balanced, color=f"C{k}", ls="--", lw=0.8)
    left.set(xlabel="exponent of the lag", ylabel="least retention", ylim=(0, 0.14))
    left.set_title("Dashed: balanced")
    left.legend(loc="upper right", ncols=2)
    loss = observable(compatible, "pool_loss", "theory").isel(record=0).mean("pool_draw") / START
    power = of_kind(loss, "power")
    right.plot(power["exponent"], power, "o-", ms=3, lw=1, gid="power")
    for kind, style in (("balanced", "--"), ("exponential", ":")):
        right.axhline(float(of_kind(loss, kind).min()), color="0.4", ls=style, lw=0.9)
    right.set(xlabel="exponent of the lag", ylabel="mean loss of compatible tasks")
    right.set_title("Dashed: balanced; dotted: exponential")
    return figure
