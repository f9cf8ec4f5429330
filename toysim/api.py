"""The calls of Python users: run, theory, sweep, open_store."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from toysim.comparison.verdicts import comparison_dataset
from toysim.errors import ToysimError, suggest
from toysim.model import Side
from toysim.plan import Sweep, build_sweep, split_arguments
from toysim.registry import all_models, all_sweeps, load_model
from toysim.runner.cost import refuse_huge
from toysim.runner.execute import Listener, Options, execute
from toysim.runner.work import compute, one_blas_thread
from toysim.store.dataset import one_cell, read_tree
from toysim.sweep_file import load_sweep

RESULTS = Path("results")


def run(model: str, *, seed: int = 0, replicas: int = 1, **parameters: Any) -> xr.Dataset:
    """Simulate one cell of ``model`` and return its observables.

    Parameters not given have their defaults. With ``replicas`` above 1 there is a dimension
    ``replica``. Raises ToysimError, in one line, on an unknown name or a value out of range.
    """
    return _one("simulation", model, seed, replicas, parameters)


def theory(model: str, *, seed: int = 0, replicas: int = 1, **parameters: Any) -> xr.Dataset:
    """The analytic prediction for one cell: the same names as ``run``, where theory speaks.

    ``valid`` is false where the theory does not hold. For models whose theory starts from the
    replica's own draws (``Model.paired``), ``seed`` and ``replicas`` choose them.
    """
    return _one("theory", model, seed, replicas, parameters)


def _one(side: Side, name: str, seed: int, replicas: int, parameters: dict[str, Any]) -> xr.Dataset:
    model = load_model(name)
    fixed, axes = split_arguments(model, parameters)
    if axes:
        raise ToysimError(f"{next(iter(axes))} holds several values; use toysim.sweep for a sweep")
    sweep = build_sweep(name, model, fixed, {}, replicas=replicas, seed=seed)
    start = time.perf_counter()
    n = replicas if side == "simulation" or model.paired else 1
    batch = sweep.batch(np.zeros(1, np.int64), n)
    with one_blas_thread():
        outcome = compute(model, side, batch, sweep.parameters)
    if outcome.errors:
        raise ToysimError(f"{model.id} failed: {outcome.errors[0]['message']}")
    return one_cell(sweep, side, batch, outcome.rows, time.perf_counter() - start)


def sweep(
    name: str | Path,
    *,
    replicas: int | None = None,
    seed: int | None = None,
    store: str | Path | None = None,
    workers: int | None = None,
    preset: str | None = None,
    backend: str = "threads",
    scheduler: str | None = None,
    block: int | None = None,
    time_limit: float | None = None,
    zip: Mapping[str, list[str]] | None = None,
    common_random_numbers: bool = False,
    simulation: bool = True,
    yes: bool = False,
    progress: Listener | None = None,
    **parameters: Any,
) -> xr.DataTree:
    """Run or continue a sweep and return its data: /simulation, /theory, /comparison.

    ``name`` is a model, with its parameters as keywords (a value with one dimension more than
    declared is an axis), or a sweep file by name or path, with keywords as overrides. A sweep file
    goes to ``results/NAME.zarr``; a model's sweep stays in memory unless ``store`` names a folder.
    ``backend="dask"`` uses the cluster at ``scheduler``, else one on this machine. ``zip={"pair":
    ["a", "b"]}`` ties axes of equal length; ``time_limit`` (seconds a row) needs
    ``backend="processes"``; ``block`` is the number of rows in a unit of work. ``simulation=False``
    computes the theory alone; a sweep file says ``simulation = false``.
    """
    spec, home = _spec(
        name, replicas, seed, preset, zip, common_random_numbers, simulation, parameters
    )
    refuse_huge(spec, yes)
    options = Options(workers, backend, scheduler, block, time_limit)
    listen = progress or (lambda event: None)
    path = Path(store) if store is not None else home
    if path is not None:
        execute(spec, path, options, listen)
        return open_store(path)
    with tempfile.TemporaryDirectory(prefix="toysim-") as folder:
        path = Path(folder) / f"{spec.store_name}.zarr"
        execute(spec, path, options, listen)
        return open_store(path)


def _spec(
    name: str | Path,
    replicas: int | None,
    seed: int | None,
    preset: str | None,
    zipped: Mapping[str, list[str]] | None,
    common: bool,
    simulation: bool,
    parameters: dict[str, Any],
) -> tuple[Sweep, Path | None]:
    """The sweep asked for, and its folder if it has one of its own."""
    if str(name) not in all_models():
        if str(name) not in all_sweeps() and Path(name).suffix != ".toml":
            known = [*all_models(), *all_sweeps()]
            raise ToysimError(f"unknown model or sweep {str(name)!r}: {suggest(str(name), known)}")
        if replicas is not None or seed is not None or not simulation:
            raise ToysimError(
                "a sweep file holds its own replicas, seed and simulation; write them there"
            )
        spec = load_sweep(name, preset, parameters)
        return spec, store_path(spec)
    if preset is not None:
        raise ToysimError(f"preset = {preset!r} belongs to sweep files; {name} is a model")
    model = load_model(str(name))
    fixed, axes = split_arguments(model, parameters)
    for group, members in (zipped or {}).items():
        for member in members:
            if member not in axes:
                raise ToysimError(
                    f"zip {group!r} ties {member!r}, which is no axis here; give it several values"
                )
            value = axes[member]
            axes[member] = {
                **(value if isinstance(value, Mapping) else {"values": list(value)}),
                "zip": group,
            }
    spec = build_sweep(
        str(name),
        model,
        fixed,
        axes,
        replicas=1 if replicas is None else replicas,
        seed=0 if seed is None else seed,
        common_random_numbers=common,
        simulation=simulation,
    )
    return spec, None


def store_path(spec: Sweep) -> Path:
    """Where a sweep file's data go: ``results/NAME.zarr``, below the current folder."""
    return RESULTS / f"{spec.store_name}.zarr"


def open_store(path: str | Path) -> xr.DataTree:
    """The data of a store, finished or not: /simulation, /theory, /comparison on the grid of the
    axes.

    Everything is loaded and sorted; rows that have not run are NaN with ``state`` 0. Raises
    ToysimError where there is no store, or a damaged one.
    """
    tree = read_tree(path)
    if {"simulation", "theory"} <= set(tree.children):
        tree["comparison"] = xr.DataTree(comparison_dataset(tree))
    return tree
