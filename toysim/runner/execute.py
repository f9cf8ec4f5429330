"""Run or continue a sweep in its store: what is missing, on which backend, with a report at the
end.
"""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from toysim.errors import StoreError, ToysimError, suggest
from toysim.outcomes import State
from toysim.plan import Sweep
from toysim.progress import TOLD_APART
from toysim.runner.backends import on_processes, on_threads
from toysim.runner.focusing import lines, next_round
from toysim.runner.refine import plan_refinement
from toysim.runner.stopping import Stop
from toysim.runner.work import declared_seconds
from toysim.store import coordinates
from toysim.store.alive import this_process
from toysim.store.files import one_line
from toysim.store.growth import prepare, refuse_older
from toysim.store.homes import Home, home_of
from toysim.store.layout import REFINEMENT, Unit, block_shape
from toysim.store.provenance import git_commit, host_kind, model_sources, versions
from toysim.store.store import Store, open_existing

DEPTH = {"threads": 2, "processes": 1, "dask": 5}  # blocks that a worker has in hand, its own too
BACKENDS = tuple(DEPTH)
Listener = Callable[[dict[str, Any]], None]


@dataclass
class Report:
    """What a run did: rows by outcome, seconds, and notes about observables past their limits.

    ``blocks_before`` were there already, or were computed by others meanwhile; ``blocks_left`` were
    not begun, since the time given was over; ``refined`` rows ran again at smaller steps.
    """

    path: Path
    rows: int = 0
    refined: int = 0
    failed: int = 0
    timed_out: int = 0
    blocks: int = 0
    blocks_before: int = 0
    blocks_left: int = 0
    seconds: float = 0.0
    kernel_seconds: float = 0.0
    notes: dict[str, float] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, event: dict[str, Any]) -> None:
        self.blocks += 1
        self.kernel_seconds += event["kernel_seconds"]
        if event["side"] == REFINEMENT:
            self.refined += event["rows"]
            return
        self.rows += event["rows"]
        self.failed += event["failed"]
        self.timed_out += event["timed_out"]
        self.errors += event["errors"]
        for name, value in event["notes"].items():
            old = self.notes.get(name, 0.0)
            self.notes[name] = old + value if name == "status" else max(old, value)

    def take(self, other: Report) -> None:
        """What another run on the same store did as well."""
        for f in ("rows", "refined", "failed", "timed_out", "blocks", "seconds", "kernel_seconds"):
            setattr(self, f, getattr(self, f) + getattr(other, f))
        self.blocks_before += other.blocks_before
        self.blocks_left = other.blocks_left
        self.errors += other.errors
        self.notes |= {n: max(v, self.notes.get(n, v)) for n, v in other.notes.items()}


@dataclass(frozen=True)
class Options:
    """How to run, never what: none of these changes a stored bit."""

    workers: int | None = None
    backend: str = "threads"
    scheduler: str | None = None
    block: int | None = None
    time_limit: float | None = None
    theory: bool = True
    retry: bool = False
    repair: bool = False
    stop_after: float | None = None  # seconds
    cluster: Path | None = None  # a file

    def check(self) -> None:
        if self.backend not in BACKENDS:
            raise ToysimError(
                f"unknown backend {self.backend!r}: {suggest(self.backend, BACKENDS)}"
            )
        if self.workers is not None and self.workers < 1:
            raise ToysimError(f"workers = {self.workers} must be at least 1")
        if self.block is not None and self.block < 1:
            raise ToysimError(f"block = {self.block} must be at least 1 row")
        if self.time_limit is not None and self.time_limit <= 0:
            raise ToysimError(f"time limit {self.time_limit} must be above 0 seconds")
        if self.time_limit is not None and self.backend != "processes":
            raise ToysimError(
                "a time limit needs --backend processes: a compiled loop on a thread cannot be "
                "stopped"
            )
        if self.stop_after is not None and not self.stop_after > 0:
            raise ToysimError(f"stop after {self.stop_after} must be above 0 seconds")
        if self.scheduler is not None and self.backend != "dask":
            raise ToysimError("--scheduler belongs to --backend dask; drop it")
        if self.cluster is not None:
            self._check_cluster(self.cluster)
        if self.backend == "dask" and find_spec("distributed") is None:
            raise ToysimError("--backend dask needs dask.distributed: pip install 'toysim[dask]'")

    def _check_cluster(self, file: Path) -> None:
        if self.backend != "dask" or self.scheduler is not None:
            raise ToysimError("--cluster belongs to --backend dask without --scheduler; drop it")
        if find_spec("dask_jobqueue") is None:
            raise ToysimError(
                "--cluster needs dask-jobqueue: pip install dask-jobqueue, or use toysim script"
            )

    def after(self, seconds: float) -> Options:
        """The same with that much of its time gone."""
        if self.stop_after is None:
            return self
        return replace(self, stop_after=max(self.stop_after - seconds, 1e-9))

    @property
    def n_workers(self) -> int:
        available = (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        )
        return self.workers or available or 1


