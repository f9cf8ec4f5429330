"""Progress of runs: a bar with ETA on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Any

SECONDS_BETWEEN_LINES = 5.0
PATIENCE = 2.0  # seconds that a call in Python may take in silence


class Progress:
    """Listens to a runner's events; use as a context manager. Speaks on stderr: results go to
    stdout. ``patience``: seconds before the first word.
    """

    with_bar = True  # on a terminal

    def __init__(self, name: str = "sweep", patience: float = 0.0) -> None:
        self.name = name
        self.patience = patience
        self._bar: Any = None
        self._task: Any = None
        self._total = self._done = self._before = self._failed = 0
        self._begin = self._last = time.monotonic()

    def __enter__(self) -> Progress:
        if self.with_bar and sys.stderr.isatty():
            self._bar = _bar(transient=self.patience > 0.0)
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
        elif done < total and not self.patience:
            line(f"{self.name}: {total - done} of {total} blocks to do")

    def _say(self, text: str) -> None:
        """What goes on beside the sweeps, so that nothing takes long in silence."""
        if self._bar is not None:
            self._bar.console.print(text)
        else:
            line(text)

    def _advance(self) -> None:
        self._done += 1
        note = f"{self._failed} failed" if self._failed else ""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, note=note)
            return
        now = time.monotonic()
        due = now - self._last > SECONDS_BETWEEN_LINES or self._done == self._total
        if due and now - self._begin >= self.patience:
            self._last = now
            told = [f"{self.name}: {self._done} of {self._total} blocks", self._clock(now), note]
            line(", ".join(filter(None, told)))

    def _clock(self, now: float) -> str:
        """Time left by the blocks done in this run, or the time it took."""
        spent = now - self._begin
        if self._done == self._total:
            return f"{spent:.1f} s"
        left = spent / (self._done - self._before) * (self._total - self._done)
        return f"about {left:.0f} s left"


def somebody_watches() -> bool:
    """Whether a call in Python is made at a terminal or in a notebook."""
    return "ipykernel" in sys.modules or sys.stderr.isatty()


def _bar(transient: bool) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("blocks"),
        TimeElapsedColumn(),
        TextColumn("eta"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    return Bar(*columns, console=Console(stderr=True), transient=transient)


def line(text: str) -> None:
    """A line on stderr; nobody there to read it is no error."""
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)
