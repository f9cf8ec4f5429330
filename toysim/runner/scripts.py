"""Job scripts for queues: an array of workers on one store."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from toysim.durations import clock, seconds_of
from toysim.errors import ToysimError, suggest
from toysim.store.files import one_line

SHORTEST = 300.0  # seconds of a job: less is spent on starting and compiling
MARGIN = 60.0  # seconds, and a twentieth of the job, before the queue would kill
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMBA", "BLIS", "VECLIB_MAXIMUM")

SLURM = """\
#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=1-{jobs}
#SBATCH --cpus-per-task={workers}
#SBATCH --time={time}
#SBATCH --output={logs}/%A_%a.log
# Workers on one store: a job that is killed, or that never starts, costs its blocks in flight.
# Submit it again until toysim status {store} says finished.
# Lines that your cluster wants (#SBATCH --partition, module load) go here.
set -eu
cd {folder}
export {pins}
exec {python} -m toysim work {store} --workers {workers} --stop-after {stop:.0f}s
"""
QUEUES = {"slurm": SLURM}


def check_script(queue: str, jobs: int, workers: int, time: str | float) -> None:
    """Refuse in one line what makes no script."""
    if queue not in QUEUES:
        raise ToysimError(f"unknown queue {queue!r}: {suggest(queue, QUEUES)}")
    if seconds_of(time) < SHORTEST:
        raise ToysimError(f"time {time} must be at least {SHORTEST:.0f} s: a job starts first")
    for name, number in (("jobs", jobs), ("workers", workers)):
        if number < 1:
            raise ToysimError(f"{name} = {number} must be at least 1")


def _text(queue: str, store: Path, jobs: int, workers: int, time: str | float) -> str:
    """``jobs`` jobs of ``workers`` threads that end before ``time``."""
    seconds = seconds_of(time)
    return QUEUES[queue].format(
        name=shlex.quote(f"toysim-{store.stem}"),
        jobs=jobs,
        workers=workers,
        time=clock(seconds),
        logs=_logs(store),
        store=shlex.quote(str(store.resolve())),
        folder=shlex.quote(str(Path.cwd())),
        pins=" ".join(f"{name}_NUM_THREADS=1" for name in THREADS),
        python=shlex.quote(sys.executable),
        stop=seconds - MARGIN - seconds / 20,
    )


def _logs(store: Path) -> Path:
    """The folder of a store's job logs, beside it. A queue reads its path up to a space."""
    logs = store.resolve().with_suffix(".logs")
    if " " in str(logs):
        raise ToysimError(f"{logs}: a queue reads no path with a space; give another --store")
    return logs


def write_script(
    queue: str,
    store: Path,
    file: Path,
    jobs: int,
    workers: int,
    time: str | float,
    force: bool,
    make_store: Callable[[], object],
) -> Path:
    """A script, its store, and the folder of its logs, without which a queue runs nothing."""
    text = _text(queue, store, jobs, workers, time)
    if file.exists() and not force:
        raise ToysimError(f"{file} exists; give another name (--out), or --force to replace it")
    make_store()
    with one_line(file, "write"):
        _logs(store).mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return file
