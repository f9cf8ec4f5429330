"""Where units run: threads of this process (kernels release the lock), or processes that can be killed."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import connection
from pathlib import Path
from typing import Any

from toysim.errors import ToysimError
from toysim.runner.layout import Unit
from toysim.runner.store import Store
from toysim.runner.work import do_unit, one_blas_thread

Event = dict[str, Any]


def on_threads(store: Store, units: Iterable[Unit], workers: int, run: str) -> Iterator[Event]:
    """Run units on threads, a few ahead of the workers; yields their events as they finish."""
    queue = iter(units)
    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        running: set[Future[Event]] = {
            pool.submit(do_unit, store, u, run) for u in islice(queue, workers + 1)
        }
        try:
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
                running |= {pool.submit(do_unit, store, u, run) for u in islice(queue, len(finished))}
        finally:
            for future in running:
                future.cancel()


@dataclass
class _Worker:
    """A worker process, the unit it is at, and the row with its deadline when rows have a time limit."""

    process: Any
    pipe: Any
    unit: Unit | None = None
    row: int = -1
    deadline: float = float("inf")


@dataclass
class _Job:
    """A unit and the rows of it that must not run again."""

    unit: Unit
    skip: set[int] = field(default_factory=set)
    alone: bool = False  # rows one by one: a worker died in this unit


def on_processes(
    store: Store, units: Iterable[Unit], workers: int, run: str, time_limit: float | None
) -> Iterator[Event]:
    """Run units on processes. A row over ``time_limit`` seconds, or one that kills its worker, is skipped.

    With a limit, rows run one by one and each announces itself, so that the guilty one is known.
    """
    queue = iter(units)
    pool = [_start(store.path, run, time_limit is not None) for _ in range(workers)]
    again: list[_Job] = []
    jobs: dict[int, _Job] = {}
    try:
        for worker in pool:
            _give(worker, again, queue, jobs)
        while any(w.unit is not None for w in pool):
            _wait(pool)
            for k, worker in enumerate(pool):
                while worker.unit is not None and worker.pipe.poll():
                    try:
                        kind, content = worker.pipe.recv()
                    except (EOFError, OSError):
                        break
                    if kind == "row":
                        worker.row = content
                        worker.deadline = time.monotonic() + time_limit if time_limit else float("inf")
                        continue
                    if kind == "error":
                        raise ToysimError(content)
                    worker.unit, worker.deadline = None, float("inf")
                    yield content
                    _give(worker, again, queue, jobs)
                if worker.unit is not None and (
                    time.monotonic() > worker.deadline or not worker.process.is_alive()
                ):
                    pool[k] = _replace(worker, store.path, run, time_limit, again, jobs)
                    _give(pool[k], again, queue, jobs)
    finally:
        for worker in pool:
            worker.process.terminate()
        for worker in pool:
            worker.process.join()


def _wait(pool: list[_Worker]) -> None:
    """Sleep until a worker speaks or dies, or until the next deadline."""
    deadline = min(w.deadline for w in pool)
    timeout = None if deadline == float("inf") else max(0.0, deadline - time.monotonic()) + 1e-3
    busy = [w for w in pool if w.unit is not None]
    connection.wait([w.pipe for w in busy] + [w.process.sentinel for w in busy], timeout)


def _give(worker: _Worker, again: list[_Job], queue: Iterator[Unit], jobs: dict[int, _Job]) -> None:
    """Hand the next job to an idle worker: one to repeat first, else a fresh unit."""
    unit = None if again else next(queue, None)
    job = again.pop() if again else (_Job(unit) if unit is not None else None)
    if job is None:
        return
    worker.unit, worker.row, worker.deadline = job.unit, -1, float("inf")
    jobs[worker.process.pid] = job
    worker.pipe.send((job.unit, sorted(job.skip), job.alone))


def _replace(
    worker: _Worker, path: Path, run: str, time_limit: float | None, again: list[_Job], jobs: dict[int, _Job]
) -> _Worker:
    """Kill a worker over its time or bury a dead one; its unit comes again without the guilty row."""
    job = jobs.pop(worker.process.pid)
    worker.process.kill()
    worker.process.join()
    if worker.row >= 0:
        job.skip.add(worker.row)
    elif job.alone:
        raise ToysimError(
            f"a worker process died at start-up of block {job.unit}; run with --backend threads"
        )
    job.alone = True
    again.append(job)
    return _start(path, run, time_limit is not None)


def _start(path: Path, run: str, alone: bool) -> _Worker:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, str(path), run, alone), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, mine)


def _serve(pipe: Any, path: str, run: str, always_alone: bool) -> None:
    """Worker process: do the units that come through the pipe; leave when the parent is gone."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    store = Store(Path(path))
    with one_blas_thread():
        while True:
            try:
                unit, skip, alone = pipe.recv()
            except EOFError:
                return
            announce = _announcer(pipe, set(skip)) if alone or always_alone else None
            try:
                pipe.send(("done", do_unit(store, unit, run, announce)))
            except ToysimError as error:
                pipe.send(("error", str(error)))


def _announcer(pipe: Any, skip: set[int]) -> Callable[[int], bool]:
    def announce(row: int) -> bool:
        if row in skip:
            return False
        pipe.send(("row", row))
        return True

    return announce


def _leave_with_parent() -> None:
    """A killed parent closes its sentinel; without it the worker would go on unseen."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
