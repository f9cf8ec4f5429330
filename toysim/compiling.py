"""Seconds that this thread spent on compiling kernels, or waiting for another thread that does."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any


class _Spent(threading.local):
    depth = 0
    since = 0.0
    collecting = False
    seconds = 0.0


_spent = _Spent()


def compile_seconds() -> float:
    """So far; only differences say something."""
    return _spent.seconds


def listen() -> None:
    """Count from here on: Numba tells when its compiler is wanted, and when it is left.

    Meanwhile no garbage is looked for: a compiler drops little of the much it makes until it is
    done, and looking through it again and again was a sixth of the time to compile (measured).
    """
    from numba.core import event

    class Compiler(event.Listener):
        def on_start(self, event: Any) -> None:
            if _spent.depth == 0:
                _spent.since, _spent.collecting = time.perf_counter(), gc.isenabled()
                gc.disable()
            _spent.depth += 1

        def on_end(self, event: Any) -> None:
            _spent.depth -= 1
            if _spent.depth == 0:
                _spent.seconds += time.perf_counter() - _spent.since
                if _spent.collecting:
                    gc.enable()

    event.register("numba:compiler_lock", Compiler())  # type: ignore[no-untyped-call]
