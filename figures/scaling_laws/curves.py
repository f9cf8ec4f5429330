"""Claims and the figure on learning curves that are extrapolated."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.paper import Evidence, Number
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter

QUARTER, HALF = 0.24, 0.5  # shares of the data
NEAR = 0.01  # of the loss at the end
ATTAINED = 0.05  # of the loss at the end above the label noise


def prefix(values: xr.DataArray, share: float) -> xr.DataArray:
    """Values of the fit to a share of the data."""
    return values.isel(size=round(share * values.sizes["size"]) - 1)


def named(curves: xr.DataArray) -> list[str]:
    """What tells the curves apart."""
    coordinates = ("regularisation", "penalty", "signal_exponent")
    told = zip(*(curves[name].values for name in coordinates), strict=True)
    return [
        f"b = {b:g}, " + ("best penalty" if how == "best" else f"penalty {penalty:g}")
        for how, penalty, b in told
    ]


def regularised(curves: xr.DataArray) -> xr.DataArray:
    """Which curves have a penalty that is the best at each size, or at least 1."""
    return (curves["regularisation"] == "best") | (curves["penalty"] >= 1.0)


def forecast(tree: xr.DataTree) -> Evidence:
    """The end of the curve, said by the law fitted to a quarter of it."""
    error = prefix(observable(tree, "forecast_error", "theory"), QUARTER)
    level = prefix(observable(tree, "level_reached", "theory"), QUARTER)
    regular = regularised(error)
    return Evidence(
        (abs(error) <= NEAR).values,
        (
            Number("forecast over end, per cent", 100.0 * error, 0.0, 100.0 * NEAR, form=".2f"),
            Number("level reached", level.astype(float), form="g"),
        ),
        f"fits to {QUARTER:.0%} of the data within 1 % of the loss at the end; b, penalty: "
        + "; ".join(named(error)),
        regular.values,
    )


def end_raised(error: xr.DataArray) -> Any:
    """Errors of the same forecasts for an end that is 5 % higher."""
    return (1.0 + error) / 1.05 - 1.0


def limit(tree: xr.DataTree) -> Evidence:
    """The fitted limit, settled at half the data, against the label noise that it should be."""
    fitted, loss = (observable(tree, name, "theory") for name in ("limit", "loss"))
    fitted, loss = (curves[regularised(curves)] for curves in (fitted, loss))
    noise: float = parameter(tree, "label_noise")
    half = round(HALF * fitted.sizes["size"])
    moved = abs(fitted.isel(size=half) / fitted.isel(size=half - 1) - 1.0)
    left = loss.isel(size=-1) - noise
    off = (fitted.isel(size=-1) - noise) / left
    return Evidence(
        (abs(off) <= ATTAINED).values,
        (
            Number("limit", fitted.isel(size=-1), noise, ATTAINED * left, form=".4f"),
            Number("moved by a size at half the data, per cent", 100.0 * moved, form=".3f"),
            Number("limit above the label noise, of the loss that is left", off, form=".2f"),
        ),
        "limit within 5 % of what the last loss is above the label noise; "
        + "; ".join(named(fitted)),
    )


def draw(tree: xr.DataTree) -> Figure:
    """Forecast error and fitted limit over the share of the data that is fitted."""
    figure = new_figure()
    forecasts, limits = figure.subplots(1, 2)
    error, fitted = (observable(tree, n, "theory") for n in ("forecast_error", "limit"))
    level = observable(tree, "level_reached", "theory")
    share = np.arange(1, error.sizes["size"] + 1) / error.sizes["size"]
    for k, name in enumerate(named(error)):
        look, good = {"color": f"C{k}", "gid": f"curve:{k}"}, level.isel(curve=k).values
        misses = 100.0 * abs(error.isel(curve=k).values)
        for axes, y in ((forecasts, misses), (limits, fitted.isel(curve=k).values)):
            fits = np.isfinite(y)
            axes.plot(share[fits], y[fits], "-", lw=1, label=name, **look)
            axes.plot(share[good], y[good], "o", ms=3, **look)
    noise: float = parameter(tree, "label_noise")
    limits.axhline(noise, color="0.4", ls="--", lw=1)
    limits.annotate("label noise", (0.98, noise), (0, -14), textcoords="offset points", ha="right")
    forecasts.set(yscale="log", ylim=(0.02, 200), ylabel="error at the end (%)")
    limits.set(ylim=(-0.25, 0.55), ylabel="fitted limit")
    for axes in (forecasts, limits):
        axes.set(xlabel="share of the data that is fitted")
    forecasts.set_title("Forecast of the end; dots: level reached")
    limits.set_title("Limit; dashed: the true one")
    forecasts.legend()
    return figure
