"""Means over replicas with their standard errors and the number that entered."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.outcomes import State, Status


def mean_and_error(draws: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean over the replicas that are there (NaN left out) and its standard error, s / sqrt(n) with
    ddof = 1; NaN below two replicas.
    """
    n = draws.count("replica")
    with np.errstate(invalid="ignore", divide="ignore"):
        error = draws.std("replica", ddof=1).where(n > 1) / np.sqrt(n.where(n > 0))
    return draws.mean("replica"), error


@xr.register_dataset_accessor("toysim")  # type: ignore[no-untyped-call]
class Replicas:
    """``ds.toysim.mean()``, ``.sem()``, ``.count()``: over the replicas that ended well."""

    def __init__(self, ds: xr.Dataset) -> None:
        self._ds = ds

    def _ok(self) -> xr.Dataset:
        floats = [n for n, v in self._ds.data_vars.items() if v.dtype.kind == "f"]
        ds = self._ds[floats]
        if "state" in self._ds:
            ds = ds.where(self._ds["state"] == State.OK)
        return ds.where(self._ds["status"] == Status.OK) if "status" in self._ds else ds

    def _spread(self) -> xr.Dataset:
        """The variables that differ between replicas."""
        ok = self._ok()
        return ok[[n for n, v in ok.data_vars.items() if "replica" in v.dims]]

    def mean(self) -> xr.Dataset:
        """Mean over ``replica`` of every floating variable; what failed, ended with another status
        than ok, or is NaN is left out. Coordinates ``count_NAME`` say how many entered.
        """
        if "replica" not in self._ds.dims:
            return self._ok()
        return self._counted(self._ok().mean("replica", keep_attrs=True))

    def sem(self) -> xr.Dataset:
        """Standard error of that mean; NaN below two replicas."""
        if "replica" not in self._ds.dims:
            return self._ok() * np.nan
        errors = {}
        for name, draws in self._spread().data_vars.items():
            errors[name] = mean_and_error(draws)[1].assign_attrs(draws.attrs)
        return self._counted(xr.Dataset(errors))

    def _counted(self, ds: xr.Dataset) -> xr.Dataset:
        return ds.assign_coords({f"count_{n}": v for n, v in self.count().data_vars.items()})

    def count(self) -> xr.Dataset:
        """How many replicas entered the mean."""
        return self._spread().count("replica")
