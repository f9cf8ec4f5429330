"""The product grid that the cells of a store span: positions put in order, and back again."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.design import joint_codes
from toysim.model import Model
from toysim.store.schema import labelled, missing_value, parameter_attributes
from toysim.store.store import Store

Levels = dict[str, dict[str, npt.NDArray[Any]]]  # of every axis, by dimension


def grid_of(store: Store) -> Grid:
    """The grid of a store's filled cells."""
    axes = store.identity["axes"]
    if len(store.layout.cells) == 1 and (levels := _product(store, axes)) is not None:
        return Grid(axes, levels, None, store.layout.n_cells)
    filled = store.layout.filled(0)
    columns = {n: v[filled] for n, v in store.columns(store.sides[0], slice(None)).items()}
    return Grid.spanned(axes, columns, len(filled))


def _product(store: Store, axes: dict[str, list[str]]) -> Levels | None:
    """Levels where the cells are a product of numbers in ascending order, one axis a dimension:
    known from a column at a time, without sorting; None where they are anything else.
    """
    n, below, levels = store.layout.n_cells, 1, {}
    for dimension, names in reversed(axes.items()):
        column = store.column(store.sides[0], names[0], slice(None))
        if len(names) > 1 or column.ndim > 1 or column.dtype.kind not in "biuf":
            return None
        steps = column[::below]
        falls = np.flatnonzero(~(steps[1:] > steps[:-1]))
        found = steps[: falls[0] + 1 if len(falls) else None].copy()
        if n % (len(found) * below):
            return None
        if (column.reshape(-1, len(found), below) != found[:, None]).any():
            return None
        below *= len(found)
        levels[dimension] = {names[0]: found}
    return dict(reversed(levels.items())) if below == n else None


def index(name: str, n: int, text: str) -> xr.Variable:
    """A numbered dimension's coordinate."""
    return xr.Variable((name,), np.arange(n), labelled(name, text))


class Grid:
    """The product grid that the stored cells span: sorted levels a dimension, and each cell's place
    on it; without ``place`` they are the whole product in order.
    """

    def __init__(
        self,
        axes: dict[str, list[str]],
        levels: Levels,
        place: npt.NDArray[np.int64] | None,
        n: int,
    ) -> None:
        self.axes = axes
        self.n = n
        self.levels = levels
        self.lengths = {d: len(next(iter(v.values()))) for d, v in levels.items()}
        self.in_order = place is None or (n == self.size and bool((place == np.arange(n)).all()))
        self._place = place

    @classmethod
    def spanned(
        cls, axes: dict[str, list[str]], columns: dict[str, npt.NDArray[Any]], n: int
    ) -> Grid:
        """The smallest product that holds ``n`` cells of these axis values."""
        levels: Levels = {}
        place = np.zeros(n, np.int64)
        for dimension, names in axes.items():
            codes = joint_codes([columns[name] for name in names])
            _, first = np.unique(codes, return_index=True)
            levels[dimension] = {name: columns[name][first] for name in names}
            place = place * len(first) + codes
        return cls(axes, levels, place, n)

    @property
    def place(self) -> npt.NDArray[np.int64]:
        return np.arange(self.n) if self._place is None else self._place

    @property
    def size(self) -> int:
        return int(np.prod(list(self.lengths.values()), dtype=np.int64))

    def arrange(self, values: npt.NDArray[Any], missing: Any = None) -> npt.NDArray[Any]:
        """Rows (cells, ...) as an array over the dimensions; holes are NaN, or ``missing``."""
        shape = (*self.lengths.values(), *values.shape[1:])
        if self.in_order:
            return values.reshape(shape)
        if missing is None:
            missing = missing_value(values.dtype.str)
        out = np.full((self.size, *values.shape[1:]), missing, values.dtype)
        out[self.place] = values
        return out.reshape(shape)

    def coordinates(self, model: Model) -> dict[str, xr.Variable]:
        """A scalar axis labels its own dimension; tied and vector axes label a numbered one."""
        coords: dict[str, xr.Variable] = {}
        for dimension, members in self.levels.items():
            for name, values in members.items():
                attrs = parameter_attributes(model.parameters[name])
                inner = tuple(f"{name}_{k}" for k in range(values.ndim - 1))
                label = name if not inner or name != dimension else f"{name}_value"
                coords[label] = xr.Variable((dimension, *inner), values, attrs)
            if dimension not in coords:
                what = " and ".join(members)
                coords[dimension] = index(dimension, self.lengths[dimension], f"entry of {what}")
        return coords
