"""The rows there are, found by looking: every file in ``rows`` has ``rows(tiny)``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.bench import Row
from benchmarks.sum_model import announce

FOLDER = Path(__file__).parent / "rows"


def chosen(names: Sequence[str] = (), tiny: bool = False) -> list[Row]:
    """Rows of the families or with the beginnings ``names``; all without a name.

    A name that nothing answers to is refused.
    """
    announce()
    found = [(family, row) for family in families() for row in _rows(family, tiny)]
    for name in names:
        if not any(_answers(name, family, row) for family, row in found):
            raise SystemExit(f"no row {name!r}; families: {', '.join(families())}")
    return [
        row
        for family, row in found
        if not names or any(_answers(name, family, row) for name in names)
    ]


def families() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def _rows(family: str, tiny: bool) -> Iterator[Row]:
    yield from importlib.import_module(f"benchmarks.rows.{family}").rows(tiny)


def _answers(name: str, family: str, row: Row) -> bool:
    return name == family or row.name.startswith(name)
