"""A store's data as one netCDF file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import xarray as xr

from toysim.errors import ToysimError


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
