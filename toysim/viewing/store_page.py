"""The page of a sweep: what goes along x, by colour and into sliders, and what a click shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import xarray as xr
from bokeh.layouts import column
from bokeh.models import CheckboxGroup, Div, RadioButtonGroup, Select, Slider

from toysim.papers.lines import is_geometric, positions
from toysim.plotting.choice import Choice, choose, spans_decades
from toysim.plotting.reading import first_side, label, level, title, x_label
from toysim.store.table import OWN
from toysim.viewing.contents import courses, map_of, marks, series
from toysim.viewing.downloads import download_buttons
from toysim.viewing.drawing import (
    REPLICAS,
    beside,
    draw_map,
    draw_marks,
    draw_series,
    listen,
    new_figure,
    python_line,
)

NONE = "(none)"
CLICK = "Click a point for its course over time."
ROUNDING = 1e-10
WIDTH, HEIGHT, LOW = 300, 460, 260  # of the controls, the picture and a course, in pixels
FIELD = WIDTH - 10  # Bokeh's own margin is on both sides


class StorePage:
    """Controls on the left, the picture on the right, below it the courses of the cell clicked.

    ``told`` is how Python names the data, in the line that draws the picture; ``name``: of files.
    """

    def __init__(self, tree: xr.DataTree, told: str, name: str) -> None:
        self.tree, self.told = tree, told
        self.replicas, self.axes = REPLICAS[0], None
        self.controls, self.picture = column(width=WIDTH), column(sizing_mode="stretch_width")
        self.below = column(Div(text=CLICK), sizing_mode="stretch_width")
        self.python, self.state = Div(sizing_mode="stretch_width"), Div()
        left = column(
            self.controls, download_buttons(name, lambda: (self.tree, self.choice)), self.state
        )
        right = column(self.picture, self.python, self.below)
        self.layout = beside(left, right)
        first = choose(tree)
        self.show(replace(first, y=(_first_told(tree, first.y),), panel=None))

    def take(self, tree: xr.DataTree) -> None:
        """Newer data of the same sweep, in the same picture, as far in as it was."""
        self.tree = tree
        self.draw(keep=True)

    def show(self, choice: Choice) -> None:
        """Controls and the picture of a choice."""
        ds, dims = first_side(self.tree), dimensions(self.tree, choice.y[0])
        free = [d for d in dims if d not in (choice.x, choice.hue)]
        held = {d: choice.fixed.get(d, 0) for d in free}
        self.choice = replace(choice, fixed=held, at=_values(ds, held))
        self.logs = self._sensible_logs()
        self.controls.children = self._controls(dims, free)
        self.draw()

    def _controls(self, dims: list[str], free: list[str]) -> list[Any]:
        choice = self.choice
        y = Select(
            title="observable", options=observables(self.tree), value=choice.y[0], width=FIELD
        )
        x = Select(title="along x", options=dims, value=choice.x, width=FIELD)
        others = [NONE, *(d for d in dims if d != choice.x)]
        hue = Select(title="by colour, or the map's other axis", options=others, width=FIELD)
        hue.value = choice.hue or NONE
        for select in (y, x, hue):
            listen(select, lambda _: self.show(self._chosen(y.value, x.value, hue.value)))
        kind = _radio(["curves", "map"], int(choice.map), lambda k: self._as_map(k == 1))
        kind.disabled = not can_be_map(self.tree, choice)
        shown = _radio(list(REPLICAS), REPLICAS.index(self.replicas), self._show_replicas)
        logs = CheckboxGroup(labels=["log x", "log y"], active=np.flatnonzero(self.logs).tolist())
        listen(logs, lambda on: self._scale(0 in on, 1 in on), "active")
        return [y, x, hue, kind, *(self._slider(d) for d in free), shown, logs]

    def _chosen(self, y: str, x: str, hue: str) -> Choice:
        """After another observable or axis: what does not fit is chosen sensibly."""
        dims = dimensions(self.tree, y)
        along = x if x in dims else None
        colour = hue if hue in dims and hue != along else None
        found = replace(choose(self.tree, along, colour, None, y), panel=None)
        if hue == NONE or (colour is None and along and self.choice.x != along):
            found = replace(found, hue=None, map=False)
        return replace(found, fixed=self.choice.fixed, map=found.map and found.hue is not None)

    def _as_map(self, is_map: bool) -> None:
        self.show(replace(self.choice, map=is_map))

    def _show_replicas(self, which: int) -> None:
        self.replicas = REPLICAS[which]
        self.draw()

    def _scale(self, *logs: bool) -> None:
        self.logs = (logs[0], logs[1])
        self.draw()

    def _slider(self, dim: str) -> Slider:
        ds, at = first_side(self.tree), self.choice.fixed[dim]
        slider = Slider(start=0, end=ds.sizes[dim] - 1, step=1, value=at, show_value=False)
        slider.title = f"{dim} = {level(ds, dim, at)}"

        def moved(new: int) -> None:
            slider.title = f"{dim} = {level(ds, dim, new)}"
            held = self.choice.fixed | {dim: new}
            self.choice = replace(self.choice, fixed=held, at=_values(ds, held))
            self.draw()

        listen(slider, moved)
        return slider

    def _sensible_logs(self) -> tuple[bool, bool]:
        ds, choice = first_side(self.tree), self.choice
        first = {choice.hue: 0} if choice.hue else {}
        along = positions(ds, choice.x, choice.fixed | first)
        if choice.map:
            return is_geometric(along), is_geometric(ds[choice.hue].values)
        found = list(series(self.tree, choice))
        values = np.concatenate([[], *(c.mean for c in found), *(c.theory[1] for c in found)])
        return is_geometric(along), spans_decades(values)

    def draw(self, keep: bool = False) -> None:
        """The picture anew; ``keep``: in the ranges that it has."""
        ds, choice, name = first_side(self.tree), self.choice, self.choice.y[0]
        ranges: dict[str, Any] = {}
        if keep and self.axes is not None:
            ranges = {"x_range": self.axes.x_range, "y_range": self.axes.y_range}
        up = x_label(ds, str(choice.hue)) if choice.map else label(ds, name)
        words = title(ds, name if choice.map else "", choice.fixed)
        axes = new_figure(words, x_label(ds, choice.x), up, self.logs, height=HEIGHT, **ranges)
        if choice.map:
            draw_map(axes, map_of(self.tree, choice), name, self._click_map)
        else:
            draw_marks(axes, marks(self.tree, choice))
            draw_series(axes, series(self.tree, choice), self.replicas, self._click_curve)
        self.axes, self.picture.children = axes, [axes]
        self.python.text = python_line(f"toysim.plot({self.told}, {choice.keywords})")

    def _click_curve(self, curve: int, point: int) -> None:
        hue = {self.choice.hue: curve} if self.choice.hue else {}
        self._show_courses(self.choice.fixed | {self.choice.x: point} | hue)

    def _click_map(self, up: int, along: int) -> None:
        self._show_courses(self.choice.fixed | {self.choice.x: along, str(self.choice.hue): up})

    def _show_courses(self, place: dict[str, int]) -> None:
        ds = first_side(self.tree)
        cell = {d: k for d, k in place.items() if d in ds["state"].dims}
        drawn = [Div(text=f"<b>{escape(title(ds, '', cell))}</b>")]
        for name, course in courses(self.tree, place):
            words = x_label(ds, "record"), label(ds, name)
            axes = new_figure("", *words, (False, False), height=LOW)
            draw_series(axes, [course], "points")
            drawn.append(axes)
        none = "No observable of this model is recorded over time, or n_records is 0."
        self.below.children = drawn if len(drawn) > 1 else [*drawn, Div(text=none)]


def observables(tree: xr.DataTree) -> list[str]:
    """Those that are numbers and vary with something."""
    ds = first_side(tree)
    names = [str(n) for n, v in ds.data_vars.items() if n not in OWN and v.dtype.kind == "f"]
    return [name for name in names if dimensions(tree, name)]


def _first_told(tree: xr.DataTree, names: tuple[str, ...]) -> str:
    """The first that varies by more than rounding."""
    ds = first_side(tree)
    for name in names:
        values = ds[name].values[np.isfinite(ds[name].values)]
        if values.size and np.ptp(values) > ROUNDING:
            return name
    return names[0]


def dimensions(tree: xr.DataTree, name: str) -> list[str]:
    """Of an observable, those with several values, without replicas."""
    values = first_side(tree)[name]
    return [str(d) for d, n in values.sizes.items() if d != "replica" and n > 1]


def can_be_map(tree: xr.DataTree, choice: Choice) -> bool:
    """Whether both axes are numbers, enough of them."""
    ds = first_side(tree)
    if choice.hue is None or any(d not in ds.coords for d in (choice.x, choice.hue)):
        return False
    return all(ds[d].dtype.kind in "if" and ds.sizes[d] > 2 for d in (choice.x, choice.hue))


def _values(ds: xr.Dataset, held: dict[str, int]) -> dict[str, Any]:
    """As ``toysim.plot`` takes them."""
    return {d: ds[d].values[k].item() if d in ds.coords else k for d, k in held.items()}


def _radio(labels: list[str], active: int, chosen: Callable[[int], None]) -> RadioButtonGroup:
    group = RadioButtonGroup(labels=labels, active=active)
    listen(group, chosen, "active")
    return group
