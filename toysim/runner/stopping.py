"""Stopping at a block's end before a time: no block begins that would not end in time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from toysim.store.layout import Unit


@dataclass
class Stop:
    """Hands units out while there is time for them; hears how long blocks take.

    A unit that is handed out waits behind ``depth - 1`` others of its worker. The longest block so
    far stands for all: before the first one ends, nothing is known and the workers begin.
    """

    seconds: float
    depth: int
    begin: float = field(default_factory=time.monotonic)
    longest: float = 0.0

    def heard(self, seconds: float) -> None:
        self.longest = max(self.longest, seconds)

    def in_time(self, units: Iterable[Unit]) -> Iterator[Unit]:
        """The units that can end before the time, in their order."""
        for unit in units:
            spent = time.monotonic() - self.begin
            if spent + self.depth * self.longest >= self.seconds:
                return
            yield unit
