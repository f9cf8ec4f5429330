"""What a page says beside claims and figures: comparisons, lacking runs, symbols, origin, cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from toysim.comparison.verdicts import Comparison, ObservableVerdict
from toysim.outcomes import Agreement
from toysim.papers.pictures import MadeFigure
from toysim.papers.site.words import anchor
from toysim.registry import load_model
from toysim.shown import shown

NUMBERS = ("share", "stored", "extrapolated", "theory", "tolerance")
COUNTS = ("decided", "undecided", "outside")

Row = Mapping[str, Any]
Data = Mapping[str, xr.DataTree]


@dataclass(frozen=True)
class Compared:
    """A sweep's simulation held against its theory, as the page shows it."""

    sweep: str
    id: str
    question: str
    beyond: str
    notes: list[str]
    rows: list[Row]
    picture: MadeFigure | None

    @property
    def settled(self) -> bool:
        """Whether nothing differs, but for sweeps that do so on purpose."""
        return bool(self.beyond) or all(row["verdict"] != Agreement.DIFFERS for row in self.rows)


def compared(
    name: str, table: Comparison, tree: xr.DataTree, beyond: str, picture: MadeFigure | None
) -> Compared:
    """``beyond``: why the sweep leaves the theory's range, empty where it does not."""
    told = load_model(tree.attrs["model"]).observables
    meanings = {o.name: o.long_name for o in told}
    rows = [_verdict_row(v, meanings[v.observable]) for v in table]
    question = str(tree.attrs["title"])
    return Compared(name, anchor("compared", name), question, beyond, table.notes, rows, picture)


def _verdict_row(v: ObservableVerdict, meaning: str) -> Row:
    numbers = {column: getattr(v, column) for column in NUMBERS}
    return {
        "observable": v.observable,
        "meaning": meaning,
        "verdict": str(v.verdict),
        "worst": ", ".join(f"{k} = {shown(x)}" for k, x in v.worst.items()),
        **{column: "" if x is None else f"{x:.6g}" for column, x in numbers.items()},
        **{column: str(getattr(v, column)) for column in COUNTS},
    }


def lacking(data: Data) -> list[Row]:
    """The means over replicas that some run did not enter; nothing where all did."""
    return [row for name, tree in data.items() for row in _lacking(name, tree)]


def _lacking(name: str, tree: xr.DataTree) -> Iterator[Row]:
    """Rows of that table. Of a course, a run entered if any of its records did."""
    if "simulation" not in tree or tree["simulation"].sizes.get("replica", 1) == 1:
        return
    simulation = tree["simulation"].to_dataset()
    n, cell = simulation.sizes["replica"], simulation["state"].dims
    for observable, counts in simulation.toysim.count().data_vars.items():
        best = counts.max([d for d in counts.dims if d not in cell])
        short = (best > 0) & (best < n)
        if short.any():
            yield {
                "sweep": name,
                "observable": str(observable),
                "cells": int(short.sum()),
                "fewest": int(best.where(short).min()),
                "of": n,
            }


def symbols(data: Data) -> list[Row]:
    """The models behind a page: equations, parameters and observables, each under its name."""
    return [
        {
            "model": name,
            "title": model.title,
            "equations": model.equations,
            "rows": [*_parameters(model), *_observables(model)],
        }
        for name in sorted({str(tree.attrs["model"]) for tree in data.values()})
        for model in (load_model(name),)
    ]


def _parameters(model: Any) -> Iterator[Row]:
    for p in model.parameters.values():
        symbol = p.symbol if p.symbol != p.name else ""
        yield {"name": p.name, "symbol": symbol, "unit": p.unit, "meaning": p.meaning}


def _observables(model: Any) -> Iterator[Row]:
    for o in model.observables:
        yield {"name": o.name, "symbol": "", "unit": o.unit, "meaning": o.long_name}


def origins(data: Data, stores: Mapping[str, Path], results: Path) -> list[Row]:
    """Where each sweep's numbers come from: its store, seed, versions, machine, time and file."""
    return [_origin(name, tree, stores.get(name), results) for name, tree in data.items()]


def _origin(name: str, tree: xr.DataTree, store: Path | None, results: Path) -> Row:
    attrs: Mapping[Any, Any] = tree.attrs
    versions = ", ".join(f"{k} {v}" for k, v in json.loads(attrs["versions"]).items())
    return {
        "sweep": name,
        "id": anchor("sweep", name),
        "store": store.relative_to(results).as_posix() if store else "",
        "rows": _rows(tree),
        "seconds": float(attrs["wall_seconds"]),
        "text": attrs["sweep_text"],
        "facts": {
            "question": attrs["title"],
            "model": f"{attrs['model']}, version {attrs['model_version']}",
            "seed": attrs["root_seed"],
            "begun": attrs["created"],
            "machine": attrs["host"],
            "versions": versions,
            "code": _commit(attrs["git_commit"]),
        },
    }


def _rows(tree: xr.DataTree) -> int:
    """Rows of simulation, or of theory where it stands alone."""
    side = tree["simulation" if "simulation" in tree else "theory"]
    return int(side["state"].size)


def _commit(commit: str) -> str:
    return f"commit {commit}" if commit else "toysim from an installed package"


def shared(rows: Sequence[Row]) -> Row:
    """The facts that are the same of every sweep of a page: they are told once."""
    first = rows[0]["facts"] if len(rows) > 1 else {}
    return {k: v for k, v in first.items() if all(row["facts"][k] == v for row in rows)}


def cost(rows: Sequence[Row]) -> Row:
    """The sums of a page's sweeps."""
    return {"rows": sum(r["rows"] for r in rows), "seconds": sum(r["seconds"] for r in rows)}
