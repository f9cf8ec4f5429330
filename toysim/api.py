"""The calls of Python users: run, theory, sweep, open_store, export. The command line uses them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from toysim.array_files import given_sets
from toysim.durations import seconds_of
from toysim.errors import Interrupted, ToysimError, suggest
from toysim.model import Model, Side
from toysim.plan import Sweep, build_sweep, split_arguments
from toysim.progress import PATIENCE, Progress, somebody_watches
from toysim.registry import all_models, all_sweeps, find_model, load_model
from toysim.runner.cost import announce_theory, refuse_huge, refuse_large_row
from toysim.runner.execute import Listener, Options, Report, create, execute_in_rounds, join
from toysim.runner.work import compute, one_blas_thread
from toysim.store.files import RESULTS
from toysim.store.homes import Home, Memory
from toysim.store.opening import local
from toysim.store.status import read_status
from toysim.store.store import Store, open_existing
from toysim.sweep_file import load_sweep, with_sets

if TYPE_CHECKING:
    import xarray as xr  # loads where data are labelled: a finished sweep answers without it

    from toysim.comparison.verdicts import Comparison
    from toysim.measuring.verdicts import Measured


def run(model: str | Model, *, seed: int = 0, replicas: int = 1, **parameters: Any) -> xr.Dataset:
    """Simulate one cell of ``model``, an id or a ``Model``, and return its observables.

    Parameters not given have their defaults. With ``replicas`` above 1 there is a dimension
    ``replica``. Raises ToysimError, in one line, on an unknown name or a value out of range.
    """
    return _one("simulation", model, seed, replicas, parameters)


def theory(
    model: str | Model,
    *,
    seed: int = 0,
    replicas: int = 1,
    yes: bool = False,
    **parameters: Any,
) -> xr.Dataset:
    """The analytic prediction for one cell: the same names as ``run``, where theory speaks.

    ``valid`` is false where the theory does not hold. For models whose theory starts from the
    replica's own draws (``Model.paired``), ``seed`` and ``replicas`` choose them.
    A call of more than two seconds, by the model's declared cost, warns of them first
    (``LongCall``); one of more than a minute raises ToysimError without ``yes``.
    """
    return _one("theory", model, seed, replicas, parameters, yes)


def _one(
    side: Side,
    asked: str | Model,
    seed: int,
    replicas: int,
    parameters: dict[str, Any],
    yes: bool = True,
) -> xr.Dataset:
    from toysim.store.dataset import fixed_as_attributes, one_cell

    model = load_model(asked)
    fixed, axes = split_arguments(model, parameters)
    if axes:
        raise ToysimError(f"{next(iter(axes))} holds several values; use toysim.sweep for a sweep")
    sweep = build_sweep(model.id, model, fixed, {}, replicas=replicas, seed=seed)
    refuse_large_row(sweep)
    start = time.perf_counter()
    batch = sweep.batch(np.zeros(1, np.int64), replicas if model.per_replica(side) else 1)
    if side == "theory":
        announce_theory(model, sweep.parameters, len(batch), yes, stacklevel=4)
    with one_blas_thread():
        outcome = compute(model, side, batch, sweep.parameters)
    if outcome.errors:
        message = f"{model.id} failed: {outcome.errors[0]['message']}"
        raise ToysimError(message) from outcome.cause
    seconds = time.perf_counter() - start
    return fixed_as_attributes(one_cell(sweep, side, batch, outcome.rows, seconds))


def sweep(
    name: str | Path | Model,
    *,
    replicas: int | None = None,
    seed: int | None = None,
    store: str | Path | None = None,
    workers: int | None = None,
    preset: str | None = None,
    backend: str = "threads",
    scheduler: str | None = None,
    cluster: str | Path | None = None,
    block: int | None = None,
    time_limit: float | None = None,
    zip: Mapping[str, list[str]] | None = None,
    common_random_numbers: bool | None = None,
    simulation: bool | None = None,
    refine: Mapping[str, Any] | None = None,
    sets: Any = None,
    where: str | None = None,
    theory: bool = True,
    retry: bool = False,
    repair: bool = False,
    stop_after: str | float | None = None,
    create_only: bool = False,
    yes: bool = False,
    progress: Listener | bool | None = None,
    **parameters: Any,
) -> xr.DataTree:
    """Run or continue a sweep and return its data: /simulation, /theory, /refinement, /comparison.

    name: a model by id or as an object, with its parameters as keywords (a value with one dimension
        more than declared is an axis), or a sweep file by name or path, with keywords as overrides
        of its values.
    replicas, seed, zip, common_random_numbers, simulation: of a model's sweep; a sweep file holds
        its own. ``zip={"pair": ["a", "b"]}`` ties axes of equal length; ``simulation=False`` is the
        theory alone. ``refine={"along": "alpha", "by": "overlap", "budget": 40}`` puts more
        cells where a number changes fast (docs/refine.md).
    sets: of a model's sweep, parameter sets that are no product: lists of one length by name, a
        DataFrame, or the path of a CSV file whose first line names the parameters.
    where: only cells where it holds, ``"n_visits <= 2 * n_tasks"``; over that of a sweep file.
    preset: of a sweep file.
    store: a folder. A sweep file's default is ``results/NAME.zarr``; a model's sweep stays in
        memory without one.
    workers, backend, scheduler, cluster: how many, "threads", "processes" or "dask", the address of
        a Dask scheduler, or a file that says what dask-jobqueue is to ask a queue for.
    block: rows in a unit of work. time_limit: seconds a row, with processes.
    theory=False leaves theory (and refinement) out; a later run adds them.
    retry runs blocks with failed rows again; repair checks every chunk and computes damaged ones.
    stop_after: a span such as "3h" or seconds; no block begins that would not end by then.
    create_only makes the store and runs nothing: that is for ``toysim.work``.
    yes: run a huge sweep all the same.
    progress: by default a bar, or lines in a notebook, where somebody watches and it takes more
        than two seconds; True and False always and never; or a function, called with each event.

    Raises ToysimError, in one line, before anything is written. An interrupt says what is kept.
    """
    stop = None if stop_after is None else seconds_of(stop_after)
    options = Options(
        workers, backend, scheduler, block, time_limit, theory, retry, repair, stop, _file(cluster)
    )
    own = {
        "replicas": replicas,
        "seed": seed,
        "zip": zip,
        "common_random_numbers": common_random_numbers,
        "simulation": simulation,
        "refine": refine,
        "sets": sets,
        "where": where,
    }
    spec, home = plan(name, preset, own, parameters)
    place = local(store) if store is not None else home or Memory()
    if create_only:
        return _labelled(Store(make_room(spec, place, options, yes)))
    listening = _listening(spec.name, progress)
    try:
        with listening:
            carry_out(spec, place, options, yes, listening)
    except KeyboardInterrupt:
        raise Interrupted(_kept(place)) from None
    return _labelled(Store(place))


def work(
    store: str | Path,
    *,
    workers: int | None = None,
    backend: str = "threads",
    scheduler: str | None = None,
    cluster: str | Path | None = None,
    time_limit: float | None = None,
    theory: bool = True,
    stop_after: str | float | None = None,
    progress: Listener | bool | None = None,
) -> Report:
    """Help with a sweep whose store exists, from another process or machine; what was done.

    Computes the blocks that the store lacks, in an order of its own. The options are those of
    ``sweep``. Raises ToysimError where there is no store, or a damaged one.
    """
    stop = None if stop_after is None else seconds_of(stop_after)
    options = Options(
        workers, backend, scheduler, None, time_limit, theory, False, False, stop, _file(cluster)
    )
    with _listening(Path(store).stem, progress) as listening:
        return join(local(store), options, listening)


def _file(path: str | Path | None) -> Path | None:
    return None if path is None else local(path)


def _listening(name: str, asked: Listener | bool | None) -> Any:
    """Who hears of the run: a caller's own listener, or a bar where somebody watches."""
    if callable(asked):
        return _Told(asked)
    shown = somebody_watches() if asked is None else asked
    return Progress(name, PATIENCE) if shown else _Told(lambda event: None)


