"""Simulation and theory of a sweep side by side, flattened to rows that can be run again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.batch import Batch
from toysim.model import Model, Observable, Rows
from toysim.registry import load_model

Array = npt.NDArray[Any]


@dataclass
class Sides:
    """Simulation and theory flattened to rows (cell, replica), with what is needed to run a row
    again.
    """

    model: Model
    batch: Batch  # one row per (cell, replica), replicas fastest
    n_replicas: int
    simulation: Rows  # (n_rows, *dims)
    theory: Rows  # (n_cells or n_rows, *dims)
    valid: Array  # like theory, bool
    rows_ok: Array  # (n_rows,) ran to an end, theory too
    paired: bool  # theory has a row per replica

    @classmethod
    def of(cls, tree: xr.DataTree) -> Sides:
        model = load_model(tree.attrs["model"])
        simulation, theory = tree["simulation"].to_dataset(), tree["theory"].to_dataset()
        grid = list(json.loads(tree.attrs["axes"]))
        n_cells = int(np.prod([simulation.sizes[d] for d in grid], dtype=np.int64))
        n_replicas = simulation.sizes["replica"]
        names = [
            o.name
            for o in model.observables
            if o.name in theory and theory[o.name].dtype.kind == "f"
        ]
        names = [n for n in names if n in simulation]
        lead = 1 + len(grid)
        paired = "replica" in theory.dims
        theory_lead = lead if paired else len(grid)
        sim = {n: _rows(simulation[n].values, lead) for n in [*names, "status", "state"]}
        th = {n: _rows(theory[n].values, theory_lead) for n in [*names, "valid", "state"]}
        ok = (sim.pop("state") == 1) & (sim.pop("status") == 0)
        theory_ok = th.pop("state") == 1
        return cls(
            model=model,
            batch=_batch(tree, model, grid, n_cells, n_replicas),
            n_replicas=n_replicas,
            simulation=sim,
            valid=th.pop("valid").astype(bool),
            theory=th,
            rows_ok=ok & (theory_ok if paired else np.repeat(theory_ok, n_replicas)),
            paired=paired,
        )

    @property
    def comparable(self) -> Array:
        """Rows (n,) that ran to an end and have a valid theory."""
        return np.flatnonzero(
            self.rows_ok & (self.valid if self.paired else np.repeat(self.valid, self.n_replicas))
        )

    @property
    def of_means(self) -> bool:
        """Whether theory speaks of the mean over replicas, not of each draw."""
        return self.model.stochastic and not self.paired

    def theory_at(self, o: Observable, rows: Array) -> tuple[Array, Array]:
        """Theory of an observable at some rows, and whether it is valid there."""
        index = rows if self.paired else rows // self.n_replicas
        return self.theory[o.name][index], self.valid[index]

    def scale(self, o: Observable) -> float:
        """Largest size of the theory over the sweep, at least the observable's declared scale."""
        sizes = np.abs(self.theory[o.name])
        top = float(np.nanmax(sizes, initial=0.0)) if sizes.size else 0.0
        return max(top, o.scale) or 1.0


def _rows(values: Array, lead: int) -> Array:
    return values.reshape(int(np.prod(values.shape[:lead], dtype=np.int64)), *values.shape[lead:])


def _batch(
    tree: xr.DataTree, model: Model, grid: list[str], n_cells: int, n_replicas: int
) -> Batch:
    """The parameter columns of all rows, from the coordinates."""
    ds = tree["simulation"].to_dataset()
    levels = np.unravel_index(np.arange(n_cells), [ds.sizes[d] for d in grid]) if grid else ()
    columns = {}
    for d, level in zip(grid, levels, strict=True):
        for name in json.loads(tree.attrs["axes"])[d]:
            label = f"{name}_value" if f"{name}_value" in ds.coords else name
            columns[name] = np.repeat(ds.coords[label].values[level], n_replicas, axis=0)
    replica = np.tile(ds["replica"].values, n_cells)
    fixed = json.loads(tree.attrs["fixed"])
    common = bool(tree.attrs["common_random_numbers"])
    return Batch(model, columns, fixed, replica, int(tree.attrs["root_seed"]), common)