def execute(
    sweep: Sweep, place: Home | Path, options: Options, listen: Listener = lambda event: None
) -> Report:
    """Run what is missing of ``sweep`` in the store at a place, a folder or the memory; a finished
    sweep does no work.
    """
    options.check()
    home = home_of(place)
    with home.locked():
        return _Run(_prepared(home, sweep, options), options, listen).all_of(sweep.request_hash)


def execute_in_rounds(
    sweep: Sweep, place: Home | Path, options: Options, listen: Listener = lambda event: None
) -> Report:
    """As ``execute``, then rounds of more cells where the sweep says ``refine``, line by line."""
    report = execute(sweep, place, options, listen)
    if sweep.focus is None:
        return report
    for line in lines(sweep, sweep.focus):
        here: Sweep | None = line
        while here is not None and not report.blocks_left:
            left = sweep.focus.budget + line.n_cells - here.n_cells
            here = next_round(here, sweep.focus, Store(home_of(place)), left)
            if here is not None:
                report.take(execute(here, place, options.after(report.seconds), listen))
    return report


def create(sweep: Sweep, place: Home | Path, options: Options) -> Path:
    """Make the store of a sweep, or room in it, and run nothing: that is for ``join``."""
    options.check()
    home = home_of(place)
    with home.locked():
        return _prepared(home, sweep, options).path


def _prepared(home: Home, sweep: Sweep, options: Options) -> Store:
    """The store with room for the sweep; what it relies on is checked, or mended if asked."""
    if options.repair:
        home.put_back()
    existed = home.is_store()
    store = prepare(home, sweep, block_shape(sweep, options.block))
    if existed and options.repair:
        coordinates.mend(store, sweep)
    elif existed:
        coordinates.refuse_damaged(store, store.sides)
    return store


def join(path: Path, options: Options, listen: Listener = lambda event: None) -> Report:
    """Help with every unit a store still lacks, without its lock: two workers on one block write
    the same bytes. Whoever ends the last one plans the rows to be refined and does them too.
    """
    options.check()
    store = open_existing(path)
    refuse_older(store)
    coordinates.refuse_damaged(store, store.sides)
    return _Run(store, options, listen).a_hand()


class _Run:
    """One run on a store: units done, events told, a report kept."""

    def __init__(self, store: Store, options: Options, listen: Listener) -> None:
        self.store, self.options, self.listen = store, options, listen
        self.report = Report(store.path)
        self.name = ""  # of the run, once it has begun
        self.start = time.perf_counter()
        self.stop = Stop(options.stop_after or float("inf"), DEPTH[options.backend])

    def all_of(self, request: str) -> Report:
        """What a request lacks: both sides first, then the rows to be refined."""
        units = list(wanted_units(self.store, request, self.options.theory))
        self._forget(units)
        try:
            did = self._do(units)
            if self.options.theory and not self.report.blocks_left:
                plan_refinement(self.store, request, again=did)
                refined = list(self.store.refined_rows.units())
                self._forget(refined)
                self._do(refined)
        finally:
            self._end()
        return self.report

    def a_hand(self) -> Report:
        """Whatever is missing, in an order of its own, away from the blocks that others are at."""
        units = [*wanted_units(self.store, None, self.options.theory)]
        units += self.store.refined_rows.units()
        _refuse_damaged(self.store, units)
        random.shuffle(units)
        try:
            self._do(units)
            if self.options.theory and not self.report.blocks_left:
                self.store = _with_plans(self.store)
                self._do([u for u in self.store.refined_rows.units() if u not in units])
        finally:
            self._end()
        return self.report

    def _forget(self, units: list[Unit]) -> None:
        """Units that are to run again; damage that nobody asked to mend is refused."""
        if self.options.retry:
            _forget_failed(self.store, units)
        if self.options.repair:
            _forget_damaged(self.store, units)
        else:
            _refuse_damaged(self.store, units)

    def _do(self, units: list[Unit]) -> bool:
        """Do what is missing of some units; whether anything was."""
        missing = in_turns([unit for unit in units if not self.store.is_done(unit)])
        before = len(units) - len(missing)
        self.report.blocks_before += before
        if units:
            self.listen(
                {
                    "event": "plan",
                    "total": len(units),
                    "done": before,
                    "left": self._left(missing),
                    "workers": max(1, min(self.options.n_workers, len(missing))),
                }
            )
        if missing:
            self._begin()
        done = 0
        for event in self._events(missing):
            done += 1
            if event["event"] == "elsewhere":
                self.report.blocks_before += 1
            else:
                self.report.add(event)
                self.stop.heard(event["seconds"])
            self.listen(event)
        self.report.blocks_left += len(missing) - done
        return bool(missing)

    def _left(self, missing: list[Unit]) -> dict[str, tuple[int, float]]:
        """Blocks of each part, and seconds of one as the model declares, in the mean over those
        that come first, which are spread over all.
        """
        found = {}
        for part in dict.fromkeys(unit.part for unit in missing):
            own = [unit for unit in missing if unit.part == part]
            some = own[:TOLD_APART]
            seconds = sum(declared_seconds(self.store, u, self.store.batch(u)) for u in some)
            found[str(part)] = len(own), seconds / len(some)
        return found

    def _events(self, missing: list[Unit]) -> Iterator[dict[str, Any]]:
        if not missing:
            return iter(())
        units = self.stop.in_time(missing)
        workers = min(self.options.n_workers, len(missing))
        return _on_backend(self.store, units, workers, self.options, self.name)

    def _begin(self) -> None:
        """Say once in the log that a run has begun."""
        if self.name:
            return
        self.name = uuid.uuid4().hex[:8]
        store = self.store
        if store.meta["provenance"].get("sources") != model_sources(store.model):
            self.report.warnings.append(
                f"the sources of {store.model.id} were edited since {store.path} was begun: its "
                f"blocks may differ from new ones; raise the model's version if numbers changed"
            )
        with one_line(store.path, "write to"):
            if not store.new:
                store.home.drop_torn_files()
            store.home.append(_run_event(self.name, self.options))

    def _end(self) -> None:
        if not self.name:
            return
        self.report.seconds = time.perf_counter() - self.start
        seconds = round(self.report.seconds, 3)
        self.store.refuse_moved()
        with one_line(self.store.path, "write to"):
            end = {"event": "end", "run": self.name, "seconds": seconds, "time": time.time()}
            self.store.home.append(end)
            self.store.home.sync()


