"""The page of a model: its parameters as controls, theory at once, simulation after it."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from html import escape
from typing import Any

import numpy as np
import xarray as xr
from bokeh.layouts import column
from bokeh.models import Button, Div, Select, Spinner

from toysim.api import sweep
from toysim.durations import clock
from toysim.errors import ToysimError
from toysim.model import Model
from toysim.observables import RECORD
from toysim.papers.lines import is_geometric, positions
from toysim.plotting.choice import MANY_HUES, Choice, spans_decades
from toysim.plotting.reading import first_side, label, title, x_label
from toysim.viewing.contents import has_theory, marks, series
from toysim.viewing.drawing import (
    REPLICAS,
    beside,
    draw_marks,
    draw_series,
    listen,
    new_figure,
    python_line,
)
from toysim.viewing.knobs import grid, knob

TIME = "(time)"
N_RECORDS = 60  # of a course, where a model does not record as many by itself
POINTS = 21  # of a curve along a parameter
PATIENCE = 3.0  # seconds of simulation that need not be asked for
WIDTH, HEIGHT = 300, 460  # of the controls and the picture, in pixels


class ModelPage:
    """Controls on the left, the picture on the right. What is simulated arrives later, in
    ``document``.
    """

    def __init__(self, model: Model, document: Any) -> None:
        self.model, self.document = model, document
        self.values: dict[str, Any] = dict(model.defaults)
        if self.values.get("n_records", N_RECORDS) < N_RECORDS:
            self.values["n_records"] = N_RECORDS
        self.replicas, self.asked, self.worker = 4, 0, ThreadPoolExecutor(1)
        self.trees: dict[str, xr.DataTree] = {}
        self.picture, self.controls = column(sizing_mode="stretch_width"), column(width=WIDTH)
        self.python, self.state = Div(sizing_mode="stretch_width"), Div(width=WIDTH)
        self.button = Button(label="simulate", visible=False)
        self.button.on_click(self._simulate)
        names = [o.name for o in model.observables if o.dtype == "float64"]
        self.y = Select(title="observable", options=names, value=names[0])
        self.along = Select(title="along x")
        listen(self.y, lambda _: self._other_observable())
        listen(self.along, lambda _: self.refresh())
        runs = Spinner(title="replicas", low=1, high=100, value=self.replicas)
        listen(runs, self._set_replicas)
        self.controls.children = [
            knob(p, self.values[name], partial(self._turned, name))
            for name, p in model.parameters.items()
        ]
        left = column(self.y, self.along, runs, self.button, self.state, self.controls)
        self.layout = beside(left, column(self.picture, self.python))
        self._other_observable()

    def _other_observable(self) -> None:
        plain = [p for p in self.model.parameters.values() if not p.ndim]
        numbers = [p.name for kind in ("float", "int") for p in plain if p.kind == kind]
        ways = [TIME, *numbers] if RECORD in self._dims() else numbers
        self.along.options = ways
        if self.along.value in ways:
            self.refresh()
        else:
            self.along.value = ways[0]

    def _dims(self) -> tuple[str, ...]:
        return next(o.dims for o in self.model.observables if o.name == self.y.value)

    def _set_replicas(self, n: int) -> None:
        self.replicas = int(n)
        self.refresh()

    def _turned(self, name: str, value: Any) -> None:
        self.values[name] = value
        self.refresh()

    def refresh(self) -> None:
        """Theory now, and simulation if it takes no time; else a button for it."""
        self.asked += 1
        self.trees = {}
        try:
            parameters = self.model.validate(self.values)
            if self.model.theory is not None:
                self.trees["theory"] = sweep(self.model, simulation=False, **self._cells())
        except ToysimError as error:
            self.state.text = f"<b>{escape(str(error))}</b>"
            return
        cells = 1 if self.along.value == TIME else POINTS
        seconds = self.model.seconds(parameters) * cells * self.replicas
        self.state.text = ""
        self.button.visible = seconds > PATIENCE
        self.button.label = f"simulate (about {clock(seconds)})"
        self.draw()
        if seconds <= PATIENCE:
            self._simulate()

    def _cells(self) -> dict[str, Any]:
        """The parameters of the cells drawn, without those at their default."""
        own = {n: v for n, v in self.values.items() if v != self.model.defaults[n]}
        if self.along.value == TIME:
            return own
        return own | {self.along.value: grid(self.model.parameters[self.along.value], POINTS)}

    def _simulate(self) -> None:
        """In a thread; an answer to what is not asked any more is dropped."""
        asked, cells, replicas = self.asked, self._cells(), self.replicas

        def run() -> xr.DataTree | None:
            if asked != self.asked:
                return None
            return sweep(self.model, theory=False, replicas=replicas, progress=False, **cells)

        self.state.text = "simulating ..."
        self.button.visible = False
        done = self.worker.submit(run)
        done.add_done_callback(
            lambda future: self.document.add_next_tick_callback(
                partial(self._arrived, asked, future)
            )
        )

    def _arrived(self, asked: int, future: Future[xr.DataTree | None]) -> None:
        if asked != self.asked:
            return
        try:
            tree = future.result()
        except ToysimError as error:
            self.state.text = f"<b>{escape(str(error))}</b>"
            return
        if tree is not None:
            self.trees["simulation"] = tree
            self.state.text = ""
            self.draw()

    def draw(self) -> None:
        """What is there."""
        if not self.trees:
            return
        name, tree = self.y.value, self._joined()
        if "simulation" not in tree and not has_theory(tree, name):
            self.picture.children = [Div(text="Theory tells nothing of it; simulation follows.")]
            return
        ds, choice = first_side(tree), self._choice(tree)
        found = list(series(tree, choice))
        values = np.concatenate([[], *(c.mean for c in found), *(c.theory[1] for c in found)])
        first = {choice.hue: 0} if choice.hue else {}
        along = positions(ds, choice.x, choice.fixed | first)
        logs = is_geometric(along), spans_decades(values)
        words = x_label(ds, choice.x), label(ds, name)
        axes = new_figure(title(ds, "", choice.fixed), *words, logs, height=HEIGHT)
        draw_marks(axes, marks(tree, choice))
        draw_series(axes, found, REPLICAS[0])
        self.picture.children = [axes]
        self.python.text = python_line(self._line(choice))

    def _joined(self) -> xr.DataTree:
        """Both sides, as far as they are there."""
        sides = {f"/{side}": tree[side].to_dataset() for side, tree in self.trees.items()}
        root = next(iter(self.trees.values())).to_dataset()
        return xr.DataTree.from_dict({"/": root, **sides})

    def _choice(self, tree: xr.DataTree) -> Choice:
        x = RECORD if self.along.value == TIME else self.along.value
        inner = [d for d in self._dims() if d != x]
        hue = next((d for d in inner if 1 < first_side(tree).sizes[d] <= MANY_HUES), None)
        return Choice((self.y.value,), x, hue, None, {d: 0 for d in inner if d != hue})

    def _line(self, choice: Choice) -> str:
        told = [f"{n}={_written(v)}" for n, v in self._cells().items()]
        cells = ", ".join([repr(self.model.id), *told, f"replicas={self.replicas}"])
        return f"toysim.plot(toysim.sweep({cells}), {choice.keywords})"


def _written(value: Any) -> str:
    """As Python reads it."""
    if isinstance(value, list) and len(value) == POINTS:
        space = "geomspace" if is_geometric(value) else "linspace"
        return f"np.{space}({value[0]:g}, {value[-1]:g}, {POINTS})"
    return repr(value)
