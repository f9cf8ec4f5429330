"""What the claims about repeated data come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.repeated_data.reading import costs, course_of, rises_and_falls
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable

CLEAR = 1.05  # times: how far the worst must stand above both ends


def falling(risk: xr.DataArray) -> Any:
    """Risks sorted along the rows, so that none in the middle stands out."""
    axis = risk.get_axis_num("rows")
    return -np.sort(-risk.values, axis=axis)


def never_rising(risk: xr.DataArray) -> Any:
    """Courses held at their least so far."""
    return np.minimum.accumulate(risk.values, axis=risk.get_axis_num("record"))


def middle_repeats_worst(*trees: xr.DataTree) -> Evidence:
    """Risk over the repeats, large sizes and drawn: its largest against both ends."""
    curves = [costs(tree) for tree in trees]
    names = ("large sizes", "drawn")
    numbers = [
        Number(f"risk over that of fresh rows, {name}, by repeats", curve.risk, form=".3f")
        for name, curve in zip(names, curves, strict=True)
    ]
    repeats = [
        Number(f"worst repeats, {name}", curve.repeats[np.argmax(curve.risk)], form="g")
        for name, curve in zip(names, curves, strict=True)
    ]
    return Evidence(
        [curve.risk.max() > CLEAR * max(curve.risk[0], curve.risk[-1]) for curve in curves],
        (*numbers, *repeats),
        f"the largest risk is above {CLEAR:g} times that of the most and of the fewest repeats",
    )


def worse_than_dropping(repeats: xr.DataTree) -> Evidence:
    """Risk with repeats against the same without these tokens."""
    curve = costs(repeats)
    return Evidence(
        curve.risk > curve.dropped,
        (
            Number("repeats", curve.repeats, form="g"),
            Number("risk over that of fresh rows", curve.risk, curve.dropped, form=".3f"),
        ),
        "risk above that of the fit without the repeated tokens, which is what is expected",
        curve.repeats >= 4.0,
    )


def double_descent_in_time(peak_in_time: xr.DataTree) -> Evidence:
    """Every share and noise: does the risk rise and fall, and is the noise above the law?"""
    law = observable(peak_in_time, "rise_above", "theory")
    found = rises_and_falls(peak_in_time)
    above = (law["label_noise"] > law).transpose(*law.dims)
    risk = course_of(peak_in_time)
    return Evidence(
        found.transpose(*law.dims).values,
        (
            Number("share of repeats", law["fraction"], form="g"),
            Number("law, s^2/W", law.isel(label_noise=0), form=".3f"),
            Number("points tested", risk.size // risk.sizes["record"], form="d"),
        ),
        "a rise and a later fall by more than 1e-6 of the risk",
        above.values,
    )
