"""Where families, sweeps and papers lie: in the package, in the project of the current folder, in
other distributions.

A project is a folder with ``toysim.toml``, found upwards from the current folder as git finds a
repository, or named by ``--project`` (the variable TOYSIM_PROJECT). Its code is loaded when a
command needs models or papers, and nowhere else.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from toysim.errors import ToysimError, suggest

Kind = Literal["models", "sweeps", "figures"]
FILE = "toysim.toml"
VARIABLE = "TOYSIM_PROJECT"
KEYS = ("name",)


@dataclass(frozen=True)
class Place:
    """A folder of families, sweep files or papers, and the package that imports them."""

    folder: Path
    package: str


def project() -> Path | None:
    """The folder of the project that this process works in."""
    named = os.environ.get(VARIABLE)
    if named:
        root = Path(named)
        if not (root / FILE).is_file():
            raise ToysimError(f"no {FILE} in {root}: --project wants a folder that toysim new made")
        return _checked(root.resolve())
    here = Path.cwd()
    found = (folder for folder in (here, *here.parents) if (folder / FILE).is_file())
    root_here = next(found, None)
    return None if root_here is None else _checked(root_here)


def _checked(root: Path) -> Path:
    file = root / FILE
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ToysimError(f"{file}: {error}; a project's file is plain TOML in UTF-8") from None
    for key in told:
        if key not in KEYS:
            raise ToysimError(f"{file}: unknown key {key!r}: {suggest(key, KEYS)}")
    if not isinstance(told.get("name", ""), str):
        raise ToysimError(f"{file}: name = {told['name']!r} must be a text")
    return root


def places(kind: Kind) -> list[Place]:
    """The package's own folder first, then the project's, then those of other distributions."""
    package = f"toysim.{kind}"
    return [
        *(Place(Path(folder), package) for folder in _with_project(package, kind)),
        *(place for entry in _entries(kind) for place in _of(entry)),
    ]


def _with_project(package: str, kind: Kind) -> list[str]:
    """The folders that ``package`` imports from; a project's becomes one of them."""
    path = import_module(package).__path__
    root = project()
    if root is not None and (root / kind).is_dir() and str(root / kind) not in path:
        path.append(str(root / kind))
    return list(path)


def _entries(kind: Kind) -> Iterator[metadata.EntryPoint]:
    """Sweeps and papers of other distributions; their models are objects, not folders."""
    if kind != "models":
        yield from metadata.entry_points(group=f"toysim.{kind}")


def _of(entry: metadata.EntryPoint) -> Iterator[Place]:
    """The folders of an entry point's package, which is not imported."""
    try:
        spec = find_spec(entry.value)
    except ImportError as error:
        raise ToysimError(f"entry point {entry.name} ({entry.value}): {error}") from None
    for folder in (spec and spec.submodule_search_locations) or ():
        yield Place(Path(folder), entry.value)
