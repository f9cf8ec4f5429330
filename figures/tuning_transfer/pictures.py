"""Figure of transferred tuning."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.tuning_transfer.reading import ALGORITHMS, kinds
from toysim.papers.drawing import BLUE, RED, name_axes, new_figure


def transfer(tune: xr.DataTree, common: xr.DataTree) -> Figure:
    """Errors on the others against errors where tuned; and both in the mean, by kind."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    found = kinds(tune, common)
    first = next(iter(found.values()))
    for k, color in enumerate((BLUE, RED)):
        x, y = first.conventional[k], first.transferred[k]
        left.plot(x, y, "o", ms=3, mfc="none", color=color, label=ALGORITHMS[k])
        mean = [[c.conventional[k].mean(), c.transferred[k].mean()] for c in found.values()]
        shift = 0.12 * (2 * k - 1)
        for at, (here, there) in enumerate(mean):
            right.plot([at + shift] * 2, [here, there], "-", color=color, lw=1)
            right.plot(at + shift, here, "o", ms=4, color=color, label=_once(at, k, "where tuned"))
            hollow: dict[str, Any] = {"mfc": "white", "color": color, "ms": 4}
            right.plot(at + shift, there, "o", label=_once(at, k, "elsewhere"), **hollow)
    ends = [
        min(left.get_xlim()[0], left.get_ylim()[0]),
        max(left.get_xlim()[1], left.get_ylim()[1]),
    ]
    left.plot(ends, ends, ":", color="0.6", lw=1, zorder=0)
    name_axes(left, "error where tuned", "error tuned elsewhere", "Dotted: equal")
    right.set_xticks(
        np.arange(len(found)),
        [
            name.replace(" directions,", "\n").replace(" common direction", "\ncommon")
            for name in found
        ],
    )
    right.set_xlim(-0.6, len(found) - 0.4)
    name_axes(
        right, "directions of scenarios", "mean error", "Filled to hollow: what transfer costs"
    )
    return figure


def _once(at: int, k: int, what: str) -> str | None:
    return f"{ALGORITHMS[k]}, {what}" if at == 0 else None
