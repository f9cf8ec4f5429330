"""Arrays in files beside a sweep file, ``{ npy = "start.npy" }``, ``{ csv = "rates.csv" }``, and
tables of parameter sets.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.errors import ToysimError

Array = npt.NDArray[Any]
KINDS = ("npy", "csv")
LARGEST = 2**28  # bytes of a file


def with_arrays(
    values: Mapping[str, Any], folder: Path, ndims: Mapping[str, int]
) -> dict[str, Any]:
    """The values with named files replaced by what they hold, as nested lists.

    ``ndims``: dimensions that a parameter's array has. A file lies in ``folder`` or below it; data
    only, no pickle. Raises ToysimError with the parameter as its key.
    """
    return {
        name: _read(name, value, folder, ndims.get(name, 1)) if _names_file(value) else value
        for name, value in values.items()
    }


def _names_file(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in KINDS


def _read(name: str, value: Mapping[str, Any], folder: Path, ndim: int) -> Any:
    ((kind, file),) = value.items()
    path = _inside(name, file, folder)
    try:
        array = np.load(path, allow_pickle=False) if kind == "npy" else _csv(path, ndim)
    except (OSError, ValueError, EOFError) as error:
        what = "an array of numbers" if kind == "npy" else "rows of numbers with commas"
        raise ToysimError(f"{name}: {file} is not {what}: {_short(error)}", name) from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise ToysimError(f"{name}: {file} holds no numbers; save a float or integer array", name)
    if array.ndim != ndim:
        raise ToysimError(
            f"{name}: {file} has shape {array.shape}; {name} takes {ndim} dimensions", name
        )
    return array.tolist()


def _csv(path: Path, ndim: int) -> Array:
    return np.loadtxt(path, delimiter=",", ndmin=2 if ndim > 1 else 1, encoding="utf-8")


def _inside(name: str, file: Any, folder: Path) -> Path:
    """The file's path, which must stay in the folder, links followed."""
    if not isinstance(file, str):
        raise ToysimError(f"{name}: {file!r} is no file name", name)
    path, home = (folder / file).resolve(), folder.resolve()
    if not path.is_relative_to(home):
        raise ToysimError(
            f"{name}: {file} lies outside the sweep file's folder; copy it there", name
        )
    if not path.is_file():
        raise ToysimError(f"{name}: no file {file} beside the sweep file; check the name", name)
    if path.stat().st_size > LARGEST:
        raise ToysimError(f"{name}: {file} is larger than {LARGEST >> 20} MiB; take less", name)
    return path


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def sets_of_table(table: Mapping[str, Any], folder: Path) -> dict[str, list[Any]]:
    """Parameter sets by column: lists of one length, or ``csv = "points.csv"``, whose first line
    names the parameters and each other one is a cell.
    """
    if set(table) != {"csv"}:
        return {name: list(v) if isinstance(v, list) else [v] for name, v in table.items()}
    return read_sets(_inside("csv", table["csv"], folder))


def given_sets(sets: Any) -> dict[str, list[Any]]:
    """Parameter sets as Python hands them over: a file's path, a table, or lists by name."""
    if isinstance(sets, str | Path):
        return read_sets(Path(sets))
    columns = sets.to_dict("list") if hasattr(sets, "to_dict") else sets
    if not isinstance(columns, Mapping):
        text = f"sets = {sets!r}: give lists by parameter, a DataFrame, or the path of a CSV file"
        raise ToysimError(text, "sets")
    return {str(n): v.tolist() if hasattr(v, "tolist") else list(v) for n, v in columns.items()}


def read_sets(path: Path) -> dict[str, list[Any]]:
    """A table whose first line names parameters, by column."""
    try:
        head, *rows = [row for row in csv.reader(path.open(encoding="utf-8", newline="")) if row]
    except (OSError, ValueError) as error:
        raise ToysimError(f"sets: {path.name} is no table: {_short(error)}", "csv") from None
    names = [name.strip() for name in head]
    for k, row in enumerate(rows, 2):
        if len(row) != len(names):
            text = f"sets: line {k} of {path.name} has {len(row)} entries for {len(names)} columns"
            raise ToysimError(text, "csv")
    return {n: [_plain(row[k]) for row in rows] for k, n in enumerate(names)}


def _plain(text: str) -> Any:
    """A number, true or false, else the text."""
    word = text.strip()
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(word.lower(), word)
