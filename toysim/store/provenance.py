"""Where numbers came from: versions, commit, machine kind, seed, and the sweep's own text."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from toysim.model import Model
from toysim.plan import Sweep
from toysim.sources import source_of, sources_hash
from toysim.version import __version__

LIBRARIES = ("numpy", "numba", "scipy", "xarray", "zarr")


@cache
def versions() -> dict[str, str]:
    """Versions that can change the last bits of a result."""
    return {"toysim": __version__, "python": platform.python_version()} | {
        name: metadata.version(name) for name in LIBRARIES
    }


@cache
def git_commit() -> str:
    """Commit of the checkout that the engine runs from, with a + if files differ; empty for an
    installed wheel.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit + ("+" if commit and _git(root, "status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


@cache
def host_kind() -> str:
    """Kind of machine, not its name: results are equal to the bit on one kind."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else ""
    return f"{sys.platform} {platform.machine()} {model}".strip()


def model_sources(model: Model) -> str:
    """Hash of the sources a model's numbers come from."""
    if isinstance(model.simulate, str):
        return sources_hash(model.simulate.partition(":")[0])
    return source_of(model.simulate, model.theory)


def provenance(sweep: Sweep) -> dict[str, Any]:
    """What a store says of its origin, written when it is created."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "git_commit": git_commit(),
        "host": host_kind(),
        "root_seed": sweep.seed,
        "sources": model_sources(sweep.model),
        "sweep_text": sweep.text,
        "sweep_hash": hashlib.blake2b(sweep.text.encode(), digest_size=16).hexdigest(),
    }
