"""Progress of runs: a bar with ETA on a terminal, a line now and then in a file; and a word on
Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

import typer

from toysim.cli.app import INTERRUPTED, INTERRUPTION

SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Listens to a runner's events; use as a context manager. Speaks on stderr: results go to
    stdout.
    """

    def __init__(self, name: str = "sweep") -> None:
        self.name = name
        self._bar: Any = None
        self._task: Any = None
        self._total = self._done = self._before = self._failed = 0
        self._begin = self._last = time.monotonic()
        self._handler: Any = None

    def __enter__(self) -> Progress:
        # A thread may not set handlers; a process told to ignore the signal (nohup) goes on
        # ignoring it.
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """First Ctrl-C: threads finish their blocks, which may take long; second: leave at once,
        losing those only.
        """
        signal.signal(signal.SIGINT, self._leave)
        _line("stopping; threads finish the blocks they are at, Ctrl-C again drops them")
        raise KeyboardInterrupt

    def _leave(self, number: int, frame: FrameType | None) -> None:
        if self._bar is not None:
            self._bar.console.show_cursor()
        _line(INTERRUPTION)
        os._exit(INTERRUPTED)

    def __call__(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "sweep":
                self.name = event["name"]
            case "stage":
                self._say(event["text"])
            case "plan":
                self._plan(event["total"], event["done"])
            case "block":
                self._failed += event["failed"] + event["timed_out"]
                self._advance()
            case "elsewhere":
                self._advance()

    def _plan(self, total: int, done: int) -> None:
        self._total, self._done, self._before, self._failed = total, done, done, 0
        self._begin = self._last = time.monotonic()
        if self._bar is not None:
            self._task = self._bar.add_task(self.name, total=total, completed=done, note="")
        elif done < total:
            _line(f"{self.name}: {total - done} of {total} blocks to do")

    def _say(self, text: str) -> None:
        """What goes on beside the sweeps, so that nothing takes long in silence."""
        if self._bar is not None:
            self._bar.console.print(text)
        else:
            _line(text)

    def _advance(self) -> None:
        self._done += 1
        note = f"{self._failed} failed" if self._failed else ""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, note=note)
            return
        now = time.monotonic()
        if self._done == self._total or now - self._last > SECONDS_BETWEEN_LINES:
            self._last = now
            _line(
                ", ".join(
                    filter(
                        None,
                        [
                            f"{self.name}: {self._done} of {self._total} blocks",
                            self._clock(now),
                            note,
                        ],
                    )
                )
            )

    def _clock(self, now: float) -> str:
        """Time left by the blocks done in this run, or the time it took."""
        spent = now - self._begin
        if self._done == self._total:
            return f"{spent:.1f} s"
        return (
            f"about {spent / (self._done - self._before) * (self._total - self._done):.0f} s left"
        )


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    blocks = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("blocks"),
    )
    clock = (
        TimeElapsedColumn(),
        TextColumn("eta"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    return Bar(*blocks, *clock, console=Console(stderr=True))


def _line(text: str) -> None:
    with suppress(BrokenPipeError):
        typer.echo(text, err=True)