class _Told:
    """A listener that needs no closing."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def __call__(self, event: dict[str, Any]) -> None:
        self._listener(event)

    def __enter__(self) -> _Told:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def _kept(place: Path | Home) -> str:
    """What an interrupt leaves, in a line."""
    if not isinstance(place, Path):
        return "a sweep in memory keeps nothing; with store='results/NAME.zarr' it goes on later"
    if not place.exists():
        return "nothing was written yet"
    status = read_status(place)
    done = f"{status.blocks_done} of {status.blocks} blocks are in {place}"
    return f"{done}; the same call again does the rest"


def carry_out(
    spec: Sweep,
    place: Home | Path,
    options: Options,
    yes: bool = False,
    listen: Listener | None = None,
) -> Report:
    """Run or continue a planned sweep in a store; a huge one only with ``yes``."""
    refuse_huge(spec, yes)
    return execute_in_rounds(spec, place, options, listen or (lambda event: None))


def make_room(spec: Sweep, place: Home | Path, options: Options, yes: bool = False) -> Path:
    """The store of a planned sweep, made or grown, in which nothing runs; its path."""
    if isinstance(place, Memory):
        raise ToysimError("a sweep in memory has nobody to work on it later; give a store")
    refuse_huge(spec, yes)
    return create(spec, place, options)


def plan(
    name: str | Path | Model, preset: str | None, own: Mapping[str, Any], parameters: dict[str, Any]
) -> tuple[Sweep, Path | None]:
    """The sweep asked for, and its folder if it has one of its own.

    ``own``: what a sweep file says of itself and a model's sweep is told, None where it is not.
    """
    given = {key: value for key, value in own.items() if value is not None}
    if isinstance(name, Model):
        return _of_model(load_model(name), preset, given, parameters), None
    if found := find_model(str(name)):
        return _of_model(found, preset, given, parameters), None
    if str(name) not in all_sweeps() and Path(name).suffix != ".toml":
        known = suggest(str(name), [*all_models(), *all_sweeps()], "toysim list sweeps")
        raise ToysimError(f"unknown model or sweep {str(name)!r}: {known}")
    where = given.pop("where", None)
    if given:
        told = ", ".join(given)
        raise ToysimError(f"{told}: a sweep file holds its own; write it there ({name})")
    spec = load_sweep(name, preset, parameters, where)
    return spec, store_path(spec)


def _of_model(
    model: Model, preset: str | None, given: dict[str, Any], parameters: dict[str, Any]
) -> Sweep:
    if preset is not None:
        raise ToysimError(f"preset = {preset!r} belongs to sweep files; {model.id} is a model")
    fixed, axes = split_arguments(model, parameters)
    axes = with_sets(axes, given_sets(given.pop("sets", {})), fixed)
    for group, members in given.pop("zip", {}).items():
        for member in members:
            if member not in axes:
                raise ToysimError(
                    f"zip {group!r} ties {member!r}, which is no axis here; give it several values"
                )
            value = axes[member]
            values = value if isinstance(value, Mapping) else {"values": list(value)}
            axes[member] = {**values, "zip": group}
    return build_sweep(model.id, model, fixed, axes, **given)


def store_path(spec: Sweep) -> Path:
    """Where a sweep file's data go: ``results/NAME.zarr``, below the current folder."""
    return RESULTS / f"{spec.store_name}.zarr"


