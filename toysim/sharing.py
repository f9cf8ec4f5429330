"""Calls for sweeps that outgrow one machine: script and merge; ``toysim.work`` is the third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from toysim.api import make_room, model_store_path, plan
from toysim.runner.execute import Options
from toysim.runner.scripts import check_script, write_script
from toysim.store.merging import Merged, merge_stores
from toysim.store.opening import local


def script(
    queue: str,
    name: Any,
    *,
    jobs: int = 4,
    workers: int = 4,
    time: str | float = "3h",
    store: str | Path | None = None,
    preset: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
    yes: bool = False,
    replicas: int | None = None,
    seed: int | None = None,
    **parameters: Any,
) -> Path:
    """Make the store of a sweep and write a script for a queue that fills it; the script's path.

    queue: "slurm". name, store, preset, replicas, seed, parameters: as for ``toysim.sweep``.
    jobs: workers' jobs in the array, with ``workers`` threads each; time: of a job, "3h" or
    seconds. Each stops at a block's end a minute and a twentieth of the time before its end.
    out: default STORE.QUEUE in the current folder; force replaces it.

    Raises ToysimError, in one line, before anything is written.
    """
    check_script(queue, jobs, workers, time)
    spec, home = plan(name, preset, {"replicas": replicas, "seed": seed}, parameters)
    place = local(store) if store is not None else home or model_store_path(spec)
    file = local(out) if out is not None else Path(f"{place.stem}.{queue}")
    return write_script(
        queue,
        place,
        file,
        jobs,
        workers,
        time,
        force,
        lambda: make_room(spec, place, Options(), yes),
    )


def merge(*stores: str | Path, into: str | Path) -> Merged:
    """Put stores of one sweep, run on several machines, together at ``into``, a new store.

    Blocks are united: what one store lacks another gives, and bytes are checked where several have
    a row. A row that failed in one store and not in another is taken from the other. What no store
    has is left for ``toysim.work`` or the sweep said again.

    Raises ToysimError, in one line and with nothing written, where the stores are of different
    sweeps or differ in a row.
    """
    return merge_stores([local(store) for store in stores], local(into))
