"""What the claims on learning regimes come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.learning_regimes.reading import (
    SINGULAR_VALUES,
    Array,
    half_times,
    in_threshold_units,
    kernel_change,
    shared_step,
)
from toysim.paper import Evidence, Number, listed
from toysim.papers.reading import observable, parameter

FAR = 10.0  # lambda this much above S is lazy, this much below K0 rich
EDGE = (1.9, 2.0)  # step * sharpness of a run that settled at the edge of stability
FLOW_TOLERANCE = 1e-9  # what the integrator is asked for


def rich_or_lazy(tree: xr.DataTree) -> Evidence:
    """Times to S/2 between bounds of the flow, far from lambda = S on both sides; the kernel at
    rest or not.
    """
    s, start, step = (parameter(tree, n) for n in ("singular_value", "start_strength", "step"))
    far = _far(observable(tree, "half_learning_time"), s, start)
    time, imbalance = far.values, far["layer_offset"].values
    moved = kernel_change(tree).sel(layer_offset=imbalance).values
    lazy = imbalance >= FAR * s
    low, high = np.where(lazy, _lazy_bounds(imbalance, s, start), _rich_bounds(imbalance, s, start))
    still = np.where(lazy, moved <= 2 * (s / np.maximum(imbalance, s)) ** 2, moved > 1)
    at = f"time to S/2 at lambda = {listed(imbalance, 'g')}:"
    return Evidence(
        holds=(time >= low - step) & (time <= high + step) & still,
        numbers=(
            Number(at, time, (low + high) / 2, (high - low) / 2 + step, form=".3f"),
            Number("relative change of the kernel", moved, form=".2g"),
        ),
        criterion="the time lies between bounds of the flow, one step wider; the kernel changes by "
        "less than 2 (S/lambda)^2 if lazy, by more than itself if rich",
    )


def _far(time: xr.DataArray, s: float, start: float) -> xr.DataArray:
    """Where the imbalance is far above S or far below the start."""
    imbalance = time["layer_offset"]
    return time[(imbalance >= FAR * s) | (imbalance <= start / FAR)]


def _lazy_bounds(imbalance: Array, s: float, start: float) -> tuple[Array, Array]:
    """Of the time in dK/dt = sqrt(lambda^2 + 4 K^2) (S - K) up to S/2: there 2 K <= S, so the rate
    lies between lambda and sqrt(lambda^2 + S^2).
    """
    whole = np.log((s - start) / (s / 2))
    return whole / np.hypot(imbalance, s), whole / np.maximum(imbalance, s)


def _rich_bounds(imbalance: Array, s: float, start: float) -> tuple[Array, Array]:
    """Of the same time: 2 K <= sqrt(lambda^2 + 4 K^2) <= 2 K + lambda, so it is the sigmoid's or
    less, and at least ln[(2 K + lambda)/(S - K)] / (2 S + lambda) from K0 to S/2.
    """
    climbed = np.log((s + imbalance) / (s / 2)) - np.log((2 * start + imbalance) / (s - start))
    sigmoid = np.log(s / start - 1) / (2 * s)
    return climbed / (2 * s + imbalance), np.full_like(imbalance, sigmoid)


def one_by_one_or_at_once(tree: xr.DataTree) -> Evidence:
    """Order of the modes' times to S/2 in the balanced network, and their equality far on the lazy
    side.

    Lazy: each mode's rate lies between lambda and sqrt(lambda^2 + S^2), and it starts within K0 or
    so of 0.
    """
    time = observable(tree, "half_learning_time").transpose("balance", "mode")
    step, start = parameter(tree, "step"), parameter(tree, "start_strength")
    one_by_one = np.diff(time.sel(balance=0.0).values) > step
    far = time["balance"] >= FAR * SINGULAR_VALUES.max()
    imbalance = time["balance"].values[far, None]
    low = np.log(2 * (1 - 3 * start)) / np.hypot(imbalance, SINGULAR_VALUES) - step
    high = np.log(2 * (1 + 3 * start)) / imbalance + step
    at_once = (time[far] >= low) & (time[far] <= high)
    limits = zip(time[far], (low + high) / 2, (high - low) / 2, strict=True)
    return Evidence(
        holds=np.concatenate([one_by_one, np.ravel(at_once)]),
        numbers=(
            *(Number(_times_at(t), t, form=".3f") for t in time[~far]),
            *(Number(_times_at(t), t, middle, half, form=".3f") for t, middle, half in limits),
        ),
        criterion="times rise as S falls, by more than a step, at lambda = 0; all lie within "
        "bounds of ln 2 / lambda far above S, a step wider, for starts within "
        f"3 K0 = {3 * start:g} S of 0",
    )


def _times_at(time: xr.DataArray) -> str:
    modes = f"modes S = {listed(SINGULAR_VALUES, 'g')}"
    return f"times to S/2 of {modes} at lambda = {float(time['balance']):g}:"


def deeper_is_slower(tree: xr.DataTree) -> Evidence:
    """Does the time to S/2 grow from each depth to the next, and is it the closed form's?"""
    s = parameter(tree, "singular_value")
    time = observable(tree, "half_learning_time").transpose("start", "depth").values
    depths = [int(d) for d in observable(tree, "depth").values]
    strength = float(observable(tree, "start_strength").values[1])
    form = half_times(strength, s, depths)
    off = np.max(np.abs(time[1] - form))
    within = np.stack([np.ones(len(depths) - 1, bool), np.diff(form) > 0])
    at = f"time to S/2 at depths {listed(depths, 'd')}"
    return Evidence(
        holds=(np.diff(time, axis=1) > 0).ravel(),
        numbers=(
            Number(f"{at} from equal layers:", time[0], form=".4g"),
            Number(f"{at} from equal strength:", time[1], form, form=".4g"),
            Number("largest distance from the closed form", off, 0.0, FLOW_TOLERANCE, form=".1e"),
        ),
        criterion="the time grows with depth from equal layers; from equal strength up to depth "
        f"{depths[int(np.argmax(form))]}; the error is what the integrator is asked for",
        within=within.ravel(),
    )


def large_steps_rebalance(tree: xr.DataTree) -> Evidence:
    """For every stable step: is the weaker share above all below the flow's threshold, and the run
    at the edge?
    """
    s = parameter(tree, "singular_value")
    share = observable(tree, "final_share").isel(pathway=1).transpose("depth", "step")
    edge = observable(tree, "eta_sharpness").transpose("depth", "step").values
    depths, weaker = share["depth"].values, share.values
    even = np.array([float(shared_step(s, int(d))) for d in depths])[:, None]
    stable = share["step"].values < even
    above = in_threshold_units(tree).values > 1
    more = weaker > np.max(weaker, axis=1, where=~above, initial=0.0, keepdims=True)
    holds = (more & (edge > EDGE[0]) & (edge < EDGE[1]))[stable]
    rows = np.arange(len(depths))
    smallest, largest = np.argmin(above, axis=1), stable.sum(axis=1) - 1
    at = f"share of the weaker pathway at depths {listed(depths, 'd')}"
    return Evidence(
        holds=holds,
        numbers=(
            Number(f"{at} and the smallest step:", weaker[rows, smallest], form=".4f"),
            Number(f"{at} and the largest stable step:", weaker[rows, largest], form=".4f"),
            Number("more even at", holds.sum(), form="d", unit=f"of {holds.size} stable steps"),
        ),
        criterion="the share is above all those below the flow's threshold and step * sharpness "
        f"within {EDGE[0]:g} to {EDGE[1]:g}: at every step between the two thresholds, at no other",
        within=(above & (depths > 2)[:, None])[stable],
    )
