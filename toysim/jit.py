"""One compile policy for every kernel: nogil, cached on disk, IEEE arithmetic, no side effect.

The cache folder is named by a hash of a family's sources (see ``sources``): an edit compiles that
family anew, and once. It is set only while a kernel is being decorated, so a user's other Numba
caches stay where they are. Where nothing can be written, kernels compile in every process.
"""

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable
from functools import cache, cached_property
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs
from numba.core.registry import CPUDispatcher
from numba.extending import overload
from numba.np import linalg

from toysim import compiling, machine_code
from toysim.sources import KERNELS, sources_hash


def _leave_scipy_for_later() -> None:
    """Numba imports ``scipy.linalg`` (0.15 s) before the first kernel, products or not, to see
    whether its BLAS is there and fits. Kernels with a product ask that again where they compile,
    which they do for every version of SciPy, and import it where they are called.
    """
    asked = linalg.ensure_blas
    linalg.ensure_blas = lambda: None
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = asked


def _say_wrong_sizes_in_short() -> None:
    """A slice set to an array of another size is refused without both shapes in the message: to
    compile what writes them down was 1.7 s for the first such slice of a process (measured).
    """
    arrays: Any = import_module("numba.np.arrayobj")

    def refuse(src_shapes: Any, index_shape: Any) -> None: ...

    overload(refuse)(arrays.ol_raise_with_shape_context_generic)
    arrays.raise_with_shape_context = refuse


_leave_scipy_for_later()
_say_wrong_sizes_in_short()
compiling.listen()
machine_code.make_late()

F = TypeVar("F", bound=Callable[..., Any])

STALE_AFTER_DAYS = 30
# Words of annotations of what a ``borrowing`` kernel may return.
NUMBERS = {"None", "float", "int", "bool", "tuple", "class", "ForwardRef"}
# Workers import kernels at the same time; without it one was cached in the working directory.
_decorating = threading.Lock()


@cache
def cache_dir(hashed: str) -> str | None:
    """Folder of compiled kernels: below NUMBA_CACHE_DIR if set, else the user's cache; None where
    it cannot be written.
    """
    user = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("toysim")
    base = Path(user) / "toysim-kernels"
    folder = base / f"{hashed}-scipy-{metadata.version('scipy')}"
    try:
        if folder.is_dir():
            os.utime(folder)
        else:
            _prune(base)
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _say_once(f"{base} cannot be written ({error.strerror}): kernels compile in every process")
        return None
    return str(folder)


@cache
def _say_once(text: str) -> None:
    print(f"note: {text}; set NUMBA_CACHE_DIR to another folder", file=sys.stderr)


def _prune(base: Path) -> None:
    """Drop compiled kernels of sources that nobody has used for a month."""
    limit = time.time() - STALE_AFTER_DAYS * 86400
    for old in base.glob("*"):
        if old.is_dir() and old.stat().st_mtime < limit:
            shutil.rmtree(old, ignore_errors=True)


def kernel(function: F) -> F:
    """Compile ``function`` on first call, without the interpreter lock, cached across processes.

    Kernels must not take or close over functions: those compile anew in every process (measured).
    Division by zero gives inf or nan, as in NumPy; fast-math stays off, so sums keep their order.
    """
    return _compiled(function, counted=True)


def borrowing(function: F) -> F:
    """A ``kernel`` that makes no array and returns none: what it works on is its caller's.

    So it counts no references. Counting takes two locked operations (10 ns) for every array of a
    tuple that is handed on or read, which was 60 % of the time of kernels that do so in loops
    (measured). Numba refuses one that makes an array; one that may return an array is refused here.
    """
    if not returns_numbers(function):
        raise TypeError(f"{function.__qualname__} may return an array: let it be a kernel")
    return _compiled(function, counted=False)


def returns_numbers(function: Callable[..., Any]) -> bool:
    """Whether it is annotated to return numbers, a tuple of them, named or not, or nothing."""
    returned = function.__annotations__.get("return", "anything")
    named = function.__globals__.get(returned) if isinstance(returned, str) else returned
    parts = getattr(named, "__annotations__", {"all": returned})
    return set(re.findall(r"\w+", " ".join(map(str, parts.values())))) <= NUMBERS


def inlined(function: F) -> F:
    """A ``kernel`` that LLVM puts into those that call it, of any size, so that loops vectorise.

    For functions without branches, of scalars or their caller's arrays; as a ``borrowing`` one they
    make none. Those of more than some 50 operations LLVM leaves out by itself, and calls them
    element by element (7 to 23 times as long, measured).
    """
    return _compiled(function, counted=False, forceinline=True)


class _Kernel(CPUDispatcher):
    """A kernel as Python calls it, kept in ``folder``."""

    folder: str | None

    @cached_property
    def twin(self) -> Any:
        """What kernels call: the same without what unpacks Python's objects, which was half to
        three quarters of the time to compile (measured).
        """
        policy = self.targetoptions | {"no_cpython_wrapper": True}
        return _kept(CPUDispatcher(self.py_func, targetoptions=policy), self.folder, "called")

    @property
    def _numba_type_(self) -> Any:
        return self.twin._numba_type_


def _compiled(function: F, counted: bool, forceinline: bool = False) -> F:
    """``counted``: references to arrays; unless it is said, Numba does as the first caller does."""
    policy: dict[str, Any] = {
        "nopython": True,
        "nogil": True,
        "error_model": "numpy",
        "forceinline": forceinline,
        "_nrt": counted,
        "no_cfunc_wrapper": True,
    }
    config: Any = numba.config
    if config.DISABLE_JIT:
        return function
    compiled = _Kernel(function, targetoptions=policy)
    compiled.folder = cache_dir(sources_hash(function.__module__, KERNELS))
    return cast(F, _kept(compiled, compiled.folder))


def _kept(compiled: CPUDispatcher, folder: str | None, *below: str) -> CPUDispatcher:
    """The same, cached in a folder below ``folder``, where there is one."""
    config: Any = numba.config
    if folder is None:
        return compiled
    with _decorating:
        previous = config.CACHE_DIR
        config.CACHE_DIR = os.path.join(folder, *below)
        try:
            compiled.enable_caching()
        finally:
            config.CACHE_DIR = previous
    return compiled
