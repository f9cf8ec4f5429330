"""What the claims about the information plane come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, observable

STARTS = {
    "1e-6": (1e-6, "balanced"),
    "0.001": (1e-3, "balanced"),
    "0.5": (0.5, "balanced"),
    "1.5": (1.5, "balanced"),
    "1.5, zero readout": (1.5, "zero"),
}
KINDS = ("tanh", "linear", "relu")
USUAL = ("1e-6", "0.001", "1.5, zero readout")  # small, or lazy
SEEN = 0.01  # share of I(X;T) lost that is a compression
CLOSE = 0.02  # gap over bound


def of_start(values: xr.DataArray, name: str) -> xr.DataArray:
    """Of a zipped start."""
    strength, readout = STARTS[name]
    at = (values["start_strength"].values == strength) & (values["readout"].values == readout)
    return values.isel(start=int(np.flatnonzero(at)[0]))


def compresses(course: xr.DataTree) -> Evidence:
    """Share of I(X;T) lost from the usual starts; numbers of the others beside."""
    lost = observable(course, "compression")
    shares = {name: float(of_start(lost, name)) for name in STARTS}
    return Evidence(
        [shares[name] > SEEN for name in USUAL],
        tuple(
            Number(f"share lost, start {name}", share, form=".2g") for name, share in shares.items()
        ),
        f"more than {SEEN:g} of the largest I(X;T) lost by the end, from small and lazy starts",
    )


def near_bound(course: xr.DataTree) -> Evidence:
    """Gap to the bound at the end over the bound."""
    gap, most = observable(course, "gap"), observable(course, "bound").isel(record=-1)
    shares = {name: float(of_start(gap, name) / of_start(most, name)) for name in STARTS}
    return Evidence(
        [share < CLOSE for share in shares.values()],
        tuple(
            Number(f"gap over bound, start {name}", share, form=".3f")
            for name, share in shares.items()
        ),
        f"below {CLOSE:g} at the end",
        ["zero" not in name for name in STARTS],
    )


def saturation(unit: xr.DataTree) -> Evidence:
    """Entropy of the bin from weight 0.8 to the largest."""
    mean = observable(unit, "information").mean("replica")
    late = mean.where(mean["weight"] >= 0.8, drop=True)
    falls = {str(f): bool((late.sel(activation=f).diff("weight") < 0.0).all()) for f in KINDS}
    return Evidence(
        list(falls.values()),
        tuple(
            Number(f"nats from weight 0.8 on, {f}", late.sel(activation=f), form=".2f")
            for f in KINDS
        ),
        "falls with every larger weight",
        [f == "tanh" for f in falls],
    )


def large_starts_forget(starts: xr.DataTree) -> Evidence:
    """First change of I(X;T) by the strength of the start."""
    given = observable(starts, "information_input", "theory")
    change = (given.isel(record=1) - given.isel(record=0)).values
    mean = float(landmark("deep_linear.information_plane", "compressing_start"))
    above = given["start_strength"].values > mean
    return Evidence(
        (change < 0.0) == above,
        (
            Number("start", given["start_strength"], form="g"),
            Number("first change of I(X;T), in thousandths of a nat", 1e3 * change, form=".3g"),
            Number("mean strength", mean, form="g"),
        ),
        "negative iff the start is above the mean strength",
    )


def halved_at_the_end(lost: xr.DataArray) -> Any:
    """Compressions of a half."""
    return 0.0 * lost + 0.5


def backwards(information: xr.DataArray) -> Any:
    """Weights from the other end."""
    return information.isel(weight=slice(None, None, -1)).values
