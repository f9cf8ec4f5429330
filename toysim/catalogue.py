"""What there is beside the models: sweeps, papers and figures, as rows of plain data."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from toysim.registry import all_sweeps, load_reproduction, reproduction_names

Rows = list[dict[str, Any]]


def list_sweeps(cost: bool = False) -> Rows:
    """One row a sweep: name, model, question; with ``cost`` its cells, replicas and the seconds on
    one core that its model declares, to a factor of ten.
    """
    return [
        _read(name, path) | (_cost(name) if cost else {}) for name, path in all_sweeps().items()
    ]


def _read(name: str, path: Path) -> dict[str, Any]:
    """As the file says; one that cannot be read is refused when it is used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raw = {}
    return {"name": name, "model": raw.get("model", ""), "question": raw.get("question", "")}


def _cost(name: str) -> dict[str, Any]:
    from toysim.sweep_file import load_sweep

    sweep = load_sweep(name)
    rows = sweep.n_cells * sweep.replicas
    seconds = rows * sweep.seconds_a_row
    return {"cells": sweep.n_cells, "replicas": sweep.replicas, "seconds": seconds}


def list_papers() -> Rows:
    """One row a reproduction: name, what it reproduces, how many sweeps, figures and claims."""
    rows = []
    for found in map(load_reproduction, reproduction_names()):
        counts = {"sweeps": found.sweeps, "figures": found.figures, "claims": found.claims}
        sizes = {kind: len(parts) for kind, parts in counts.items()}
        rows.append({"name": found.name, **sizes, "paper": found.paper, "title": found.title})
    return rows


def list_figures() -> Rows:
    """One row a figure: name, the sweeps it is drawn from, what it shows."""
    return [
        {
            "name": f"{paper.name}.{recipe.name}",
            "sweeps": [paper.full(sweep) for sweep in recipe.sweeps],
            "title": recipe.title,
        }
        for paper in map(load_reproduction, reproduction_names())
        for recipe in paper.figures
    ]
