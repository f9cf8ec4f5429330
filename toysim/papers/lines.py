"""Theory for a picture: on a grid of its own where that is cheap, else at the sweep's cells."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.errors import ToysimError
from toysim.model import Model
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.work import compute_unit, one_blas_thread

POINTS = 120
LONGEST = 1.0  # seconds for all lines of a picture
RATIO = 1e-6  # of steps, or of values, within which they are equal
DECADES = 100.0  # between largest and smallest value, from which on an axis is logarithmic

Curve = tuple[npt.NDArray[Any], npt.NDArray[Any]]


def theory_curve(tree: xr.DataTree, name: str, x: str, *, beyond: bool = False, **at: Any) -> Curve:
    """Theory of an observable along the axis ``x`` at a place of the grid, on a grid of its own
    where that is cheap: x and values. NaN where theory is not valid, unless ``beyond``.
    """
    theory = tree["theory"].to_dataset()
    place = {d: int(theory.get_index(d).get_loc(value)) for d, value in at.items()}
    return Lines(tree, x, 1, beyond).curve(name, place)


class Lines:
    """The theory of a sweep along ``x``; ``fine``: on a grid between its first and last value.

    ``beyond``: also where it does not claim that simulations agree.
    """

    def __init__(self, tree: xr.DataTree, x: str, curves: int, beyond: bool = False) -> None:
        self.tree, self.x, self.beyond = tree, x, beyond
        self.model = load_model(tree.attrs["model"])
        self.axes: dict[str, list[str]] = json.loads(tree.attrs["axes"])
        self.fine = self._cheap(curves)

    def _cheap(self, curves: int) -> bool:
        """A number of an axis of its own, whose theory is of means and takes no time."""
        if self.model.paired or self.axes.get(self.x) != [self.x]:
            return False
        p = self.model.parameters[self.x]
        if p.ndim or p.kind not in ("int", "float"):
            return False
        seconds = self.model.theory_seconds(self.model.parameters_class(**values_at(self.tree, {})))
        return seconds * POINTS * curves <= LONGEST

    def curve(self, name: str, at: dict[str, Any]) -> Curve:
        """Theory of an observable along x at a place of the grid, NaN where it is not valid."""
        theory = self.tree["theory"].to_dataset()
        if self.fine:
            inner = {d: k for d, k in at.items() if d not in self.axes}
            solved = self._solved(name, {d: k for d, k in at.items() if d in self.axes}, inner)
            if solved is not None:
                return solved
        place = {d: k for d, k in at.items() if d in theory.dims}
        here = theory[name].where(theory["valid"] | self.beyond).isel(place)
        here = here.mean("replica") if "replica" in here.dims else here
        return positions(theory, self.x, at), here.values

    def _solved(self, name: str, at: dict[str, int], inner: dict[str, int]) -> Curve | None:
        along = _between(np.asarray(self.tree["theory"][self.x]), self.model, self.x)
        try:
            kept = {name: v for name, v in values_at(self.tree, at).items() if name != self.x}
            sweep = build_sweep("line", self.model, kept, {self.x: along})
        except ToysimError:  # a rule between parameters that holds at the cells alone
            return None
        with one_blas_thread():
            batch = sweep.batch(np.arange(sweep.n_cells))
            outcome = compute_unit(self.model, "theory", batch, sweep.parameters)
        dims = [d for o in self.model.observables if o.name == name for d in o.dims]
        values = outcome.rows[name].astype(float)
        values[~(outcome.rows["valid"] | self.beyond)] = np.nan
        place = tuple(inner.get(d, 0) for d in dims)
        return np.asarray(along, float), np.array([row[place] for row in values])


def values_at(tree: xr.DataTree, at: dict[str, int]) -> dict[str, Any]:
    """Fixed parameters, and those of a place of the grid."""
    ds = next(tree[side].to_dataset() for side in ("theory", "simulation") if side in tree)
    values = dict(json.loads(tree.attrs["fixed"]))
    for dim, names in json.loads(tree.attrs["axes"]).items():
        for name in names:
            label = f"{name}_value" if f"{name}_value" in ds.coords else name
            values[name] = ds.coords[label].values[at.get(dim, 0)].tolist()
    return values


def positions(ds: xr.Dataset, x: str, at: dict[str, Any]) -> npt.NDArray[Any]:
    """Where along x: the times of a course, or the axis' values, or their number."""
    clock = [c for n, c in ds.coords.items() if n != x and c.dims[-1:] == (x,)]
    if x == "record" and clock:
        place = {d: k for d, k in at.items() if d in clock[0].dims}
        return np.asarray(clock[0].isel(place).values, float)
    values = ds[x].values if x in ds.coords else np.arange(ds.sizes[x])
    return values if values.dtype.kind in "if" else np.arange(len(values))


def _between(values: npt.NDArray[Any], model: Model, x: str) -> list[Any]:
    ends = float(np.min(values)), float(np.max(values))
    space = np.geomspace if is_geometric(values) else np.linspace
    fine = np.union1d(space(*ends, POINTS), np.asarray(values, float))
    if model.parameters[x].kind == "int":
        return sorted({*np.round(fine).astype(int).tolist()})
    return [float(v) for v in fine]


def is_geometric(values: Any) -> bool:
    """Whether values come in equal ratios, or over decades without equal steps."""
    v = np.sort(np.asarray(values, float))
    if len(v) < 3 or not np.isfinite(v).all() or v[0] <= 0.0:
        return False
    ratios, steps = v[1:] / v[:-1], np.diff(v)
    even = np.ptp(steps) <= RATIO * steps.max()
    return not even and bool(np.ptp(ratios) <= RATIO * ratios.max() or v[-1] >= DECADES * v[0])
