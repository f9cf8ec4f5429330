"""A picture of one run: what ``toysim run --plot`` draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.observables import RECORD
from toysim.papers.drawing import new_figure, style

ABREAST = 3  # panels in a row
WIDE = 100.0  # between the largest and the smallest number, beyond which an axis has decades
Sides = dict[str, xr.Dataset]


def plot_run(simulation: xr.Dataset | None = None, theory: xr.Dataset | None = None) -> Figure:
    """One run: a panel for every observable with a course, or else one for every unit; theory
    dashed beside it, or as crosses. Courses run over the record times.
    """
    both = {"simulation": simulation, "theory": theory}
    sides = {name: ds for name, ds in both.items() if ds is not None}
    data = next(iter(sides.values())).data_vars
    courses = [name for name, values in data.items() if values.sizes.get(RECORD, 0) > 1]
    with style():
        return _plot_courses(sides, courses) if courses else _plot_scalars(sides)


def _clock(ds: xr.Dataset) -> xr.DataArray:
    """The coordinate of record times, or the record's number."""
    times: list[xr.DataArray] = [
        c for n, c in ds.coords.items() if c.dims == (RECORD,) and n != RECORD
    ]
    return times[0]


def _plot_courses(sides: Sides, names: list[Any]) -> Figure:
    wide, high = min(len(names), ABREAST), -(-len(names) // ABREAST)
    figure = new_figure(4.0 * wide, 3.2 * high)
    first = next(iter(sides.values()))
    x = _clock(first)
    for panel, name in enumerate(names):
        axes = figure.add_subplot(high, wide, panel + 1)
        for label, ds in sides.items():
            line = "-" if label == "simulation" or len(sides) == 1 else "--"
            for k, (tag, values) in enumerate(_curves(ds[name]) if name in ds else ()):
                axes.plot(x.values, values, line, color=f"C{k}", label=f"{label} {tag}".strip())
        axes.set_title(first[name].attrs["description"])
        axes.set_xlabel(_label(x.name, x))
        axes.set_ylabel(_label(name, first[name]))
        axes.legend()
    return figure


def _label(name: Any, values: xr.DataArray) -> str:
    unit = values.attrs.get("units", "1")
    return str(name) if unit == "1" else f"{name} [{unit}]"


def _curves(values: xr.DataArray) -> Iterator[tuple[str, Any]]:
    """Curves of one observable, by its other dimensions; replicas by their mean."""
    if "replica" in values.dims:
        values = values.mean("replica", keep_attrs=True)
    inner = [d for d in values.dims if d != RECORD]
    if not inner:
        yield "", values.values
        return
    for place, curve in values.stack(curve=inner).groupby("curve"):
        tag = ", ".join(f"{d} {v}" for d, v in zip(inner, place, strict=True))
        yield tag, curve.squeeze().values


def _plot_scalars(sides: Sides) -> Figure:
    """Numbers of one unit share an axis."""
    data = next(iter(sides.values())).data_vars
    by_unit: dict[str, list[str]] = {}
    for name, values in data.items():
        if values.dtype.kind == "f" and np.isfinite(values.values).any():
            by_unit.setdefault(values.attrs.get("units", "1"), []).append(str(name))
    rows = [len(names) for names in by_unit.values()]
    figure = new_figure(7.0, sum(0.9 + 0.35 * n for n in rows))
    panels = figure.subplots(len(rows), squeeze=False, height_ratios=[n + 2 for n in rows])[:, 0]
    for axes, (unit, names) in zip(panels, by_unit.items(), strict=True):
        _plot_names(axes, sides, names)
        axes.set_xlabel("value" if unit == "1" else f"value [{unit}]")
    panels[0].legend()
    return figure


def _plot_names(axes: Any, sides: Sides, names: list[str]) -> None:
    """A line of dots for each observable, crosses of theory on it."""
    for side, ds in sides.items():
        marker, color = ("o", "C0") if side == "simulation" else ("x", "C3")
        found = [(row, ds[name].values.ravel()) for row, name in enumerate(names) if name in ds]
        x = [value for _, values in found for value in values]
        y = [row for row, values in found for _ in values]
        axes.plot(x, y, marker, color=color, label=side)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.margins(x=0.1)
    sizes = np.abs(np.concatenate([line.get_xdata() for line in axes.lines]))
    known = sizes[np.isfinite(sizes) & (sizes > 0.0)]
    if known.size and known.max() > WIDE * known.min():
        axes.set_xscale("symlog", linthresh=1e-3)
