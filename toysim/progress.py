"""Progress of runs: a bar with ETA on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Any

SECONDS_BETWEEN_LINES = 5.0
PATIENCE = 2.0  # seconds that a call in Python may take in silence


class TimeLeft:
    """Seconds left of a run, from what each part's blocks took: compilation, and the first block of
    a part, which imports, stand aside where there are others.
    """

    def __init__(self, left: dict[str, int], workers: int) -> None:
        self.left = dict(left)
        self.workers = workers
        self._seconds: dict[str, list[float]] = {}

    def done(self, event: dict[str, Any]) -> None:
        """A block was done, here or elsewhere."""
        part = event["side"]
        self.left[part] = self.left.get(part, 1) - 1
        if event["event"] == "block":
            net = event["wall_seconds"] - event["compile_seconds"]
            self._seconds.setdefault(part, []).append(net)

    @property
    def seconds(self) -> float | None:
        """None while a part has not shown what it costs."""
        wanted = [part for part, n in self.left.items() if n > 0]
        if not all(part in self._seconds for part in wanted):
            return None
        taken = {part: seconds[1:] or seconds for part, seconds in self._seconds.items()}
        work = sum(self.left[part] * _mean(taken[part]) for part in wanted)
        begun = (self.workers - 1) * _mean([s for seconds in taken.values() for s in seconds]) / 2
        return (work - min(begun, work / 2)) / self.workers  # blocks begun are half done


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


class Progress:
    """Listens to a runner's events; use as a context manager. Speaks on stderr: results go to
    stdout. ``patience``: seconds before the first word.
    """

    def __init__(self, name: str = "sweep", patience: float = 0.0) -> None:
        self.name = name
        self.patience = patience
        self._bar: Any = None
        self._task: Any = None
        self._total = self._done = self._failed = 0
        self._left = TimeLeft({}, 1)
        self._begin = self._last = time.monotonic()

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
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
                self._plan(event)
            case "block":
                self._failed += event["failed"] + event["timed_out"]
                self._advance(event)
            case "elsewhere":
                self._advance(event)

    def _plan(self, event: dict[str, Any]) -> None:
        total, done = event["total"], event["done"]
        self._total, self._done, self._failed = total, done, 0
        self._begin = self._last = time.monotonic()
        self._left = TimeLeft(event["left"], event["workers"])
        if self._bar is not None:
            words = {"note": "", "left": ""}
            self._task = self._bar.add_task(self.name, total=total, completed=done, **words)
        elif done < total and not self.patience:
            line(f"{self.name}: {total - done} of {total} blocks to do")

    def _say(self, text: str) -> None:
        """What goes on beside the sweeps, so that nothing takes long in silence."""
        if self._bar is not None:
            self._bar.console.print(text)
        else:
            line(text)

    def _advance(self, event: dict[str, Any]) -> None:
        self._done += 1
        self._left.done(event)
        note, now = f"{self._failed} failed" if self._failed else "", time.monotonic()
        if self._bar is not None:
            self._bar.update(self._task, advance=1, note=note, left=self._clock(now))
            return
        due = now - self._last > SECONDS_BETWEEN_LINES or self._done == self._total
        if due and now - self._begin >= self.patience:
            self._last = now
            told = [f"{self.name}: {self._done} of {self._total} blocks", self._clock(now), note]
            line(", ".join(filter(None, told)))

    def _clock(self, now: float) -> str:
        """Time left, or the time it took."""
        if self._done == self._total:
            return f"{now - self._begin:.1f} s"
        left = self._left.seconds
        return "" if left is None else f"about {left:.0f} s left"


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
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("blocks"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        TextColumn("{task.fields[note]}"),
    )
    return Bar(*columns, console=Console(stderr=True), transient=transient)


def line(text: str) -> None:
    """A line on stderr; nobody there to read it is no error."""
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)
