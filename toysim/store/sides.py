"""Simulation, theory and refinement of a sweep side by side: its grid undone, rows in order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.batch import Batch
from toysim.model import Model, Observable, Rows
from toysim.outcomes import State, Status
from toysim.registry import load_model
from toysim.store.layout import REFINEMENT
from toysim.store.refinement import Chosen, choose

Array = npt.NDArray[Any]


@dataclass
class Refined:
    """Rows that were run again: their place among all rows, their outputs (n, halvings, *dims)."""

    rows: Array
    outputs: Rows


@dataclass
class Sides:
    """Both sides flattened to rows (cell, replica), replicas fastest."""

    batch: Batch
    shape: tuple[int, ...]  # of the grid of cells
    dims: tuple[str, ...]  # of the grid of cells
    n_replicas: int
    simulation: Rows  # (n_rows, *dims)
    theory: Rows  # (n_cells or n_rows, *dims)
    valid: Array  # like theory, bool
    rows_ok: Array  # (n_rows,) ran to an end, theory too
    refined: Refined
    dropped: Array  # (n_rows,) ran, and failed or ended with another status than ok
    asked: Array  # (n_rows,) not a hole of the grid
    sizes: dict[str, float] | None = None  # largest of theory in the sweep that this is a piece of

    @classmethod
    def of(cls, tree: xr.DataTree) -> Sides:
        model = load_model(tree.attrs["model"])
        simulation, theory = tree["simulation"].to_dataset(), tree["theory"].to_dataset()
        dims = tuple(json.loads(tree.attrs["axes"]))
        names = [o.name for o in model.observables if o.name in theory and o.name in simulation]
        names = [n for n in names if theory[n].dtype.kind == "f"]
        lead = len(dims) + 1
        theory_lead = lead if model.paired else len(dims)
        sim = {n: _rows(simulation[n].values, lead) for n in [*names, "status", "state"]}
        th = {n: _rows(theory[n].values, theory_lead) for n in [*names, "valid", "state"]}
        state, ended_well = sim.pop("state"), sim.pop("status") == Status.OK
        ok = (state == State.OK) & ended_well
        n_replicas = simulation.sizes["replica"]
        theory_ok = th.pop("state") == State.OK
        return cls(
            batch=_batch(tree, model, simulation, dims),
            shape=tuple(simulation.sizes[d] for d in dims),
            dims=dims,
            n_replicas=n_replicas,
            simulation=sim,
            valid=th.pop("valid").astype(bool),
            theory=th,
            rows_ok=ok & (theory_ok if model.paired else np.repeat(theory_ok, n_replicas)),
            refined=_refined(tree, names),
            dropped=np.isin(state, (State.FAILED, State.TIMED_OUT))
            | ((state == State.OK) & ~ended_well),
            asked=state != State.NOT_ASKED_FOR,
        )

    @classmethod
    def in_memory(
        cls, batch: Batch, grid: dict[str, int], n_replicas: int, simulation: Rows, theory: Rows
    ) -> Sides:
        """Both sides of a batch as just computed, nothing refined yet; ``grid`` has the sizes of
        the cells' dimensions.
        """
        names = [o.name for o in batch.model.observables if o.name in theory.keys() & simulation]
        names = [name for name in names if theory[name].dtype.kind == "f"]
        ok = simulation["status"] == Status.OK
        return cls(
            batch=batch,
            shape=tuple(grid.values()),
            dims=tuple(grid),
            n_replicas=n_replicas,
            simulation={name: simulation[name] for name in names},
            theory={name: theory[name] for name in names},
            valid=theory["valid"],
            rows_ok=ok,
            refined=Refined(np.empty(0, np.int64), {}),
            dropped=~ok,
            asked=np.ones_like(ok),
        )

    @property
    def model(self) -> Model:
        return self.batch.model

    @property
    def comparable(self) -> Array:
        """Rows (n,) that ran to an end and have a valid theory."""
        paired = self.model.paired
        valid = self.valid if paired else np.repeat(self.valid, self.n_replicas)
        return np.flatnonzero(self.rows_ok & valid)

    @cached_property
    def chosen(self) -> Chosen:
        """The comparable rows by how they are compared."""
        return choose(self.batch, self.comparable)

    def theory_at(self, o: Observable, rows: Array) -> tuple[Array, Array]:
        """Theory of an observable at some rows, and whether it is valid there."""
        index = rows if self.model.paired else rows // self.n_replicas
        return self.theory[o.name][index], self.valid[index]

    def scale(self, o: Observable) -> float:
        """Largest size of the theory over the sweep, at least the observable's declared scale."""
        own = float(np.nanmax(np.abs(self.theory[o.name]), initial=0.0))
        return max(self.sizes[o.name] if self.sizes else own, o.scale) or 1.0


def _rows(values: Array, lead: int) -> Array:
    return values.reshape(int(np.prod(values.shape[:lead], dtype=np.int64)), *values.shape[lead:])


def _refined(tree: xr.DataTree, names: list[str]) -> Refined:
    if REFINEMENT not in tree.children:
        return Refined(np.empty(0, np.int64), {})
    ds = tree[REFINEMENT].to_dataset()
    done = np.flatnonzero(ds["state"].values == State.OK)
    outputs = {n: ds[n].values[done] for n in names if n in ds}
    return Refined(ds["grid_row"].values[done], outputs)


def _batch(tree: xr.DataTree, model: Model, ds: xr.Dataset, dims: tuple[str, ...]) -> Batch:
    """The parameter columns of all rows, from the coordinates."""
    sizes = [ds.sizes[d] for d in dims]
    n_cells = int(np.prod(sizes, dtype=np.int64))
    levels = np.unravel_index(np.arange(n_cells), sizes) if dims else ()
    axes = json.loads(tree.attrs["axes"])
    columns = {}
    for d, level in zip(dims, levels, strict=True):
        for name in axes[d]:
            label = f"{name}_value" if f"{name}_value" in ds.coords else name
            columns[name] = ds.coords[label].values[level]
    return Batch.of_cells(
        model,
        columns,
        json.loads(tree.attrs["fixed"]),
        ds["replica"].values,
        n_cells,
        int(tree.attrs["root_seed"]),
        bool(tree.attrs["common_random_numbers"]),
    )
