"""What the claims about concept space come to, measured on the sweeps' data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, observable, parameter

LEARNED = 0.8
SWING = -0.05
LONG = 0.2  # share of the learning time that is a long part of training
LEAD = math.log(4.0) - math.log(0.64 / 0.36)  # of reach before coordinate, times 2 sigma
CLOSE = 0.01  # times are known to within the step, a few parts in a thousand
# Of the sweeps, in their order.
SIGNALS = ((1.0, 0.25), (1.0, 0.5), (1.0, 0.75))
MIXTURES = (1.0, 1.5, 3.0, 4.0, 6.0)
ALL = 1  # place of the cell with all classes; an axis of vectors is sorted


def signal_sets_speed(signals: xr.DataTree) -> Evidence:
    """sigma times the learning time against the logarithm; order of the concepts."""
    times, law = (observable(signals, "learning_time", s) for s in ("simulation", "theory"))
    sigma = np.array(SIGNALS)
    k0 = float(parameter(signals, "start_strength"))
    exact = np.log(LEARNED / (1.0 - LEARNED) * (sigma / k0 - 1.0)) / (2.0 * sigma)
    found = times.transpose(..., "concept").values
    return Evidence(
        (np.abs(found / exact - 1.0) < CLOSE).all(axis=1) & (found[:, 0] < found[:, 1]),
        (
            Number("signal of the weak concept", sigma[:, 1], form="g"),
            Number("learning time, strong and weak", found, exact, form=".3f"),
            Number("the same by the flow", law.transpose(..., "concept"), form=".3f"),
        ),
        "within 1 % of ln[4 (sigma/K0 - 1)]/(2 sigma), and the strong concept first",
    )


def swings(mixture: xr.DataTree) -> Evidence:
    """Lowest weak coordinate and turn, by the weight of class 00."""
    lowest = observable(mixture, "lowest_coordinate").isel(concept=1).values
    turn = observable(mixture, "turn_time").values
    weight = np.array(MIXTURES)
    marks = [
        float(landmark("deep_linear.concepts", "plateau_weak", class_weights=(w, 1.0, 1.0, 0.0)))
        for w in weight
    ]
    return Evidence(
        (lowest < SWING) & np.isfinite(turn),
        (
            Number("weight of class 00", weight, form="g"),
            Number("lowest weak coordinate", lowest, form=".3f"),
            Number("plateau from vanishing starts", marks, form=".3f"),
        ),
        f"below {SWING:g} and back",
        weight < 2.0,
    )


def reach_comes_first(signals: xr.DataTree) -> Evidence:
    """Lead of the reach before the coordinate, against LEAD/(2 sigma)."""
    lead = _lead(signals)
    law = LEAD / (2.0 * np.array(SIGNALS))
    return Evidence(
        (np.abs(lead / law - 1.0) < CLOSE).all(axis=1),
        (Number("lead of the reach, strong and weak", lead, law, form=".4f"),),
        "within 1 % of 0.405465/sigma",
    )


def _lead(signals: xr.DataTree) -> np.ndarray:
    late, early = (observable(signals, n) for n in ("learning_time", "latent_time"))
    return np.asarray((late - early).transpose(..., "concept").values)


def stays_hidden_long(signals: xr.DataTree) -> Evidence:
    """The lead as a share of the learning time."""
    times = observable(signals, "learning_time").transpose(..., "concept").values
    share = _lead(signals) / times
    return Evidence(
        [bool((share > LONG).all())],
        (Number("lead over learning time, strong and weak", share, form=".3f"),),
        f"more than {LONG:g} of the time until the concept is learned",
    )


def vague_prompts(mask: xr.DataTree) -> Evidence:
    """Times by mask where all classes are seen; ends where one is held out."""
    q = observable(mask, "learning_time")["mask"].values
    times = _by_mask(observable(mask, "learning_time"), ALL)
    ends = _by_mask(observable(mask, "coordinate").isel(record=-1), 1 - ALL)
    scaled = times * (1.0 - q)[:, None]
    law = np.array(
        [float(landmark("deep_linear.concepts", "held_out_end", mask=float(m))) for m in q]
    )
    constant = np.abs(scaled / scaled[:1] - 1.0) < CLOSE
    return Evidence(
        constant.all(axis=1) & (np.abs(ends - law[:, None]) < CLOSE).all(axis=1),
        (
            Number("mask", q, form="g"),
            Number("learning time times 1 - q, all classes", scaled, form=".3f"),
            Number("coordinates at the end, one class held out", ends, law[:, None], form=".4f"),
        ),
        "times within 1 % of those without mask over 1 - q; ends within 0.01 of (1+m)/(1+(1-q)m)",
    )


def _by_mask(values: xr.DataArray, place: int) -> np.ndarray:
    at = values.isel(class_weights=place)
    return np.asarray(at.transpose("mask", "concept").values)


def monotone(lowest: xr.DataArray) -> Any:
    """Coordinates that never turn back."""
    return np.maximum(lowest.values, 0.0)


def unscaled(times: xr.DataArray) -> Any:
    """Times that the mask does not change."""
    return times.isel(mask=0).broadcast_like(times).transpose(*times.dims).values
