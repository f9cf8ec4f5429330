"""The engine by itself: sweeps of a sum of two numbers, on disk and in memory, beside xyzpy; and
its overhead and peak memory on end states of the mode map.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to

import toysim

TESTS = Path(__file__).resolve().parents[2]


def rows(tiny: bool) -> Iterator[Row]:
    disk = {
        "xyzpy, brought to the disk": partial(xyzpy_disk, True),
        "xyzpy": partial(xyzpy_disk, False),
    }
    places = (("on disk", on_disk, disk), ("in memory", in_memory, {"xyzpy": xyzpy_memory}))
    for where, job, peers in places:
        for n in (100,) if tiny else (1000, 10_000, 100_000, 1_000_000):
            yield Row(
                f"engine: {where}, cells {n}",
                "cell",
                n,
                partial(job, n),
                {name: Peer(partial(peer, n)) for name, peer in peers.items()},
                equal_to(1e-15),
                size=n,
                grows="cells",
                clock="wall" if where == "on disk" else "processor",
            )
    for n in (1000,) if tiny else (100_000, 1_000_000):
        yield Row(
            f"engine: mode map in a process of its own, cells {n}",
            "cell",
            n,
            partial(overhead, n),
            size=n,
            turns=1,
            told=("overhead_us", "peak_MB"),
        )


def axes(n: int) -> dict[str, Any]:
    return {"a": np.linspace(0.0, 1.0, n // 10), "b": np.linspace(0.0, 1.0, 10)}


def on_disk(n: int) -> Job:
    return lambda: _swept(n, _new_folder() / "sum.zarr")


def _new_folder() -> Path:
    """Removed at the end: to remove files that have reached the disk takes ten times as long as to
    write them.
    """
    if not _folders:
        _folders.append(Path(mkdtemp(prefix="toysim-benchmark-")))
        atexit.register(rmtree, _folders[0], ignore_errors=True)
    return Path(mkdtemp(dir=_folders[0]))


_folders: list[Path] = []


def in_memory(n: int) -> Job:
    return lambda: _swept(n, None)


def _swept(n: int, store: Path | None) -> dict[str, Any]:
    data = toysim.sweep("benchmark.sum", store=store, workers=1, **axes(n))
    return {"total": data["simulation"]["total"].values.ravel()}


def _runner() -> Any:
    import xyzpy

    return xyzpy.Runner(lambda a, b: a + b, var_names="total")


def xyzpy_memory(n: int) -> Job:
    runner = _runner()
    combos = {name: values.tolist() for name, values in axes(n).items()}
    return lambda: {"total": runner.run_combos(combos, verbosity=0)["total"].values.ravel()}


def xyzpy_disk(durable: bool, n: int) -> Job:
    """Left to the operating system, or with its file on the disk when the call returns, as a store
    of ours is: its last block and its end each wait for the disk.
    """
    import xyzpy

    runner = _runner()
    combos = {name: values.tolist() for name, values in axes(n).items()}

    def job() -> dict[str, Any]:
        folder = _new_folder()
        harvester = xyzpy.Harvester(runner, f"{folder}/sum.h5", engine="h5netcdf")
        harvester.harvest_combos(combos, verbosity=0)
        for path in (folder / "sum.h5", folder) if durable else ():
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        return {"total": harvester.full_ds["total"].values.ravel()}

    return job


def overhead(n: int) -> Job:
    """In a process of its own, whose peak memory is its own."""
    code = f"from benchmarks.rows.engine import swept_modes; swept_modes({n})"
    search = f"import sys; sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]; "

    def job() -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-c", search + code], capture_output=True, text=True, check=True
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return job


def swept_modes(n: int) -> None:
    """Prints what a sweep took beside the model's own function, a cell, and this process's peak."""
    import time

    from toysim.plan import build_sweep
    from toysim.registry import load_model
    from toysim.runner.execute import Options, execute

    model = load_model("deep_linear.modes")
    fixed = {"depth": 2, "duration": 0.2, "step": 0.01}

    def of(size: int) -> Any:
        values = {
            "deficit_length": {"linspace": [0.0, 0.2, size // 100]},
            "layer_start": {"linspace": [0.1, 0.4, 100]},
        }
        return build_sweep("overhead", model, fixed, values)

    options = Options(workers=1, theory=False)
    with TemporaryDirectory() as folder:
        execute(of(1000), Path(folder) / "warm.zarr", options)
        sweep, start = of(n), time.perf_counter()
        report = execute(sweep, Path(folder) / "big.zarr", options)
        spent = time.perf_counter() - start - report.kernel_seconds
    print(json.dumps({"overhead_us": 1e6 * spent / n, "peak_MB": peak_megabytes()}))


def peak_megabytes() -> float:
    """Of this process; NaN where Linux does not tell. (What getrusage tells a child includes the
    peak of its parent.)
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    peaks = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    return peaks[0] if peaks else float("nan")
