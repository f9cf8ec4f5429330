"""The log of a store: runs, blocks with their times, errors. It is for people: what is done, and
what failed, the states say.

Anybody may have written into it, so only lines that look like an event of ours are read.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toysim.store.opening import opened, shared_mode

LOG = "log.jsonl"
LONGEST_LINE = 2**22  # bytes; a block keeps twenty errors with their traces
FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "run": {"run": (str,), "time": (int, float)},
    "block": {
        "run": (str,),
        "side": (str,),
        "unit": (list,),
        "rows": (int,),
        "errors": (list,),
        "time": (int, float),
    },
    "end": {"run": (str,), "seconds": (int, float)},
}


def append_event(path: Path, event: dict[str, Any]) -> None:
    """One line into the log, in one write call, so that several processes may append. A line that a
    full disk tore is ended first: it takes no other with it.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    with opened(path / LOG, flags, shared_mode(path)) as handle:
        size = os.fstat(handle).st_size
        torn = size and os.pread(handle, 1, size - 1) != b"\n"
        line = b"\n" * bool(torn) + (json.dumps(event) + "\n").encode()
        if os.write(handle, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path / LOG))


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """The log's events; what a kill tore or something else wrote is passed over."""
    try:
        with opened(path / LOG, os.O_RDONLY) as handle, open(handle, "rb", closefd=False) as file:
            while line := file.readline(LONGEST_LINE):
                event = _event(line)
                if event is not None:
                    yield event
    except OSError:  # none yet, or nothing that can be read
        return


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _fits(found) else None


def _fits(event: dict[str, Any]) -> bool:
    kind = event.get("event")
    fields = FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None or not all(_of(event.get(name), kinds) for name, kinds in fields.items()):
        return False
    errors = event.get("errors", [])
    return all(isinstance(e, dict) and isinstance(e.get("message"), str) for e in errors) and all(
        isinstance(e.get("cell", {}), dict) and isinstance(e.get("trace", ""), str) for e in errors
    )


def _of(value: Any, kinds: tuple[type, ...]) -> bool:
    """Of one of these kinds; numbers are finite and no larger than times, and true is none."""
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    return not isinstance(value, int | float) or (math.isfinite(value) and abs(value) < 1e11)
