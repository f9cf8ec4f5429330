"""How far a store is, from any terminal: its own small files are read, neither zarr nor numpy is
imported.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from toysim.errors import ToysimError
from toysim.model import Side
from toysim.shown import shown
from toysim.store.files import KEY, read_events, read_root
from toysim.store.layout import REFINEMENT, Layout, RefinedRows, Unit

SIDES: tuple[Side, ...] = ("simulation", "theory")
RECENT = 50  # blocks that the rate is taken over


@dataclass(frozen=True)
class Status:
    """Rows done, failed, timed out and left over both sides; rate in rows a second; ETA in seconds,
    None if unknown.
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

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_status(path: str | Path) -> Status:
    """Status of a store, half-written ones included."""
    path = Path(path)
    if not path.exists():
        raise ToysimError(f"no store at {path}; run toysim sweep first, or check the path")
    meta = read_root(path)["attributes"][KEY]
    wanted = _asked(path, meta)
    blocks: dict[Unit, dict[str, Any]] = {}
    run_end = False
    for event in read_events(path):
        if event.get("event") == "block":
            blocks[Unit(event["side"], *event["unit"])] = event
        run_end = event.get("event") == "end"
    done = [key for key in wanted if _state_file(path, key).is_file()]
    events = [blocks[key] for key in done if key in blocks]
    of_sides = [e for e in events if e["side"] != REFINEMENT]
    rate = None if run_end else _rate(events)
    left = len(wanted) - len(done)
    mean_rows = sum(e["rows"] for e in events) / len(events) if events else 0
    failures = [error for event in of_sides for error in event["errors"]]
    return Status(
        path=str(path),
        model=meta["identity"]["model"],
        blocks=len(wanted),
        blocks_done=len(done),
        rows_done=sum(e["rows"] for e in of_sides),
        failed=sum(e["failed"] for e in of_sides),
        timed_out=sum(e["timed_out"] for e in of_sides),
        finished=left == 0,
        rate=rate,
        eta=left * mean_rows / rate if rate and left else None,
        last_errors=[f"{e['message']} at {_short(e['cell'])}" for e in failures[-3:]],
        last_trace=failures[-1].get("trace", "") if failures else "",
    )


def _rate(events: list[dict[str, Any]]) -> float | None:
    recent = sorted(events, key=lambda e: e["time"])[-RECENT:]
    if len(recent) < 2 or recent[-1]["time"] <= recent[0]["time"]:
        return None
    rows: float = sum(e["rows"] for e in recent[1:])
    return rows / float(recent[-1]["time"] - recent[0]["time"])


def _short(cell: dict[str, Any]) -> str:
    return ", ".join(f"{k}={shown(v)}" for k, v in cell.items())


def _asked(path: Path, meta: dict[str, Any]) -> list[Unit]:
    """Every unit asked for."""
    layout = Layout.from_json(meta["layout"])
    paired = (path / "theory" / "replica").is_dir()
    sides: list[Side] = [side for side in SIDES if (path / side).is_dir()]
    rows = RefinedRows.from_json(meta.get(REFINEMENT))
    return [*(u for side in sides for u in layout.units(side, paired)), *rows.units()]


def _state_file(path: Path, unit: Unit) -> Path:
    inner = path / unit.part / "state" / "c" / str(unit.i)
    per_replica = unit.part != REFINEMENT and (path / unit.part / "replica").is_dir()
    return inner / str(unit.j) if per_replica else inner
