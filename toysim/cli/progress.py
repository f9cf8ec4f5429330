"""Progress of a command, and a word on Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

from toysim import progress
from toysim.cli.app import INTERRUPTED, INTERRUPTION


class Progress(progress.Progress):
    """As in Python, and Ctrl-C is answered while it is open."""

    _handler: Any = None

    def __enter__(self) -> Progress:
        # A thread may not set handlers; a process told to ignore the signal (nohup) goes on
        # ignoring it.
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        super().__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """First Ctrl-C: threads finish their blocks, which may take long; second: leave at once,
        losing those only.
        """
        signal.signal(signal.SIGINT, self._leave)
        progress.line("stopping; threads finish the blocks they are at, Ctrl-C again drops them")
        raise KeyboardInterrupt

    def _leave(self, number: int, frame: FrameType | None) -> None:
        if self._bar is not None:
            self._bar.console.show_cursor()
        progress.line(INTERRUPTION)
        os._exit(INTERRUPTED)


class JsonLines(Progress):
    """Each event as a line of JSON with its time, for programs that watch."""

    with_bar = False

    def __call__(self, event: dict[str, Any]) -> None:
        progress.line(json.dumps({"time": time.time(), "sweep": self.name, **event}))


def listener(name: str, log_json: bool) -> Progress:
    """Who tells of a run: a bar or lines for people, or lines of JSON."""
    return JsonLines(name) if log_json else Progress(name)
