"""Seconds that this thread spent on compiling kernels, or waiting for another thread that does."""

from __future__ import annotations

import threading
import time
from typing import Any


class _Spent(threading.local):
    depth = 0
    since = 0.0
    seconds = 0.0


_spent = _Spent()


def compile_seconds() -> float:
    """So far; only differences say something."""
    return _spent.seconds


def listen() -> None:
    """Count from here on: Numba tells when its compiler is wanted, and when it is left."""
    from numba.core import event

    class Compiler(event.Listener):
        def on_start(self, event: Any) -> None:
            if _spent.depth == 0:
                _spent.since = time.perf_counter()
            _spent.depth += 1

        def on_end(self, event: Any) -> None:
            _spent.depth -= 1
            if _spent.depth == 0:
                _spent.seconds += time.perf_counter() - _spent.since

    event.register("numba:compiler_lock", Compiler())  # type: ignore[no-untyped-call]
