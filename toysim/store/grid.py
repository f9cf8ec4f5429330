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


def grid_of(store: Store) -> Grid:
    """The grid of a store's filled cells."""
    filled = store.layout.filled(0)
    columns = {n: v[filled] for n, v in store.columns(store.sides[0], slice(None)).items()}
    return Grid(store.identity["axes"], columns, len(filled))


def index(name: str, n: int, text: str) -> xr.Variable:
    """A numbered dimension's coordinate."""
    return xr.Variable((name,), np.arange(n), labelled(name, text))


class Grid:
    """The product grid that the stored cells span: sorted levels a dimension, and each cell's place
    on it.
    """

    def __init__(
        self, axes: dict[str, list[str]], columns: dict[str, npt.NDArray[Any]], n: int
    ) -> None:
        self.axes = axes
        self.n = n
        self.levels: dict[str, dict[str, npt.NDArray[Any]]] = {}
        place = np.zeros(n, np.int64)
        for dimension, names in axes.items():
            codes = joint_codes([columns[name] for name in names])
            _, first = np.unique(codes, return_index=True)
            self.levels[dimension] = {name: columns[name][first] for name in names}
            place = place * len(first) + codes
        self.lengths = {d: len(next(iter(v.values()))) for d, v in self.levels.items()}
        self.place = place
        self.in_order = bool(np.array_equal(place, np.arange(n))) and n == self.size

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