def model_store_path(spec: Sweep) -> Path:
    """A folder for a model's sweep, ``results/MODEL.DIGEST.zarr``: that of the same fixed values,
    seed and names of axes, so that more values or replicas grow it.
    """
    known = json.dumps(spec.identity, sort_keys=True).encode()
    digest = hashlib.blake2b(known, digest_size=4).hexdigest()
    return RESULTS / f"{spec.model.id}.{digest}.zarr"


def open_store(path: str | Path, *, model: Model | None = None) -> xr.DataTree:
    """The data of a store, finished or not, on the grid of its axes.

    model: the model whose store it is, where that is an object of yours.

    /simulation, /theory, /refinement (rows run again at smaller steps) and /comparison (what was
    judged). Everything is loaded and sorted; rows that have not run are missing, with ``state`` 0.
    Raises ToysimError where there is no store, or a damaged one.
    """
    store = open_existing(path)
    if model is not None and load_model(model).id != store.identity["model"]:
        raise ToysimError(f"{path} is a store of {store.identity['model']}, not of {model.id}")
    return _labelled(store)


def _labelled(store: Store) -> xr.DataTree:
    """The data of a store, with its comparison where there are two sides."""
    import xarray as xr

    from toysim.comparison.judged import comparison_dataset
    from toysim.store.dataset import fixed_as_attributes, read_tree

    tree = read_tree(store, fixed_as_attributes)
    if {"simulation", "theory"} <= set(tree.children):
        tree["comparison"] = xr.DataTree(comparison_dataset(tree))
    return tree


