"""Progress of runs: a bar with ETA on a terminal and in a notebook, else a line now and then."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from html import escape
from statistics import mean
from types import TracebackType
from typing import Any

from toysim.shown import printable

SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_BARS = 5.0, 0.5
TOLD_APART = 300  # blocks, up to which what is declared of each one counts
PATIENCE = 2.0  # seconds that a call in Python may take in silence


class Left:
    """Time that the blocks left will take: what their model declares, times what blocks done of
    their part took over what was declared of these, compilation apart.

    ``parts``: blocks of each part, and seconds of one, declared. The first that is done, which
    imports, stands aside where there are others. From TOLD_APART blocks on all count alike: those
    done are spread over them.
    """

    def __init__(self, parts: dict[str, tuple[int, float]], workers: int) -> None:
        self._mean = {part: seconds for part, (_, seconds) in parts.items()}
        self._declared = {part: blocks * seconds for part, (blocks, seconds) in parts.items()}
        self._apart = {part: blocks <= TOLD_APART for part, (blocks, _) in parts.items()}
        self._taken: dict[str, list[tuple[float, float]]] = {part: [] for part in parts}
        self._workers = workers

    def done(self, event: dict[str, Any]) -> None:
        """A block was done, here or elsewhere."""
        part = event["side"]
        apart = event["event"] == "block" and self._apart[part]
        declared = event["declared_seconds"] if apart else self._mean[part]
        self._declared[part] = max(0.0, self._declared[part] - declared)
        if event["event"] == "block":
            self._taken[part].append((event["wall_seconds"] - event["compile_seconds"], declared))

    def seconds(self) -> float:
        taken = {part: seconds[1:] or seconds for part, seconds in self._taken.items()}
        work = sum(self._declared[part] * _share(taken[part]) for part in taken)
        done = [seconds for t in taken.values() for seconds, _ in t]
        begun = (self._workers - 1) * mean(done) / 2 if done else 0.0
        return (work - min(begun, work / 2)) / self._workers  # blocks begun are half done


def _share(taken: list[tuple[float, float]]) -> float:
    """What blocks took over what was declared of them."""
    declared = sum(told for _, told in taken)
    return sum(seconds for seconds, _ in taken) / declared if declared else 1.0


class Cell:
    """A bar in a notebook: one output of its cell, renewed in place."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, done: int, total: int, text: str) -> None:
        from IPython.display import display

        bar = f'<progress value="{done}" max="{total}" aria-label="{escape(text)}"></progress>'
        shown = {"text/plain": text, "text/html": f"{bar} {escape(text)}"}
        if self._handle is None:
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)


class Progress:
    """Listens to a runner's events; use as a context manager. Speaks on stderr: results go to
    stdout. ``patience``: seconds before the first word.
    """

    with_bar = True  # on a terminal

    def __init__(self, name: str = "sweep", patience: float = 0.0) -> None:
        self.name = name
        self.patience = patience
        self._bar: Any = None
        self._cell = Cell() if self.with_bar and _in_notebook() else None
        self._task: Any = None
        self._total = self._done = self._failed = 0
        self._left = Left({}, 1)
        self._begin = self._last = time.monotonic()

    def __enter__(self) -> Progress:
        if self.with_bar and _at_terminal():
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
                self._left = Left(event["left"], event["workers"])
            case "block":
                self._failed += event["failed"] + event["timed_out"]
                self._advance(event)
            case "elsewhere":
                self._advance(event)

    def _plan(self, total: int, done: int) -> None:
        self._total, self._done, self._failed = total, done, 0
        self._begin = self._last = time.monotonic()
        if self._bar is not None:
            self._task = self._bar.add_task(
                self.name, total=total, completed=done, note="", left=""
            )
        elif done < total and not self.patience and self._cell is None:
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
        now = time.monotonic()
        note = f"{self._failed} failed" if self._failed else ""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, note=note, left=self._clock(now))
            return
        between = SECONDS_BETWEEN_LINES if self._cell is None else SECONDS_BETWEEN_BARS
        due = now - self._last > between or self._done == self._total
        if due and now - self._begin >= self.patience:
            self._last = now
            told = [f"{self.name}: {self._done} of {self._total} blocks", self._clock(now), note]
            self._tell(", ".join(filter(None, told)))

    def _tell(self, text: str) -> None:
        if self._cell is None:
            line(text)
        else:
            self._cell.show(self._done, self._total, text)

    def _clock(self, now: float) -> str:
        """The time left, or the time it took."""
        if self._done >= self._total:
            return f"{now - self._begin:.1f} s"
        return f"about {self._left.seconds():.0f} s left"


def somebody_watches() -> bool:
    """Whether a call in Python is made at a terminal or in a notebook."""
    return _in_notebook() or _at_terminal()


def _in_notebook() -> bool:
    return "ipykernel" in sys.modules


def _at_terminal() -> bool:
    with suppress(AttributeError, ValueError):  # no stderr, or a closed one
        return sys.stderr.isatty()
    return False


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
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("blocks"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
        TextColumn("{task.fields[note]}"),
    )
    return Bar(*columns, console=Console(stderr=True), transient=transient)


def line(text: str) -> None:
    """A line on stderr. Nobody there to read it, a full disk or a closed stream are no errors: the
    run is worth more.
    """
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(printable(text), file=sys.stderr, flush=True)
