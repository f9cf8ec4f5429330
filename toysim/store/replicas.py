"""Means over replicas with their standard errors and the number that entered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from toysim.errors import ToysimError, suggest
from toysim.outcomes import State, Status
from toysim.references import loaded
from toysim.store import collapse, moments
from toysim.store.table import tidy

if TYPE_CHECKING:
    import pandas as pd


@xr.register_dataset_accessor("toysim")  # type: ignore[no-untyped-call]
class Replicas:
    """``ds.toysim.mean()``, ``.sem()``, ``.count()`` and what else is asked of replicas: over those
    that ended well.
    """

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
            errors[name] = moments.mean_and_error(draws)[1].assign_attrs(draws.attrs)
        return self._counted(xr.Dataset(errors))

    def _counted(self, ds: xr.Dataset) -> xr.Dataset:
        return ds.assign_coords({f"count_{n}": v for n, v in self.count().data_vars.items()})

    def count(self) -> xr.Dataset:
        """How many replicas entered the mean."""
        return self._spread().count("replica")

    def susceptibility(self, observable: str, size: str) -> xr.Dataset:
        """N times the variance over replicas, N the parameter ``size``: ``value``, jackknife
        ``error``, ``count``.
        """
        return moments.susceptibility(self._draws(observable), self._parameter(size))

    def binder(self, observable: str) -> xr.Dataset:
        """1 - <m^4> / (3 <m^2>^2): ``value``, jackknife ``error``, ``count``; from ten replicas
        on.
        """
        return moments.binder(self._draws(observable))

    def extrapolate(self, observable: str, size: str, power: float, of: str = "mean") -> xr.Dataset:
        """The limit in a + b N^-power along the axis ``size``, weighted by errors. ``of``: what of
        the observable, "mean", "binder" or "susceptibility".
        """
        estimate = self._estimator(of, size)
        return moments.extrapolated(estimate(self._draws(observable)), size, power)

    def crossings(self, observable: str, along: str, size: str, of: str = "mean") -> pd.DataFrame:
        """Where curves of neighbouring sizes cross, with errors; ``of`` as for ``extrapolate``."""
        estimate = self._estimator(of, size)
        return moments.crossings(estimate(self._draws(observable)), along, size)

    def collapse(
        self, observable: str, along: str, size: str, of: str = "mean", **given: float
    ) -> xr.Dataset:
        """Curves of three sizes or more on one, y N^height over (x - critical) N^width: the three
        numbers, fitted where they are not ``given``, with jackknife errors.
        """
        for name in given:
            if name not in collapse.FITTED:
                known = suggest(name, collapse.FITTED)
                raise ToysimError(f"a collapse has no number {name!r}: {known}", name)
        estimate = self._estimator(of, size)
        return collapse.collapse(self._draws(observable), estimate, along, size, given)

    def _estimator(self, of: str, size: str) -> Callable[[xr.DataArray], xr.Dataset]:
        """From draws to ``value``, ``error`` and ``count``."""
        known: dict[str, Callable[[xr.DataArray], xr.Dataset]] = {
            "mean": moments.means,
            "binder": moments.binder,
            "susceptibility": lambda draws: moments.susceptibility(draws, self._parameter(size)),
        }
        if of not in known:
            raise ToysimError(f"of = {of!r}: {suggest(of, known)}", "of")
        return known[of]

    def _draws(self, observable: str) -> xr.DataArray:
        ok = self._ok()
        if observable not in ok:
            known = suggest(observable, map(str, ok.data_vars))
            raise ToysimError(f"no observable {observable!r} there: {known}", "observable")
        values = ok[observable]
        single = [d for d, n in values.sizes.items() if n == 1 and d != "replica"]
        return values.squeeze(single)

    def _parameter(self, name: str) -> xr.DataArray:
        if name in self._ds.coords:
            return self._ds[name].astype(float)
        fixed = {n: v for n, v in self._ds.attrs.items() if isinstance(v, int | float)}
        if name not in fixed:
            known = suggest(name, map(str, [*self._ds.coords, *fixed]))
            raise ToysimError(f"no parameter {name!r} there: {known}", "size")
        return xr.DataArray(float(fixed[name]))


@xr.register_datatree_accessor("toysim")  # type: ignore[no-untyped-call]
class SweepData:
    """The same on a sweep's DataTree, of its simulation; and its comparison, and a flat table."""

    def __init__(self, tree: xr.DataTree) -> None:
        self._tree = tree

    def __getattr__(self, name: str) -> Any:
        """Of the simulation: ``mean``, ``sem``, ``binder``, ..."""
        if name.startswith("_") or "simulation" not in self._tree:
            raise AttributeError(f"no {name!r}; there are those of a Dataset, and to_dataframe")
        return getattr(self._tree["simulation"].to_dataset().toysim, name)

    def explore(self, notebook_url: str | None = None) -> None:
        """``toysim.explore`` of these data, in a notebook."""
        show = loaded("toysim.viewing.notebook:explore")  # that storey stands on this one
        show(self._tree, notebook_url)

    def to_dataframe(self, *observables: str) -> pd.DataFrame:
        """A flat table: a row a cell and replica, theory beside simulation as NAME_theory; by
        default of all observables that are one number.
        """
        return tidy(self._tree, *observables)
