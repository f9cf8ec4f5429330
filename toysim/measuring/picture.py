"""The picture of a measured curve under a theory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from toysim.papers.drawing import new_figure, save_plain, style

RESULTS = ("observable", "measured", "error", "theory", "valid", "z")
WIDTH = 3.4  # inches of a panel


def draw_measured(table: pd.DataFrame, id: str, file: Path | None) -> Figure:
    """A column an observable: points on theory's line above, z in standard errors below."""
    groups = list(table.groupby("observable", sort=False))
    with style():
        figure = new_figure(WIDTH * len(groups), 3.6)
        grid = figure.subplots(
            2, len(groups), sharex="col", squeeze=False, gridspec_kw={"height_ratios": (3, 1)}
        )
        for column, (name, points) in zip(grid.T, groups, strict=True):
            _draw(column, str(name), points, id)
    if file is not None:
        save_plain(figure, file)
    return figure


def _draw(column: Any, name: str, points: pd.DataFrame, id: str) -> None:
    upper, lower = column
    axes = [c for c in points.columns if c not in RESULTS and points[c].nunique() > 1]
    x = axes[-1] if axes else None
    for k, (label, part) in enumerate(_curves(points, axes[:-1])):
        at = part[x] if x else np.arange(len(part))
        order, color = np.argsort(np.asarray(at)), f"C{k}"
        error = part["error"] if part["error"].notna().any() else None
        upper.errorbar(at, part["measured"], error, fmt="o", ms=3, color=color, label=label)
        theory = part["theory"].where(part["valid"])
        upper.plot(np.asarray(at)[order], theory.to_numpy()[order], color=color, lw=1)
        lower.plot(at, part["z"], "o", ms=3, color=color)
    upper.set(ylabel=name, title=f"{id}\npoints: measured, lines: theory")
    lower.axhline(0.0, color="0.6", lw=0.8)
    lower.set(xlabel=x or "point", ylabel="z")
    if len(axes) > 1:
        upper.legend()


def _curves(points: pd.DataFrame, names: list[str]) -> list[tuple[str, pd.DataFrame]]:
    if not names:
        return [("measured", points)]
    return [
        (", ".join(f"{n} = {v:g}" for n, v in zip(names, key, strict=True)), part)
        for key, part in points.groupby(names, sort=False)
    ]