def compare(
    data: xr.DataTree | str | Path | Any, *, model: str | Model | None = None, **parameters: Any
) -> Comparison | Measured:
    """Hold simulation against theory, or measurements of your own against a model's theory.

    Without ``model``: data are a sweep's DataTree (``toysim.sweep``, ``toysim.open_store``) or the
    path of its store; the result is a table of verdicts by observable. Nothing is run: rows that
    were not refined yet are undecided.

    With ``model``, an id or a ``Model``, and its parameters: data are a DataFrame, DataArray,
    Dataset or FILE.csv of measured observables. A column is a parameter, the time of the model's
    clock, a dimension of the observable, an observable, or its standard errors, NAME_error. The
    result has a verdict an observable, ``table`` with every point, and ``plot(FILE)``.

    Raises ToysimError, in one line, where there is nothing to compare.
    """
    if model is None:
        from toysim.comparison.verdicts import compare as compare_tree

        if parameters:
            raise ToysimError(f"{next(iter(parameters))}: parameters go with model=")
        return compare_tree(data)
    from toysim.measuring.verdicts import compare_measured

    return compare_measured(data, load_model(model), parameters)


def export(store: str | Path, file: str | Path, *observables: str, force: bool = False) -> Path:
    """Write a store as one file by its ending, and return its path.

    .nc: netCDF with the groups of ``open_store`` and CF-style attributes. .csv, .parquet: a flat
    table, a row a cell and replica, theory beside simulation as ``NAME_theory``, and beside it
    FILE.json with units, long names and fixed parameters. The table holds all observables that are
    one number, or the ``observables`` named, of equal dimensions: ``export(store, "loss.csv",
    "loss")``.

    Raises ToysimError where the ending is another, the file exists (without ``force``), or cannot
    be written.
    """
    from toysim.store.export import TABLES, write_netcdf, write_table

    file = local(file)
    if file.suffix not in (".nc", *TABLES):
        raise ToysimError(f"FILE {file}: the name must end in .nc, {' or '.join(TABLES)}")
    if file.suffix == ".nc" and observables:
        raise ToysimError(f"{file} holds everything; name observables for a table, FILE.csv")
    if file.exists() and not force:
        raise ToysimError(f"{file} exists; give another name, or --force to replace it")
    if file.suffix in TABLES:
        write_table(open_store(store).toysim.to_dataframe(*observables), file)
    else:
        write_netcdf(open_store(store), file)
    return file
