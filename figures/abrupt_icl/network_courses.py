"""The attention-only network: its jump, the measures around it, its attention before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.abrupt_icl.heads import MEASURES
from toysim.figures.abrupt_icl.panels import draw_levels, draw_runs
from toysim.figures.abrupt_icl.reading import clock, counts
from toysim.figures.abrupt_icl.statistics import aligned, jump_times
from toysim.papers.drawing import draw_landmark, new_figure
from toysim.papers.reading import landmark, runs

WHOLE = (0, 1.02)  # limits of an axis of shares


def jump(tree: xr.DataTree) -> Figure:
    """Accuracy and loss of every run (left, middle); measures in units of the run's own t50,
    medians (right).
    """
    figure = new_figure()
    left, middle, right = figure.subplots(1, 3)
    for axes, name in ((left, "ic_accuracy"), (middle, "loss")):
        draw_runs(axes, clock(tree), runs(tree, name).values, name, lw=0.9)
        axes.set_xlabel("updates")
    name_guesses(left, tree)
    left.set(ylabel="accuracy on novel classes", ylim=WHOLE)
    left.set_title(str(jump_times(runs(tree, "t50").values)))
    guess = landmark("induction_head.logits", "plateau_loss", n_pairs=counts(tree)[1])
    draw_landmark(middle, guess, along="y", color="0.4", lw=0.8, zorder=2)
    middle.set(ylabel="loss", title="Loss; dotted: log L")
    draw_aligned(right, tree)
    right.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def name_guesses(axes: Any, tree: xr.DataTree) -> None:
    """Accuracies of naming any label, and any label shown."""
    for count, label in zip(counts(tree), ("1/N", "1/L"), strict=True):
        draw_levels(axes, 1 / count, color="0.4")
        axes.text(clock(tree)[-1], 1 / count, label, va="bottom", ha="right")


def draw_aligned(axes: Any, tree: xr.DataTree) -> None:
    """Medians of the measures over the runs that jumped, each in units of its own t50."""
    at = np.linspace(0, 1.6, 81)
    for name, (label, colour) in MEASURES.items():
        median = aligned(clock(tree), runs(tree, name).values, runs(tree, "t50").values, at)
        axes.plot(at, median, "-", lw=1.5, color=colour, label=label, gid=f"aligned:{name}")
    axes.axvline(1, color="0.6", lw=0.8, ls=":")
    axes.set(xlabel="updates / time of the run's jump", ylim=WHOLE)
    axes.set_title("Measures, runs aligned on their jump")


def maps(tree: xr.DataTree) -> Figure:
    """Attention within one sequence of novel classes before and after training, of the first run
    that jumped.
    """
    run = int(np.argmax(np.isfinite(runs(tree, "t50").values)))
    first, second = (runs(tree, f"attention{k}").isel(replica=run).values for k in (1, 2))
    answer = int(runs(tree, "answer_token").values[run])
    figure = new_figure()
    panels = figure.subplots(2, 2, height_ratios=(5, 1))
    for k, stage in enumerate(("before training", "after training")):
        draw_map(panels[0, k], first[k], f"Layer 1, {stage}")
        image = draw_map(panels[1, k], second[k : k + 1], f"Layer 2, from the target, {stage}")
        mark_answer(panels[1, k], answer)
    panels[0, 0].set_ylabel("token that attends")
    panels[1, 0].legend(loc="upper left", bbox_to_anchor=(0, -0.9))
    figure.colorbar(image, ax=panels, label="attention", shrink=0.7)
    return figure


def draw_map(axes: Any, attention: Any, title: str) -> Any:
    """Attention as grey values; ticks name items and labels, the target last."""
    n_tokens = attention.shape[1]
    names = ["item", "label"] * (n_tokens // 2) + ["target"]
    image = axes.imshow(attention, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(n_tokens), names, rotation=60)
    if len(attention) > 1:
        axes.set_yticks(range(n_tokens), names)
    axes.set_title(title)
    return image


def mark_answer(axes: Any, token: int) -> None:
    """A mark below the token that the target should attend to."""
    label = "label of the target's class"
    axes.plot([token], [0.62], "^", color="C3", ms=7, clip_on=False, label=label)
    axes.set(yticks=[], xlabel="token attended to")
