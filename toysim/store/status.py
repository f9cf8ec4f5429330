"""How far a store is, from any terminal. What is done and what failed, its states say; the log has
the rate, the last errors, and who is writing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.errors import ToysimError
from toysim.model import Side
from toysim.outcomes import State
from toysim.shown import shown
from toysim.store.alive import alive
from toysim.store.arrays import ChunkedArray
from toysim.store.document import KEY
from toysim.store.homes import Folder
from toysim.store.layout import REFINEMENT, Layout, RefinedRows, Unit
from toysim.store.opening import local

SIDES: tuple[Side, ...] = ("simulation", "theory")
RECENT = 50  # blocks that the rate is taken over

Event = dict[str, Any]


@dataclass(frozen=True)
class Status:
    """Rows done, failed, timed out and left over both sides; rate in rows a second; ETA in seconds,
    None if unknown.

    ``run``: none, running, ended, dead (killed, or its machine went down), or elsewhere: on another
    machine, where nobody can be asked. ``since``: its last sign of life, in seconds since 1970.
    ``left_out``: blocks of theory that this run was told to leave out. ``damaged``: blocks whose
    states cannot be read.
    """

    path: str
    model: str
    blocks: int
    blocks_done: int
    rows_done: int
    failed: int
    timed_out: int
    finished: bool
    rate: float | None
    eta: float | None
    last_errors: list[str] = field(default_factory=list)
    last_trace: str = ""  # of the model's code, where the last error is its own
    run: str = "none"
    since: float | None = None
    left_out: int = 0
    damaged: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_status(path: str | Path) -> Status:
    """Status of a store, half-written ones included."""
    path = local(path)
    if not path.exists():
        raise ToysimError(f"no store at {path}; run toysim sweep first, or check the path")
    states = _States(Folder(path))
    runs = _Runs.of(states.home.events())
    wanted = states.units()
    done = {unit: states.of(unit) for unit in wanted if states.holds(unit)}
    rows = [s for unit, s in done.items() if unit.part != REFINEMENT and s is not None]
    counted = np.bincount(np.concatenate([np.empty(0, np.uint8), *rows]), minlength=5)
    events = [runs.blocks[unit] for unit in done if unit in runs.blocks]
    state, since = runs.state()
    rate = _rate(events) if state in ("running", "elsewhere") else None
    left = [unit for unit in wanted if unit not in done]
    left_out = [unit for unit in left if runs.without_theory() and unit.part != "simulation"]
    mean_rows = sum(e["rows"] for e in events) / len(events) if events else 0
    of_sides = sorted((e for e in events if e["side"] != REFINEMENT), key=lambda e: e["time"])
    failures = [error for event in of_sides for error in event["errors"]]
    return Status(
        path=str(path),
        model=states.meta["identity"]["model"],
        blocks=len(wanted),
        blocks_done=len(done),
        rows_done=sum(map(len, rows)),
        failed=int(counted[State.FAILED]),
        timed_out=int(counted[State.TIMED_OUT]),
        finished=not left,
        rate=rate,
        eta=(len(left) - len(left_out)) * mean_rows / rate if rate and left else None,
        last_errors=[f"{e['message']} at {_short(e.get('cell', {}))}" for e in failures[-3:]],
        last_trace=failures[-1].get("trace", "") if failures else "",
        run=state,
        since=since,
        left_out=len(left_out),
        damaged=sum(s is None for s in done.values()),
    )


class _States:
    """The states of a store's blocks, read without its model."""

    def __init__(self, home: Folder) -> None:
        self.home = home
        root = home.root()
        self.meta = root["attributes"][KEY]
        documents = root["consolidated_metadata"]["metadata"]
        self.layout = Layout.from_json(self.meta["layout"])
        self.rows = RefinedRows.from_json(self.meta.get(REFINEMENT))
        self.arrays = {
            part: ChunkedArray.described(home, f"{part}/state", documents[f"{part}/state"])
            for part in (*SIDES, REFINEMENT)
            if f"{part}/state" in documents
        }

    def units(self) -> list[Unit]:
        """Every unit asked for."""
        found = []
        for side in SIDES:
            if side in self.arrays:
                paired = len(self.arrays[side].shape) > 1
                found += [*self.layout.units(side, paired)]
        return [*found, *self.rows.units()]

    def holds(self, unit: Unit) -> bool:
        array = self.arrays[unit.part]
        return self.home.holds(array.chunk_key((unit.i, unit.j)[: len(array.shape)]))

    def of(self, unit: Unit) -> npt.NDArray[np.uint8] | None:
        """Of the rows of a unit; None where they cannot be read."""
        array = self.arrays[unit.part]
        if unit.part == REFINEMENT:
            region: tuple[slice, ...] = (self.rows.rows(unit.i),)
        else:
            region = (self.layout.rows(0, unit.i), self.layout.rows(1, unit.j))
        try:
            return array[region[: len(array.shape)]].ravel()
        except (OSError, RuntimeError, ValueError):
            return None


@dataclass
class _Runs:
    """What the log tells of runs."""

    begun: dict[str, Event] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    last: dict[str, float] = field(default_factory=dict)  # sign of life
    blocks: dict[Unit, Event] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> _Runs:
        runs = cls()
        for event in events:
            runs.add(event)
        return runs

    def add(self, event: Event) -> None:
        run = event["run"]
        if event["event"] == "run":
            self.begun.pop(run, None)
            self.begun[run] = event
        elif event["event"] == "block":
            self.blocks[Unit(event["side"], *_pair(event["unit"]))] = event
        else:
            self.ended.add(run)
        if "time" in event:
            self.last[run] = event["time"]

    def state(self) -> tuple[str, float | None]:
        """Of the last run that is still going, else of the last one."""
        if not self.begun:
            return "none", None
        going = {run: alive(told) for run, told in self.begun.items() if run not in self.ended}
        living = [run for run, there in going.items() if there]
        run = [*self.begun, *living][-1]
        word = {True: "running", False: "dead", None: "elsewhere"}
        return word[going[run]] if run in going else "ended", self.last.get(run)

    def without_theory(self) -> bool:
        """Whether the last run leaves theory out."""
        return bool(self.begun) and [*self.begun.values()][-1].get("theory") is False


def _pair(unit: list[Any]) -> tuple[Any, Any]:
    """Two numbers, whatever the log says: a unit that is none is nobody's."""
    whole = len(unit) == 2 and all(isinstance(n, int) for n in unit)
    return (unit[0], unit[1]) if whole else (-1, -1)


def _rate(events: list[Event]) -> float | None:
    recent = sorted(events, key=lambda e: e["time"])[-RECENT:]
    if len(recent) < 2 or recent[-1]["time"] <= recent[0]["time"]:
        return None
    rows: float = sum(e["rows"] for e in recent[1:])
    return rows / float(recent[-1]["time"] - recent[0]["time"])


def _short(cell: dict[str, Any]) -> str:
    return ", ".join(f"{k}={shown(v)}" for k, v in cell.items())
