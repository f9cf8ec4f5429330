"""Units on a Dask cluster: every worker writes its blocks into the store's folder, which it must
see under one path; those of a sweep in memory come back to it.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from toysim.errors import ToysimError, suggest
from toysim.registry import reference, take_in
from toysim.runner.work import do_unit, one_blas_thread
from toysim.store.homes import Chunks, Folder, Home
from toysim.store.layout import Unit
from toysim.store.store import Store

CONNECT_SECONDS = 10
GONE = "the Dask scheduler is gone; what was finished is kept: run the same command again"
AHEAD = (
    4  # units a core of the cluster, so that a huge sweep's are not all on the scheduler at once
)


def on_dask(
    store: Store,
    units: Iterable[Unit],
    workers: int,
    run: str,
    scheduler: str | None,
    cluster: Path | None,
) -> Iterator[Any]:
    """Run units on the cluster at ``scheduler``, on that of a ``cluster`` file, or on ``workers``
    processes of this machine; yields their events.
    """
    from distributed import as_completed
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # else a dead scheduler fills pages
    queue = iter(units)
    known = _of_module(store)
    with _client(scheduler, cluster, workers) as client:
        home = _for_workers(client, store.home)
        ahead = AHEAD * max(1, sum(client.ncores().values()))
        running = as_completed(loop=client.loop)
        for unit in islice(queue, ahead):
            running.add(client.submit(_do_unit, home, unit, run, known, pure=False))
        for future in running:
            try:
                event, chunks = future.result()
                store.home.take_in(chunks)
                yield event
            except KilledWorker as error:
                raise ToysimError(
                    "a block killed the workers of the cluster that it was tried on "
                    f"({error.last_worker.address}); "
                    f"--backend processes finds the row and records it"
                ) from None
            except OSError:  # CommClosedError is one; workers tell theirs in a line of their own
                raise ToysimError(GONE) from None
            except FutureCancelledError:  # what was sent once died with its worker
                if client.status != "running":
                    raise ToysimError(GONE) from None
                raise ToysimError(
                    "a block killed the worker of the cluster that it was tried on; "
                    "--backend processes finds the row and records it"
                ) from None
            for unit in islice(queue, 1):
                running.add(client.submit(_do_unit, home, unit, run, known, pure=False))


@contextlib.contextmanager
def _client(scheduler: str | None, cluster: Path | None, workers: int) -> Iterator[Any]:
    """A client of a scheduler's cluster, of a queue's, or of one on this machine."""
    from distributed import Client

    with contextlib.ExitStack() as stack:
        address: Any = scheduler
        if scheduler is None:
            address = _here(workers) if cluster is None else of_queue(cluster)
            stack.callback(_close, address)
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ToysimError(
                f"no Dask scheduler at {scheduler}: {error}; check the address"
            ) from None
        yield stack.enter_context(client)


def _close(cluster: Any) -> None:
    """Close a cluster of ours; while a worker that was killed is replaced, Dask's first try may end
    in "can only join a started process" (seen once), which would take the place of our error.
    """
    for _ in range(2):
        with contextlib.suppress(AssertionError):
            cluster.close()


def _here(workers: int) -> Any:
    """A cluster on this machine, one thread a process."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,  # else Ctrl-C is told with traces of the nannies
        preload=[__name__],
    )


def dask_setup(worker: Any) -> None:
    """Dask calls it in every worker of ``_here``: a terminal tells Ctrl-C to all, and the parent
    answers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def of_queue(file: Path) -> Any:
    """The cluster of a TOML file: ``queue`` (slurm, pbs, ...), ``jobs``, and what else
    dask-jobqueue's cluster of that queue takes.
    """
    import dask_jobqueue  # Options.check has looked that it is there

    asked = read_cluster(file)
    kinds = {n[: -len("Cluster")].lower(): n for n in dir(dask_jobqueue) if n.endswith("Cluster")}
    if asked["queue"] not in kinds:
        known = suggest(str(asked["queue"]), kinds)
        raise ToysimError(f"{file}: unknown queue {asked['queue']!r}: {known}")
    kind, jobs = getattr(dask_jobqueue, kinds[asked.pop("queue")]), asked.pop("jobs")
    try:
        cluster = kind(**asked)
    except (TypeError, ValueError) as error:
        raise ToysimError(f"{file}: {kind.__name__} says: {error}") from None
    cluster.scale(jobs=jobs)
    return cluster


def read_cluster(file: Path) -> dict[str, Any]:
    """A cluster file as a table; it names a queue and how many jobs."""
    try:
        asked = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ToysimError(f"cannot read {file}: {error}; give a TOML file") from None
    if not isinstance(asked.get("queue"), str):
        raise ToysimError(f'{file}: queue is missing; add a line like queue = "slurm"')
    if not isinstance(asked.get("jobs"), int) or asked["jobs"] < 1:
        raise ToysimError(f"{file}: jobs is missing; add a line like jobs = 8")
    return asked


def _for_workers(client: Any, home: Home) -> Any:
    """A folder by its full path, since workers start in others; the memory is sent once."""
    if isinstance(home, Folder):
        return Folder(home.path.resolve())
    return client.scatter(home, hash=False)


def _of_module(store: Store) -> str | None:
    """Where workers find a model that is an object; a script is not theirs to import."""
    known = reference(store.model)
    if known is not None and known.startswith("__main__:"):
        raise ToysimError(
            f"{store.model.id} stands in a script, which workers of a cluster cannot import: move "
            f"it to a module that they find, or use threads or processes"
        )
    return known


def _do_unit(home: Home, unit: Unit, run: str, model: str | None) -> tuple[dict[str, Any], Chunks]:
    """On a worker: compute and write one unit; its event, and chunks that only it has."""
    return do_unit(_store(home, run, model), unit, run), home.taken()


@cache
def _store(home: Home, run: str, model: str | None) -> Store:
    """Opened once a run and process. BLAS stays on one thread from here on: a worker's threads
    share its setting.
    """
    one_blas_thread()
    take_in(model)
    if not home.is_store():
        raise ToysimError(
            f"a worker of the cluster does not see {home.path}; give a --store on a shared folder"
        )
    return Store(home)
