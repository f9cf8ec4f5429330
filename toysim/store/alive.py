"""Whether the process that began a run is still there, as another process sees it."""

from __future__ import annotations

import hashlib
import os
import uuid
from functools import cache
from pathlib import Path
from typing import Any


def this_process() -> dict[str, Any]:
    """What a run says of itself: where (a digest, not a name), its number and when it began."""
    return {"where": _where(), "pid": os.getpid(), "born": _born(os.getpid())}


def alive(told: dict[str, Any]) -> bool | None:
    """Whether the process that said so runs; None where it is of another machine."""
    if told.get("where") != _where() or not isinstance(told.get("pid"), int):
        return None
    born = _born(told["pid"])
    return born != "" and born == told.get("born")


@cache
def _where() -> str:
    """This boot of this machine and the space that process numbers are of."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink(
            "/proc/self/ns/pid"
        )
    except OSError:  # not Linux
        text = str(uuid.getnode())
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _born(pid: int) -> str:
    """When a process began, in ticks since the boot; empty if there is none, or only its corpse.
    Numbers are used again: the time is not.
    """
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if state in "ZX" else fields[18]
    except FileNotFoundError:
        return "" if Path("/proc/self").exists() else _answers(pid)
    except OSError:
        return ""


def _answers(pid: int) -> str:
    """Without /proc: there or not."""
    try:
        os.kill(pid, 0)
    except OSError:
        return ""
    return "some time"
