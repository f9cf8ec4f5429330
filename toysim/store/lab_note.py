"""A sweep in a few lines for a lab book: what was run, with what, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from toysim.shown import shown
from toysim.store.status import Status, read_status
from toysim.store.store import Store, open_existing

MANY = 6  # values of an axis beyond which its ends and their number stand for it


def lab_note(path: str | Path) -> str:
    """Markdown of a store, finished or not: question, model, axes, fixed values that differ from
    the defaults, seed, rows, time, versions, machine, and the folder.
    """
    store, status = open_existing(path), read_status(path)
    meta, origin = store.meta, store.meta["provenance"]
    lines = {
        "model": f"{store.identity['model']} version {store.identity['version']}",
        "axes": "; ".join(_axes(store)),
        "fixed": _fixed(store),
        "seed": store.identity["seed"],
        "replicas": max(entry["replicas"] for entry in store.layout.requests.values()),
        "rows": _rows(status),
        "kernel time": f"{_kernel_seconds(store):.1f} s",
        "begun": origin["created"],
        "versions": ", ".join(f"{k} {v}" for k, v in origin["versions"].items()),
        "commit": origin["git_commit"] or "none: an installed package",
        "machine": origin["host"],
        "store": str(Path(path).resolve()),
    }
    told = "\n".join(f"- {name}: {value}" for name, value in lines.items())
    return f"### {meta['name']}\n\n{store.attributes['title']}\n\n{told}"


def _axes(store: Store) -> list[str]:
    filled = store.layout.filled(0)
    columns = store.columns(store.sides[0], slice(None))
    return [f"{name} = {_values(columns[name][filled])}" for name in store.axes]


def _values(column: Any) -> str:
    levels = np.unique(column, axis=0)
    if levels.ndim > 1:
        return f"{len(levels)} arrays of {levels[0].shape}"
    if len(levels) <= MANY:
        return ", ".join(map(shown, levels.tolist()))
    return f"{shown(levels[0].item())} to {shown(levels[-1].item())}, {len(levels)} values"


def _fixed(store: Store) -> str:
    """Values that are not the model's defaults."""
    known = store.model.defaults
    own = {n: v for n, v in store.fixed.items() if known.get(n) != v}
    return ", ".join(f"{n} = {shown(v)}" for n, v in own.items()) or "all defaults"


def _rows(status: Status) -> str:
    word = "finished" if status.finished else f"{status.blocks - status.blocks_done} blocks left"
    bad = f"{status.failed} failed, {status.timed_out} timed out"
    return f"{status.rows_done} over both sides, {bad}, {word}"


def _kernel_seconds(store: Store) -> float:
    blocks = (e for e in store.home.events() if e["event"] == "block")
    return sum(e.get("kernel_seconds", 0.0) for e in blocks)
