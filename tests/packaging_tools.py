"""The wheel of the project, made from a copy of its sources."""

import shutil
import subprocess
import sys
from pathlib import Path

import toysim

ROOT = Path(toysim.__file__).parent.parent


def build(source, target):
    """The wheel of a source tree, without network: setuptools is among the test extras."""
    command = [
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(target),
        str(source),
    ]
    subprocess.run([sys.executable, "-m", *command], check=True)
    return next(target.glob("*.whl"))


def copy_of_project(target):
    target.mkdir(exist_ok=True)
    for name in ("toysim", "models", "sweeps", "figures"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target / name)
    return target