def wanted_units(store: Store, request: str | None, theory: bool) -> Iterator[Unit]:
    """Units of a request (None: of all), simulation and theory side by side."""
    for side in store.sides:
        if side == "simulation" or theory:
            yield from store.layout.units(side, store.model.paired, request)


def in_turns(units: list[Unit]) -> list[Unit]:
    """One unit of each part first, then all parts mixed evenly, each spread over its cells: what is
    done stands for what is left, so that the time left is told early.
    """
    turns: list[tuple[float, Unit]] = []
    for part in dict.fromkeys(unit.part for unit in units):
        own = [unit for unit in units if unit.part == part]
        digits = max(1, (len(own) - 1).bit_length())
        spread = sorted(range(len(own)), key=lambda k: f"{k:0{digits}b}"[::-1])
        turns += [(rank / len(own), own[k]) for rank, k in enumerate(spread)]
    return [unit for _, unit in sorted(turns, key=lambda turn: turn[0])]


def _with_plans(store: Store) -> Store:
    """The store once the refinement of its requests is planned, where all their rows are there;
    the run that holds the store plans itself.
    """
    if not all(store.is_done(unit) for unit in wanted_units(store, None, True)):
        return store
    with suppress(StoreError), store.home.locked():
        store = Store(store.home)  # others may have planned or grown meanwhile
        if all(store.is_done(unit) for unit in wanted_units(store, None, True)):
            for request in [*store.layout.requests]:
                plan_refinement(store, request)
    return store


def _on_backend(
    store: Store, units: Iterable[Unit], workers: int, options: Options, run: str
) -> Iterator[dict[str, Any]]:
    if options.backend == "threads":
        return on_threads(store, units, workers, run)
    if options.backend == "dask":
        from toysim.runner.cluster import on_dask

        return on_dask(store, units, workers, run, options.scheduler, options.cluster)
    return on_processes(store, units, workers, run, options.time_limit)


def _run_event(run: str, options: Options) -> dict[str, Any]:
    return {
        "event": "run",
        "run": run,
        **this_process(),
        "time": time.time(),
        "host": host_kind(),
        "versions": versions(),
        "git_commit": git_commit(),
        "backend": options.backend,
        "workers": options.n_workers,
        "theory": options.theory,
    }


def _refuse_damaged(store: Store, units: list[Unit]) -> None:
    for unit in units:
        if store.is_done(unit) and (lost := store.missing_files(unit)):
            raise StoreError(
                f"{store.path} is damaged: block {unit.part} {unit.i}/{unit.j} lost "
                f"{', '.join(lost)}; "
                f"run the same command with --repair to compute the damaged blocks again"
            )


def _forget_damaged(store: Store, units: list[Unit]) -> None:
    """Read every chunk of every done unit; those that fail their checksum are computed again."""
    for unit in units:
        if store.is_done(unit) and (store.missing_files(unit) or not store.readable(unit)):
            store.forget(unit)


def _forget_failed(store: Store, units: list[Unit]) -> None:
    """Blocks with failed or timed-out rows, as their states say, are to be computed again."""
    for unit in units:
        if store.is_done(unit):
            state = store.array(unit.part, "state")[store.region(unit)]
            if ((state == State.FAILED) | (state == State.TIMED_OUT)).any():
                store.forget(unit)
