"""One compile policy for every kernel: nogil, cached on disk, IEEE arithmetic, no global side
effect.

Numba's cache looks at a function's own file only: after an edit of a helper in another file it
returned the old number. So the cache folder is named by a hash of all sources; any edit compiles
anew, and once. The folder is set only while a kernel is being decorated, so a user's other Numba
caches stay where they are.
"""

import hashlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs

F = TypeVar("F", bound=Callable[..., Any])

STALE_AFTER_DAYS = 30
# Workers import kernels at the same time; without it one was cached in the working directory
# (seen).
_decorating = threading.Lock()


@cache
def sources_hash(package: str = "toysim") -> str:
    """Hash of every Python source of the engine and its families, and of ``package`` if it is
    another one.
    """
    import toysim.models

    roots = [Path(__file__).parent, *(Path(p) for p in toysim.models.__path__)]
    module = sys.modules.get(package)
    if package != "toysim" and module is not None:
        roots += [Path(p) for p in getattr(module, "__path__", [])] or [Path(str(module.__file__))]
    digest = hashlib.blake2b(digest_size=12)
    for root in roots:
        for path in sorted([root] if root.is_file() else root.rglob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def cache_dir(package: str = "toysim") -> str:
    """Folder of the compiled kernels of these sources: below NUMBA_CACHE_DIR if set, else the
    user's cache.
    """
    base = (
        Path(os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("toysim"))
        / "toysim-kernels"
    )
    folder = base / sources_hash(package)
    if folder.is_dir():
        os.utime(folder)
    else:
        _prune(base)
    return str(folder)


def _prune(base: Path) -> None:
    """Drop compiled kernels of sources that nobody has used for a month."""
    limit = time.time() - STALE_AFTER_DAYS * 86400
    for old in base.glob("*"):
        if old.is_dir() and old.stat().st_mtime < limit:
            shutil.rmtree(old, ignore_errors=True)


def kernel(function: F) -> F:
    """Compile ``function`` on first call, without the interpreter lock, cached on disk across
    processes.

    Kernels must not take or close over functions: those compile anew in every process (measured).
    Division by zero gives inf or nan, as in NumPy; fast-math stays off, so sums keep their order.
    """
    config: Any = numba.config
    folder = cache_dir(function.__module__.partition(".")[0])
    with _decorating:
        previous = config.CACHE_DIR
        config.CACHE_DIR = folder
        try:
            compiled: Any = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
        finally:
            config.CACHE_DIR = previous
    return cast(F, compiled)
