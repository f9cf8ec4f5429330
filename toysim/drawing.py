"""Figures: recipes from datasets to matplotlib Figures, saved once and kept while nothing they
depend on changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from toysim.jit import sources_hash
from toysim.runner.files import one_line

Data = Mapping[str, xr.DataTree]

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "savefig.dpi": 150,
    "figure.dpi": 100,
    "svg.hashsalt": "toysim",
    "figure.constrained_layout.use": True,
}
# Files say nothing of the day they were made, so that equal data give equal files.
METADATA: dict[str, Any] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def observable(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """An observable of one side on the sweep's grid; the dimension of a single replica is
    dropped.
    """
    values = tree[side].to_dataset()[name]
    return values.squeeze("replica", drop=True) if values.sizes.get("replica") == 1 else values


def mean_and_error(draws: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean over the replicas that are there (NaN left out) and its standard error."""
    return draws.mean("replica"), draws.std("replica", ddof=1) / np.sqrt(draws.count("replica"))


def parameter(tree: xr.DataTree, name: str) -> Any:
    """The value of a parameter that the sweep keeps fixed."""
    return next(iter(tree.children.values()))[name].item()


@dataclass(frozen=True)
class Recipe:
    """A figure: what it shows, of which sweeps, and the function that draws it from their data."""

    name: str
    title: str
    source: str
    sweeps: tuple[str, ...]
    draw: Callable[[Data], Figure]


@dataclass(frozen=True)
class MadeFigure:
    """Where a figure's files are; ``cached`` if nothing had changed, else ``reason`` names what
    had.
    """

    name: str
    paths: list[Path]
    cached: bool
    reason: str


@contextmanager
def style() -> Iterator[None]:
    """The house style for figures made inside; nobody's own settings are changed."""
    with matplotlib.style.context(STYLE):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure (inches) with a canvas of its own, outside pyplot's memory."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def draw(recipe: Recipe, data: Data) -> Figure:
    """The figure of a recipe."""
    with style():
        return recipe.draw(data)


def make(
    recipe: Recipe, name: str, data: Data, folder: Path, formats: tuple[str, ...]
) -> MadeFigure:
    """Draw a recipe into ``folder`` unless its files there were made from the same ingredients."""
    record = folder / f"{name}.json"
    paths = [folder / f"{name}.{form}" for form in formats]
    now = ingredients(recipe, data)
    before = _read(record)
    stale = [key for key in now if before.get(key) != now[key]]
    missing = [p.suffix[1:] for p in paths if not p.is_file()]
    if not stale and not missing:
        return MadeFigure(name, paths, True, "unchanged")
    figure = draw(recipe, data)
    with one_line(folder, "write"):
        folder.mkdir(parents=True, exist_ok=True)
        if stale:  # other formats were drawn from something else
            for old in folder.glob(f"{name}.*"):
                old.unlink()
        for path in paths:
            save_plain(figure, path)
        record.write_text(json.dumps(now, indent=1))
    reason = (
        "new"
        if not before
        else f"changed: {', '.join(stale)}"
        if stale
        else f"new format: {', '.join(missing)}"
    )
    return MadeFigure(name, paths, False, reason)


def ingredients(recipe: Recipe, data: Data) -> dict[str, str]:
    """Hashes of what a picture depends on: the code, the drawing library, and each sweep's
    numbers.
    """
    found = {"sources": sources_hash("toysim.figures"), "matplotlib": matplotlib.__version__}
    return found | {f"data of {name}": digest(data[name]) for name in recipe.sweeps}


def digest(tree: xr.DataTree) -> str:
    """Hash of every value and coordinate of a sweep's data; run times and paths do not count."""
    content = hashlib.blake2b(digest_size=16)
    for side in ("simulation", "theory"):
        if side in tree:
            ds = tree[side].to_dataset()
            for name in sorted(map(str, ds.variables)):
                values = np.ascontiguousarray(ds[name].values)
                content.update(
                    f"{side}/{name}{values.dtype}{values.shape}".encode() + values.tobytes()
                )
    return content.hexdigest()


def _read(record: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(record.read_text())
    except (OSError, ValueError):
        return {}
    return found


def save_plain(figure: Figure, path: Path) -> None:
    """Save by the suffix of ``path``, without dates."""
    with style(), one_line(path, "write"):
        figure.savefig(path, metadata=METADATA[path.suffix[1:]])


def plot_run(simulation: xr.Dataset, theory: xr.Dataset | None = None) -> Figure:
    """One run: a panel for every observable with a course, or else one number each; theory dashed
    beside it.

    The course runs over the model's ``time`` or ``update`` if it has one of them, else over the
    record's number.
    """
    clock = next((n for n in ("time", "update") if n in simulation), "record")
    courses = [
        n
        for n, v in simulation.data_vars.items()
        if "record" in v.dims and v.sizes["record"] > 1 and n != clock
    ]
    with style():
        return (
            _plot_courses(simulation, theory, courses, clock)
            if courses
            else _plot_scalars(simulation, theory)
        )


def _plot_courses(
    simulation: xr.Dataset, theory: xr.Dataset | None, names: list[Any], clock: str
) -> Figure:
    figure = new_figure(5.0 * len(names), 3.6)
    x = simulation[clock]
    x = x.isel(replica=0) if "replica" in x.dims else x
    for panel, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), panel + 1)
        for ds, line, label in ((simulation, "-", "simulation"), (theory, "--", "theory")):
            if ds is None or name not in ds:
                continue
            for k, (tag, values) in enumerate(_curves(ds[name])):
                axes.plot(x.values, values, line, color=f"C{k}", label=f"{label} {tag}".strip())
        axes.set_title(simulation[name].attrs["long_name"])
        axes.set_xlabel(clock if clock == "record" else _label(clock, x))
        axes.set_ylabel(_label(name, simulation[name]))
        axes.legend()
    return figure


def _label(name: Any, values: xr.DataArray) -> str:
    return f"{name} [{values.attrs.get('units', '')}]"


def _curves(values: xr.DataArray) -> Iterator[tuple[str, Any]]:
    """Curves of one observable, by its other dimensions; replicas by their mean."""
    if "replica" in values.dims:
        values = values.mean("replica", keep_attrs=True)
    inner = [d for d in values.dims if d != "record"]
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
