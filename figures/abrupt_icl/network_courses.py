"""The attention-only network: its jump, the measures around it, its attention before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.heads import MEASURES
from toysim.figures.abrupt_icl.reading import clock, runs
from toysim.figures.abrupt_icl.statistics import aligned, jump_times
from toysim.papers.drawing import new_figure
from toysim.papers.reading import parameter


def jump(tree: xr.DataTree) -> Figure:
    """Accuracy and loss of every run (left, middle); measures in units of the run's own t50,
    medians (right).
    """
    time, t50 = clock(tree), runs(tree, "t50").values
    figure = new_figure(15.5, 4.0)
    left, middle, right = figure.subplots(1, 3)
    for name, axes in (("ic_accuracy", left), ("loss", middle)):
        for k, run in enumerate(runs(tree, name).values):
            axes.plot(time, run, "-", lw=0.9, color=f"C{k}", gid=f"{name}:{k}")
        axes.set(xlabel="updates")
    n_pairs, n_labels = int(parameter(tree, "n_pairs")), int(parameter(tree, "n_labels"))
    for level, label in ((1 / n_labels, "1/L"), (1 / n_pairs, "1/N")):
        left.axhline(level, color="0.4", lw=0.8, ls=":")
        left.text(time[-1], level, label, va="bottom", ha="right")
    left.set(ylabel="accuracy on novel classes", ylim=(0, 1.02), title=str(jump_times(t50)))
    middle.axhline(np.log(n_labels), color="0.4", lw=0.8, ls=":")
    middle.set(ylabel="loss", title="Loss; dotted: log L")
    at = np.linspace(0, 1.6, 81)
    for name, (label, colour) in MEASURES.items():
        middle_run = aligned(time, runs(tree, name).values, t50, at)
        right.plot(at, middle_run, "-", lw=1.5, color=colour, label=label, gid=f"aligned:{name}")
    right.axvline(1, color="0.6", lw=0.8, ls=":")
    right.set(
        xlabel="updates / time of the run's jump",
        ylim=(0, 1.02),
        title="Measures, runs aligned on their jump",
    )
    right.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def maps(tree: xr.DataTree) -> Figure:
    """Attention within one sequence of novel classes before and after training, of the first run
    that jumped.
    """
    run = int(np.argmax(np.isfinite(runs(tree, "t50").values)))
    first, second = (runs(tree, f"attention{k}").isel(replica=run).values for k in (1, 2))
    answer = int(runs(tree, "answer_token").values[run])
    figure = new_figure(10.0, 5.6)
    panels = figure.subplots(2, 2, height_ratios=(5, 1))
    for k, stage in enumerate(("before training", "after training")):
        draw_map(panels[0, k], first[k], f"Layer 1, {stage}")
        image = draw_map(panels[1, k], second[k : k + 1], f"Layer 2, from the target, {stage}")
        panels[1, k].plot(
            [answer],
            [0.62],
            "^",
            color="C3",
            ms=7,
            clip_on=False,
            label="label of the target's class",
        )
        panels[1, k].set(yticks=[], xlabel="token attended to")
    panels[0, 0].set_ylabel("token that attends")
    panels[1, 0].legend(loc="upper left", bbox_to_anchor=(0, -0.9))
    figure.colorbar(image, ax=panels, label="attention", shrink=0.7)
    return figure


def draw_map(axes: Any, attention: Any, title: str) -> Any:
    """Attention as grey values; ticks name items and labels, the target last."""
    n_tokens = attention.shape[1]
    names = ["item", "label"] * (n_tokens // 2) + ["target"]
    image = axes.imshow(attention, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(n_tokens), names, rotation=60, fontsize=7)
    if len(attention) > 1:
        axes.set_yticks(range(n_tokens), names, fontsize=7)
    axes.set_title(title)
    return image
