"""Commands, from a shell's point of view: warm, and the very first with no kernel compiled."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from benchmarks.bench import Job, Peer, Row

CHECKOUT = Path(__file__).resolve().parents[3]
SWEEP = "critical_periods.depth"
COMMANDS = {
    "run": ("run", "deep_linear.modes"),
    "compare": ("compare", f"results/{SWEEP}.zarr"),
    "finished sweep": ("sweep", SWEEP),
}
# The mode map, many cells side by side, compiled and run once.
FIRST_JIT = """
import jax, jax.numpy as jnp
jax.config.update("jax_enable_x64", True)
def descend(p):
    step = lambda _, p: p + 0.01 * p * (2.0 - p * p)
    return jax.lax.fori_loop(0, 1000, step, p)
jax.jit(jax.vmap(descend))(jnp.linspace(0.1, 0.4, 1000)).block_until_ready()
"""


def rows(tiny: bool) -> Iterator[Row]:
    if tiny:
        return
    for name, arguments in COMMANDS.items():
        yield Row(
            f"commands: warm {name}",
            "command",
            1,
            lambda arguments=arguments: _toysim(*arguments),
            {"JAX, import and first jit": Peer(first_jit)},
            None,
        )
    yield Row(
        "commands: first run ever",
        "command",
        1,
        cold_run,
        {"JAX, import and first jit": Peer(first_jit)},
        None,
        turns=2,
    )


def _run(arguments: list[str], folder: str, **environment: str) -> None:
    given = {**os.environ, "PYTHONPATH": str(CHECKOUT), **environment}
    subprocess.run(arguments, cwd=folder, env=given, capture_output=True, check=True)


def _toysim(*arguments: str) -> Job:
    """In a folder that has the finished sweep."""
    folder = _folder_with_sweep()
    command = [sys.executable, "-m", "toysim", *arguments]

    def job() -> dict[str, Any]:
        _run(command, folder)
        return {}

    return job


def _folder_with_sweep() -> str:
    if not _folders:
        _folders.append(mkdtemp(prefix="toysim-commands-"))
        atexit.register(rmtree, _folders[0], ignore_errors=True)
        _run([sys.executable, "-m", "toysim", "sweep", SWEEP], _folders[0])
    return _folders[0]


_folders: list[str] = []


def cold_run() -> Job:
    def job() -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "toysim", "run", "deep_linear.modes"]
            _run(command, folder, NUMBA_CACHE_DIR=folder)
        return {}

    return job


def first_jit() -> Job:
    import jax  # noqa: F401  absent: skipped by name

    def job() -> dict[str, Any]:
        _run([sys.executable, "-c", FIRST_JIT], ".")
        return {}

    return job
