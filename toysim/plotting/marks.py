"""Where a model's landmarks lie on the map of two of its parameters, or along one."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from toysim.asking import landmark
from toysim.errors import ToysimError
from toysim.landmarks import Landmark
from toysim.model import Model
from toysim.papers.lines import is_geometric, values_at
from toysim.registry import load_model

POINTS = 40
LONGEST = 2.0  # seconds for a landmark's line
AT_ONCE = 0.1  # seconds for one on a curve, which is drawn again with every slice


def landmark_lines(
    tree: xr.DataTree, x: str, y: str, at: dict[Any, int]
) -> Iterator[tuple[str, Any, Any]]:
    """Name, x and y of every landmark that is a value of an axis and seen on the map."""
    model, axes = load_model(tree.attrs["model"]), json.loads(tree.attrs["axes"])
    if any(axes.get(dim) != [dim] for dim in (x, y)):
        return
    grid = {dim: _between(next(iter(tree.children.values()))[dim].values) for dim in (x, y)}
    for mark in model.landmarks:
        if mark.along not in (x, y):
            continue
        other = y if mark.along == x else x
        values = _values(model, mark, other, grid[other], values_at(tree, at))
        low, high = np.min(grid[mark.along]), np.max(grid[mark.along])
        if np.any((low <= values) & (values <= high)):
            yield mark.name, *((values, grid[other]) if mark.along == x else (grid[other], values))


def landmark_places(tree: xr.DataTree, x: str, at: dict[Any, int]) -> Iterator[tuple[str, float]]:
    """Name and place of every landmark that is a value of the axis ``x`` and seen along it."""
    model, axes = load_model(tree.attrs["model"]), json.loads(tree.attrs["axes"])
    marks = [mark for mark in model.landmarks if mark.along == x and axes.get(x) == [x]]
    if not marks:
        return
    side, fixed = next(iter(tree.children.values())).to_dataset(), values_at(tree, at)
    for mark in marks:
        if mark.seconds(model.validate(fixed)) <= AT_ONCE:
            place = _value(model, mark, fixed)
            if float(side[x].min()) <= place <= float(side[x].max()):
                yield mark.name, place


def _between(values: Any) -> Any:
    ends = float(np.min(values)), float(np.max(values))
    return (np.geomspace if is_geometric(values) else np.linspace)(*ends, POINTS)


def _values(model: Model, mark: Landmark, other: str, grid: Any, fixed: dict[str, Any]) -> Any:
    """The landmark along the other axis, NaN where there is none or where it takes too long."""
    if other not in mark.parameters:
        return np.full(len(grid), _value(model, mark, fixed))
    if mark.seconds(model.validate(fixed)) * len(grid) > LONGEST:
        return np.full(len(grid), math.nan)
    whole = model.parameters[other].kind == "int"
    places = [round(v) if whole else float(v) for v in grid]
    return np.array([_value(model, mark, fixed | {other: v}) for v in places])


def _value(model: Model, mark: Landmark, values: dict[str, Any]) -> float:
    given = {name: values[name] for name in mark.parameters if name in values}
    try:
        return float(landmark(model, mark.name, **given))
    except ToysimError:  # a rule between parameters that holds at the cells alone
        return math.nan
