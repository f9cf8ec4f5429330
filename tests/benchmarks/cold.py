"""First runs: ``toysim run MODEL`` on its defaults, each with an empty folder of kernels."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from toysim.registry import all_models

CHECKOUT = Path(__file__).resolve().parents[2]


class First(NamedTuple):
    """Seconds of the processor, start and imports included, and how many kernels it compiled."""

    model: str
    seconds: float
    kernels: int


def first_runs(names: Sequence[str]) -> Iterator[First]:
    """Of the models named, or of all that are shipped; simulation and theory."""
    shipped = [n for n, m in all_models().items() if m.simulate.startswith("toysim.models.")]
    for name in names or shipped:
        yield first_run(name)


def first_run(name: str) -> First:
    """Of one model."""
    with TemporaryDirectory() as folder:
        given = {**os.environ, "PYTHONPATH": str(CHECKOUT), "NUMBA_CACHE_DIR": folder}
        command = [sys.executable, "-m", "toysim", "run", name]
        before = _children()
        subprocess.run(command, cwd=folder, env=given, capture_output=True, check=True)
        seconds = _children() - before
        return First(name, seconds, len(list(Path(folder).rglob("*.nbc"))))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def page(found: Sequence[First], load: str) -> str:
    """A page of the docs."""
    ordered = sorted(found, key=lambda first: first.seconds)
    text = [
        "# First runs",
        "",
        "`toysim run MODEL` on its defaults with no kernel compiled: seconds of one processor for",
        "simulation and theory, start and imports (1 s) included, and how many kernels are",
        "compiled; a busy machine takes longer. Measured as by",
        f"`python tests/benchmarks --cold --page docs/first_runs.md` on {date.today()}; load",
        f"{load}.",
        f"Median {ordered[len(ordered) // 2].seconds:.1f} s. Later runs start in a second.",
        "",
        "| model | s | kernels |",
        "|---|---|---|",
    ]
    text += [f"| `{f.model}` | {f.seconds:.1f} | {f.kernels} |" for f in ordered]
    return "\n".join([*text, ""])
