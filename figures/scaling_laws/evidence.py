"""What the claims about scaling laws come to."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.scaling_laws.reading import excess, slopes
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable, parameter

NEAR = 0.07  # of the exponent
TURNED = 1.05  # times the least loss: a course that ends above has turned up
FLAT = 1.02  # times the least loss: one that ends below has not


def only_falling(loss: xr.DataArray) -> Any:
    """Courses held at their least so far."""
    return np.minimum.accumulate(loss.values, axis=loss.get_axis_num("record"))


def steeper(loss: xr.DataArray) -> Any:
    """Losses above that of most samples made larger at fewer, as by another tenth of a power."""
    end = loss.min("n_samples")
    n = loss["n_samples"]
    return end + (loss - end) * (n / n.max()) ** -0.1


def power_law(kernel: xr.DataTree) -> Evidence:
    """Local exponents of the excess loss against (b - 1)/b."""
    found = slopes(excess(kernel)).transpose("signal_exponent", "n_samples")
    b = found["signal_exponent"]
    law = (-(b - 1.0) / b).broadcast_like(found).transpose(*found.dims)
    return Evidence(
        (abs(found / law - 1.0) <= NEAR).values,
        (
            Number("signal exponent b", b, form="g"),
            Number("exponent of the loss", found, law, NEAR * abs(law)),
        ),
        "local exponents from 300 samples on within 7 % of -(b-1)/b",
    )


def overfitting(epochs: xr.DataTree) -> Evidence:
    """Exact mean course: its end against its least, for one pass and for epochs."""
    mean = observable(epochs, "loss", "theory")
    share = mean.isel(record=-1) / mean.min("record")
    share = share.transpose("fraction", "data_set")
    one_pass, repeated = share.sel(fraction=0.0), share.sel(fraction=1.0)
    course = mean.sel(fraction=1.0).transpose("data_set", "record")
    update = observable(epochs, "update", "theory").sel(fraction=1.0).isel(data_set=0)
    best = update.values[course.argmin("record").values] / parameter(epochs, "n_rows")
    return Evidence(
        np.concatenate([one_pass.values <= FLAT, repeated.values >= TURNED]),
        (
            Number("end over least, one pass", one_pass, form=".3f"),
            Number("end over least, epochs", repeated, form=".3f"),
            Number("least loss in epoch", best, form="g"),
        ),
        f"one pass ends within {FLAT:g} times its least loss, epochs above {TURNED:g} times",
    )
