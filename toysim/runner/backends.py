"""Where units run: threads of this process (kernels release the lock), or processes that can be
killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import connection
from typing import Any

from toysim.errors import ToysimError
from toysim.outcomes import State
from toysim.registry import reference, take_in
from toysim.runner.work import Announce, do_unit, one_blas_thread
from toysim.store.homes import Home
from toysim.store.layout import Unit
from toysim.store.store import Store

MAX_STARTS = 5  # deaths of workers in one unit before any row was reached

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
                running |= {
                    pool.submit(do_unit, store, u, run) for u in islice(queue, len(finished))
                }
        finally:
            for future in running:
                future.cancel()


@dataclass
class _Job:
    """A unit, the states of rows that must not run again, and the deaths of workers at its rows."""

    unit: Unit
    skip: dict[int, int] = field(default_factory=dict)
    deaths: Counter[int] = field(default_factory=Counter)
    alone: bool = False  # rows one by one, each announced: a worker died in this unit


@dataclass
class _Worker:
    """A worker process, its job, and the row it is at with the row's deadline when rows run
    alone.
    """

    process: Any
    pipe: Any
    job: _Job | None = None
    row: int = -1
    deadline: float = float("inf")


def on_processes(
    store: Store, units: Iterable[Unit], workers: int, run: str, time_limit: float | None
) -> Iterator[Event]:
    """Run units on processes; a worker that dies or overruns is replaced and its unit run again.

    A row over ``time_limit`` seconds is given up at once; one at which a worker died, at the second
    death, since the first may have come from outside. With a limit, rows run one by one, so that
    the guilty one is known.
    """
    jobs = iter(_Job(unit, alone=time_limit is not None) for unit in units)
    again: list[_Job] = []
    known = reference(store.model)
    pool = [_start(store.home, run, known) for _ in range(workers)]
    try:
        for worker in pool:
            _give(worker, again, jobs)
        while any(w.job is not None for w in pool):
            _wait(pool)
            for k, worker in enumerate(pool):
                yield from _hear(worker, store.home, time_limit)
                if worker.job is not None and (
                    time.monotonic() > worker.deadline or not worker.process.is_alive()
                ):
                    again.append(_bury(worker))
                    pool[k] = worker = _start(store.home, run, known)
                if worker.job is None:
                    _give(worker, again, jobs)
    finally:
        for worker in pool:
            worker.process.terminate()
        for worker in pool:
            worker.process.join()


def _wait(pool: list[_Worker]) -> None:
    """Sleep until a worker speaks or dies, or until the next deadline."""
    deadline = min(w.deadline for w in pool)
    timeout = None if deadline == float("inf") else max(0.0, deadline - time.monotonic()) + 1e-3
    busy = [w for w in pool if w.job is not None]
    connection.wait([w.pipe for w in busy] + [w.process.sentinel for w in busy], timeout)


def _hear(worker: _Worker, home: Home, time_limit: float | None) -> Iterator[Event]:
    """Take in what a worker has said: rows it is at, a finished unit, an error that ends the
    run.
    """
    while worker.job is not None and worker.pipe.poll():
        try:
            kind, content = worker.pipe.recv()
        except (EOFError, OSError):
            return
        if kind == "row":
            worker.row = content
            worker.deadline = time.monotonic() + time_limit if time_limit else float("inf")
        elif kind == "error":
            raise ToysimError(content)
        else:
            worker.job, worker.row, worker.deadline = None, -1, float("inf")
            event, chunks = content
            home.take_in(chunks)
            yield event


def _give(worker: _Worker, again: list[_Job], jobs: Iterator[_Job]) -> None:
    """Hand the next job to an idle worker: one to repeat first, else a fresh unit."""
    worker.job = again.pop() if again else next(jobs, None)
    if worker.job is not None:
        with suppress(OSError):  # it died while idle: found dead at the next look
            worker.pipe.send((worker.job.unit, worker.job.skip, worker.job.alone))


def _bury(worker: _Worker) -> _Job:
    """End a worker that overran or died; the job to repeat, without a row that is to blame."""
    job = worker.job
    assert job is not None
    overran = worker.process.is_alive()
    worker.process.kill()
    worker.process.join()
    job.alone = True
    job.deaths[worker.row] += 1
    if overran:
        job.skip[worker.row] = State.TIMED_OUT
    elif worker.row >= 0 and job.deaths[worker.row] > 1:
        job.skip[worker.row] = State.FAILED
    elif worker.row < 0 and job.deaths[worker.row] > MAX_STARTS:
        raise ToysimError(
            "worker processes die before they start; in a script, put the call under if __name__ "
            "== '__main__':, "
            "or use the threads backend"
        )
    return job


def _start(home: Home, run: str, model: str | None) -> _Worker:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, home, run, model), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, mine)


def _serve(pipe: Any, home: Home, run: str, model: str | None) -> None:
    """Worker process: do the units that come through the pipe; leave when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells it to all; the parent answers
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    take_in(model)
    store = Store(home)
    with one_blas_thread():
        while True:
            try:
                unit, skip, alone = pipe.recv()
            except EOFError:
                return
            try:
                event = do_unit(store, unit, run, _announcer(pipe, skip) if alone else None)
                pipe.send(("done", (event, home.taken())))
            except ToysimError as error:
                pipe.send(("error", str(error)))


def _announcer(pipe: Any, skip: dict[int, int]) -> Announce:
    def announce(row: int) -> int:
        if row not in skip:
            pipe.send(("row", row))
        return skip.get(row, State.OK)

    return announce


def _leave_with_parent() -> None:
    """A killed parent closes its sentinel; without it the worker would go on unseen."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
