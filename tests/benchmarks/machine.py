"""What the numbers were measured on: processor, threads, load, versions."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
PACKAGES = ("toysim", "numpy", "numba", "scipy", "xarray", "zarr", "jax", "torch", "xyzpy")
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def use_one_thread() -> None:
    """Before NumPy is imported: one thread for every library, all of them on one core.

    OpenBLAS, which NumPy, SciPy and our compiled kernels call, chooses its kernels itself, as JAX
    does: an environment that holds it to those of an older processor, so that bits are the same on
    every machine, has it at half its speed (55 GFLOP/s in place of 120 at 100 x 100 x 100).
    """
    os.environ.update(dict.fromkeys(THREADS, "1"))
    for name in KERNELS:
        os.environ.pop(name, None)
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def described() -> dict[str, str]:
    """Processor, load and versions, by name."""
    load = " ".join(f"{x:.1f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "?"
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "threads": "one of each library, on one core",
        "load": f"{load} (1, 5, 15 minutes)",
        "kernels of OpenBLAS": _openblas(),
        "python": platform.python_version(),
        **{name: version for name in PACKAGES if (version := _version(name))},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _openblas() -> str:
    from threadpoolctl import threadpool_info

    known = [
        f"{i['architecture']} ({i['version']})" for i in threadpool_info() if "architecture" in i
    ]
    return ", ".join(dict.fromkeys(known))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
