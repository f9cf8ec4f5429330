"""What of a sweep goes where in its picture: along x, by colour, by panel; the rest stays fixed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from toysim.errors import ToysimError, suggest
from toysim.observables import RECORD
from toysim.papers.lines import DECADES, RATIO
from toysim.shown import shown
from toysim.store.table import OWN

MANY_HUES = 8  # curves in a panel
MANY_PANELS = 6
MAP = 8  # values of both axes, from which on two axes are a map
MOST_TOLD = 8  # values of a dimension, in an error


@dataclass(frozen=True)
class Choice:
    """``x``, ``hue`` and ``panel`` are dimensions of the data (hue and panel may be None); ``map``:
    hue is the second axis of a map. ``fixed``: index of every other dimension; ``at``: the value of
    those that were asked for.
    """

    y: tuple[str, ...]
    x: str
    hue: str | None
    panel: str | None
    fixed: dict[str, int]
    map: bool = False
    at: dict[str, Any] = field(default_factory=dict)

    @property
    def keywords(self) -> str:
        """As they are written in Python."""
        y = self.y[0] if len(self.y) == 1 else list(self.y)
        told: dict[str, Any] = {"y": y, "x": self.x, "hue": self.hue, "panel": self.panel}
        told["at"] = self.at or None
        return ", ".join(f"{name}={value!r}" for name, value in told.items() if value is not None)


def choose(
    tree: xr.DataTree,
    x: str | None = None,
    hue: str | None = None,
    panel: str | None = None,
    y: str | Sequence[str] | None = None,
    at: Mapping[str, Any] | None = None,
) -> Choice:
    """What was asked for, and sensible answers for the rest; ``at`` is the value of a dimension
    that is none of these. Raises ToysimError on names and values that are not there.
    """
    ds = next(tree[side].to_dataset() for side in ("simulation", "theory") if side in tree)
    names = _observables(ds, [y] if isinstance(y, str) else y, set(json.loads(tree.attrs["axes"])))
    dims = [str(d) for d in ds[names[0]].dims if d != "replica"]
    dims = [d for d in dims if ds.sizes[d] > 1]
    given = {"x": x, "hue": hue, "panel": panel}
    _refuse_unknown({**given, **{f"at {d}": d for d in at or {}}}, dims, names[0])
    held = {d: place_of(ds, d, value) for d, value in (at or {}).items()}
    free = [d for d in dims if d not in given.values() and d not in held]
    along = x or _along(ds, free)
    free = [d for d in free if d != along]
    hue = hue or next((d for d in free if _few(ds, d, MANY_HUES) or _mapped(ds, along, d)), None)
    free = [d for d in free if d != hue]
    if panel is None and len(names) == 1:
        panel = next((d for d in free if _few(ds, d, MANY_PANELS)), None)
    if panel is not None:
        names = names[:1]
    fixed = {d: 0 for d in free if d != panel} | held
    is_map = hue is not None and not _few(ds, hue, MANY_HUES) and _mapped(ds, along, hue)
    return Choice(tuple(names), along, hue, panel, fixed, is_map, dict(at or {}))


def place_of(ds: xr.Dataset, dim: str, value: Any) -> int:
    """Which of a dimension's values it is. Raises ToysimError where it is none."""
    values = ds[dim].values if dim in ds.coords else np.arange(ds.sizes[dim])
    same = np.isclose(values, value, RATIO, 0.0) if _number(values, value) else values == value
    if not np.any(same):
        told = ", ".join(map(shown, values[:MOST_TOLD].tolist()))
        more = ", ..." if len(values) > MOST_TOLD else ""
        raise ToysimError(f"at: {dim} = {value!r} is none of its values: {told}{more}", "at")
    return int(np.argmax(same))


def _number(values: Any, value: Any) -> bool:
    return values.dtype.kind in "if" and isinstance(value, int | float)


def _observables(ds: xr.Dataset, asked: Iterable[str] | None, axes: set[str]) -> list[str]:
    """Those asked for; else single numbers, a few of them, else courses."""
    known = [str(n) for n, v in ds.data_vars.items() if n not in OWN and v.dtype.kind == "f"]
    for name in asked or ():
        if name not in known:
            raise ToysimError(f"no observable {name!r} there: {suggest(name, known)}", "y")
    if asked:
        return list(asked)
    single = [n for n in known if {*ds[n].dims} <= {*axes, "replica"} and _says(ds[n])]
    courses = [n for n in known if RECORD in ds[n].dims and _says(ds[n])]
    chosen = (single if axes else courses or single) or courses or known
    return chosen[:MANY_PANELS]


def _says(values: xr.DataArray) -> bool:
    return bool(np.isfinite(values).any())


def _refuse_unknown(given: dict[str, str | None], dims: list[str], name: str) -> None:
    for key, dim in given.items():
        if dim is not None and dim not in dims:
            told = suggest(dim, dims) if dims else "it has none with several values"
            raise ToysimError(f"{key} = {dim!r} is no dimension of {name}: {told}", key)
    asked = [dim for dim in given.values() if dim is not None]
    if len(set(asked)) < len(asked):
        raise ToysimError("x, hue, panel and at are different dimensions")


def _along(ds: xr.Dataset, dims: list[str]) -> str:
    """The record times of a course, else the numbers with most values."""
    if not dims:
        raise ToysimError("nothing varies in this sweep: toysim run --plot draws a single cell")
    if RECORD in dims:
        return RECORD
    return max(dims, key=lambda d: (_numeric(ds, d), ds.sizes[d]))


def _numeric(ds: xr.Dataset, dim: str) -> bool:
    return dim in ds.coords and ds[dim].dtype.kind in "if"


def _few(ds: xr.Dataset, dim: str, most: int) -> bool:
    return bool(ds.sizes[dim] <= most)


def _mapped(ds: xr.Dataset, x: str, dim: str) -> bool:
    return all(_numeric(ds, d) and ds.sizes[d] >= MAP for d in (x, dim)) and x != RECORD


def spans_decades(values: Any) -> bool:
    """Whether numbers that are all positive lie decades apart."""
    v = np.asarray(values, float)
    v = v[np.isfinite(v)]
    return v.size > 0 and bool(v.min() > 0.0 and v.max() > DECADES * v.min())
