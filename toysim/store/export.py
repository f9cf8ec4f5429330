"""A store's data as one netCDF file, or as a flat table."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from toysim.errors import ToysimError
from toysim.store.files import one_line

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv", ".parquet")


def write_netcdf(tree: xr.DataTree, file: Path) -> None:
    """Write beside the place and rename, so that a file of that name is always whole."""
    tree.attrs["Conventions"] = "CF-1.11"
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.touch()  # the system's own word on a place that cannot be written
        tree.to_netcdf(temporary, engine="h5netcdf")
        os.replace(temporary, file)
    except OSError as error:
        raise ToysimError(
            f"cannot write {file}: {error.strerror or error}; give another path"
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_table(table: pd.DataFrame, file: Path) -> None:
    """A flat table, and beside it what its columns mean."""
    labels = file.with_name(f"{file.name}.json")
    with one_line(file, "write"):
        if file.suffix == ".csv":
            table.to_csv(file, index=False)
        else:
            _write_parquet(table, file)
        labels.write_text(json.dumps(table.attrs, indent=2) + "\n", encoding="utf-8")


def _write_parquet(table: pd.DataFrame, file: Path) -> None:
    if find_spec("pyarrow") is None:
        raise ToysimError("FILE.parquet needs pyarrow: pip install 'toysim[parquet]'")
    table.to_parquet(file, index=False)
