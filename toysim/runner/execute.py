"""Run or continue a sweep in its store: what is missing, on which backend, with a report at the
end.
"""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from toysim.errors import StoreError, ToysimError, suggest
from toysim.plan import Sweep
from toysim.runner.backends import on_processes, on_threads
from toysim.store.files import append_event, drop_torn_files, locked, one_line, read_events, sync
from toysim.store.growth import prepare
from toysim.store.layout import Unit, block_shape
from toysim.store.provenance import git_commit, host_kind, model_sources, versions
from toysim.store.store import Store, open_existing

BACKENDS = ("threads", "processes", "dask")
Listener = Callable[[dict[str, Any]], None]


@dataclass
class Report:
    """What a run did: rows by outcome, seconds, and notes about observables past their limits.

    ``blocks_before`` were there already, or were computed by others meanwhile.
    """

    path: Path
    rows: int = 0
    failed: int = 0
    timed_out: int = 0
    blocks: int = 0
    blocks_before: int = 0
    seconds: float = 0.0
    kernel_seconds: float = 0.0
    notes: dict[str, float] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, event: dict[str, Any]) -> None:
        self.blocks += 1
        self.rows += event["rows"]
        self.failed += event["failed"]
        self.timed_out += event["timed_out"]
        self.kernel_seconds += event["kernel_seconds"]
        self.errors += event["errors"]
        for name, value in event["notes"].items():
            old = self.notes.get(name, 0.0)
            self.notes[name] = old + value if name == "status" else max(old, value)


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
        if self.scheduler is not None and self.backend != "dask":
            raise ToysimError("--scheduler belongs to --backend dask; drop it")
        if self.backend == "dask" and find_spec("distributed") is None:
            raise ToysimError("--backend dask needs dask.distributed: pip install 'toysim[dask]'")

    @property
    def n_workers(self) -> int:
        available = (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        )
        return self.workers or available or 1


def execute(
    sweep: Sweep, path: Path, options: Options, listen: Listener = lambda event: None
) -> Report:
    """Run what is missing of ``sweep`` in the store at ``path``; a finished sweep does no work at
    all.
    """
    options.check()
    with locked(path):
        store = prepare(path, sweep, block_shape(sweep, options.block))
        return _run(store, sweep.request_hash, options, listen)


def join(path: Path, options: Options, listen: Listener = lambda event: None) -> Report:
    """Help with every unit a store still lacks, without its lock: two workers on one block write
    the same bytes.
    """
    options.check()
    return _run(open_existing(path), None, options, listen)


def _run(store: Store, request: str | None, options: Options, listen: Listener) -> Report:
    everything = list(wanted_units(store, request, options.theory))
    if options.retry:
        _forget_failed(store)
    if options.repair:
        _forget_damaged(store, everything)
    else:
        _refuse_damaged(store, everything)
    missing = [u for u in everything if not store.is_done(u)]
    report = Report(store.path, blocks_before=len(everything) - len(missing))
    listen({"event": "plan", "total": len(everything), "done": report.blocks_before})
    if not missing:
        return report
    if request is None:  # a helper: in an order of its own, away from the blocks that others are at
        random.shuffle(missing)
    if store.meta["provenance"].get("sources") != model_sources(store.model):
        report.warnings.append(
            f"the sources of {store.model.id} were edited since {store.path} was begun: its "
            "blocks may differ from new "
            f"ones; raise the model's version if numbers changed"
        )
    start, run = time.perf_counter(), uuid.uuid4().hex[:8]
    with one_line(store.path, "write to"):
        drop_torn_files(store.path)
        append_event(store.path, _run_event(run, options))
    try:
        for event in _events(store, missing, options, run):
            if event["event"] == "elsewhere":
                report.blocks_before += 1
            else:
                report.add(event)
            listen(event)
    finally:
        report.seconds = time.perf_counter() - start
        with one_line(store.path, "write to"):
            append_event(
                store.path, {"event": "end", "run": run, "seconds": round(report.seconds, 3)}
            )
            sync(store.path)
    return report


def _events(
    store: Store, missing: list[Unit], options: Options, run: str
) -> Iterator[dict[str, Any]]:
    workers = min(options.n_workers, len(missing))
    if options.backend == "threads":
        return on_threads(store, missing, workers, run)
    if options.backend == "dask":
        from toysim.runner.cluster import on_dask

        return on_dask(store, missing, workers, run, options.scheduler)
    return on_processes(store, missing, workers, run, options.time_limit)


def wanted_units(store: Store, request: str | None, theory: bool) -> Iterator[Unit]:
    """Units of a request (None: of all), simulation and theory side by side."""
    for side in store.sides:
        if side == "theory" and not theory:
            continue
        yield from store.layout.units(side, store.model.paired, request)


def _run_event(run: str, options: Options) -> dict[str, Any]:
    return {
        "event": "run",
        "run": run,
        "pid": os.getpid(),
        "time": time.time(),
        "host": host_kind(),
        "versions": versions(),
        "git_commit": git_commit(),
        "backend": options.backend,
        "workers": options.n_workers,
    }


def _refuse_damaged(store: Store, units: Iterable[Unit]) -> None:
    for unit in units:
        if store.is_done(unit) and (lost := store.missing_files(unit)):
            raise StoreError(
                f"{store.path} is damaged: block {unit.side} {unit.i}/{unit.j} lost "
                f"{', '.join(lost)}; "
                f"run the same command with --repair to compute the damaged blocks again"
            )


def _forget_damaged(store: Store, units: Iterable[Unit]) -> None:
    """Read every chunk of every done unit; those that fail their checksum are to be computed
    again.
    """
    for unit in units:
        if store.is_done(unit) and (store.missing_files(unit) or not store.readable(unit)):
            store.forget(unit)


def _forget_failed(store: Store) -> None:
    """Blocks with failed or timed-out rows are to be computed again."""
    last: dict[Unit, int] = {}
    for event in read_events(store.path):
        if event.get("event") == "block":
            unit = Unit(event["side"], *event["unit"])
            last[unit] = event["failed"] + event["timed_out"]
    for unit, bad in last.items():
        if bad:
            store.forget(unit)
