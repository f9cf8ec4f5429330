"""Units on a Dask cluster: every worker writes its blocks into the store's folder, which it must
see under one path; those of a sweep in memory come back to it.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from toysim.errors import ToysimError
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
    store: Store, units: Iterable[Unit], workers: int, run: str, scheduler: str | None
) -> Iterator[Any]:
    """Run units on the cluster at ``scheduler``, else on ``workers`` processes of this machine;
    yields their events.
    """
    from distributed import as_completed
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # else a dead scheduler fills pages
    queue = iter(units)
    known = _of_module(store)
    with _client(scheduler, workers) as client:
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
def _client(scheduler: str | None, workers: int) -> Iterator[Any]:
    """A client, and where no scheduler is given a cluster on this machine, one thread a process."""
    from distributed import Client, LocalCluster

    with contextlib.ExitStack() as stack:
        address: Any = scheduler
        if scheduler is None:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,  # else Ctrl-C is told with traces of the nannies
            )
            address = stack.enter_context(cluster)
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ToysimError(
                f"no Dask scheduler at {scheduler}: {error}; check the address"
            ) from None
        yield stack.enter_context(client)


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
