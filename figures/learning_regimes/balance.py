"""Large steps rebalance the pathways."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.learning_regimes.reading import in_threshold_units, shared_step
from toysim.papers.drawing import draw_landmark, new_figure
from toysim.papers.reading import observable, parameter


def rebalancing(tree: xr.DataTree) -> Figure:
    """Weaker share and step * sharpness at the end, against the step in units of the flow's
    threshold.
    """
    s = parameter(tree, "singular_value")
    share = observable(tree, "final_share").isel(pathway=1).transpose("depth", "step")
    edge = observable(tree, "eta_sharpness").transpose("depth", "step")
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    for k, x in enumerate(in_threshold_units(tree)):
        depth, unit = int(x["depth"]), float(x["step"][0]) / float(x[0])
        even = shared_step(s, depth)
        shown = np.flatnonzero(x.values <= float(even) / unit)
        look = {"color": f"C{k}", "label": f"D = {depth}", "gid": f"simulation:depth={depth}"}
        for axes, values in ((left, share), (right, edge)):
            axes.plot(x[shown], values[k, shown], "o-", ms=3, lw=0.8, **look)
            draw_landmark(axes, even, unit=unit, color=f"C{k}")
    left.set(ylabel="share of the weaker pathway at the end", ylim=(0, 0.53))
    right.set(ylabel="step times sharpness at the end", ylim=(0, 2.2))
    right.axhline(2.0, color="0.4", lw=0.8)
    left.set_title(f"S = {s:g}, layers start at 0.6 and 0.4")
    right.set_title("Dotted: the even solution loses stability")
    for axes in (left, right):
        axes.set_xlabel("step / (2 / sharpness of the flow's end state)")
        axes.axvline(1.0, color="0.4", lw=0.8)
        axes.legend()
    return figure
