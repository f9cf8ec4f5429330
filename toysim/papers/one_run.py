"""A picture of one run: what ``toysim run --plot`` draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.observables import RECORD
from toysim.papers.drawing import new_figure, style


def plot_run(simulation: xr.Dataset, theory: xr.Dataset | None = None) -> Figure:
    """One run: a panel for every observable with a course, or else one number each; theory dashed
    beside it. Courses run over the record times.
    """
    courses = [n for n, v in simulation.data_vars.items() if v.sizes.get(RECORD, 0) > 1]
    with style():
        if courses:
            return _plot_courses(simulation, theory, courses)
        return _plot_scalars(simulation, theory)


def _clock(simulation: xr.Dataset) -> xr.DataArray:
    """The coordinate of record times, or the record's number."""
    times: list[xr.DataArray] = [
        c for n, c in simulation.coords.items() if c.dims == (RECORD,) and n != RECORD
    ]
    return times[0]


def _plot_courses(simulation: xr.Dataset, theory: xr.Dataset | None, names: list[Any]) -> Figure:
    figure = new_figure(5.0 * len(names), 3.6)
    x = _clock(simulation)
    for panel, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), panel + 1)
        for ds, line, label in ((simulation, "-", "simulation"), (theory, "--", "theory")):
            if ds is None or name not in ds:
                continue
            for k, (tag, values) in enumerate(_curves(ds[name])):
                axes.plot(x.values, values, line, color=f"C{k}", label=f"{label} {tag}".strip())
        axes.set_title(simulation[name].attrs["long_name"])
        axes.set_xlabel(_label(x.name, x))
        axes.set_ylabel(_label(name, simulation[name]))
        axes.legend()
    return figure


def _label(name: Any, values: xr.DataArray) -> str:
    return f"{name} [{values.attrs.get('units', '')}]"


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


def _plot_scalars(simulation: xr.Dataset, theory: xr.Dataset | None) -> Figure:
    names = [
        n
        for n, v in simulation.data_vars.items()
        if v.dtype.kind == "f" and np.isfinite(v.values).any()
    ]
    figure = new_figure(7.0, 0.5 + 0.45 * len(names))
    axes = figure.add_subplot()
    for row, name in enumerate(names):
        for ds, marker, label in ((simulation, "o", "simulation"), (theory, "x", "theory")):
            if ds is not None and name in ds:
                values = ds[name].values.ravel()
                axes.plot(
                    values,
                    np.full(len(values), row),
                    marker,
                    color="C0" if marker == "o" else "C3",
                    label=label if row == 0 else None,
                )
    axes.set_yticks(range(len(names)), [_label(n, simulation[n]) for n in names])
    axes.margins(x=0.1)
    axes.set_xscale("symlog", linthresh=1e-3)
    axes.set_xlabel("value")
    axes.invert_yaxis()
    axes.legend()
    return figure
