"""Hashes of the sources that numbers come from: a family's folder, and what it shares with others.

Numba's cache looks at a function's own file only: after an edit of a helper in another file it
returned the old number. So kernels are cached, and stores say what they were made by, under a hash
of everything a model may use. Families never import each other, so an edit of one leaves the others
alone.
"""

import hashlib
import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ENGINE = Path(__file__).parent
KERNELS = ("numerics", "jit.py")  # what compiled code may use
NUMBERS = (*KERNELS, "streams.py", "records.py", "scheduled.py", "batch.py")


def family_of(module: str) -> str:
    """The package that a module's family is: ``toysim.models.FAMILY``, or the outermost one."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[:2] == ["toysim", "models"] else 1])


def sources_hash(module: str, shared: tuple[str, ...] = NUMBERS) -> str:
    """Hash of the sources of a module's family and of the engine's modules in ``shared``."""
    return _family_hash(family_of(module), shared)


@cache
def _family_hash(family: str, shared: tuple[str, ...]) -> str:
    return hash_of([*([] if family == "toysim" else _home(family)), *(ENGINE / s for s in shared)])


def source_of(*functions: Any) -> str:
    """Hash of the text of functions that belong to no family; empty where there is no text."""
    try:
        texts = [inspect.getsource(inspect.unwrap(f)) for f in functions if callable(f)]
    except (OSError, TypeError):  # typed at a prompt, or compiled
        return ""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()


def hash_of(places: Iterable[Path]) -> str:
    """Hash of Python files and of folders of them, by name and content."""
    digest = hashlib.blake2b(digest_size=12)
    for path in _files(places):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _home(package: str) -> list[Path]:
    """Folders of a package, or the file of a module; nothing where code has no file."""
    try:
        spec = find_spec(package)
    except ValueError:  # __main__ without a file
        return []
    if spec is None or spec.origin is None:
        return []
    return [Path(p) for p in spec.submodule_search_locations or [spec.origin]]
