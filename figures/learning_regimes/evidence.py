"""What the claims on learning regimes come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.models.deep_linear.closed_forms import learning_time, stable_step
from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import observable, parameter

FAR = 10.0  # lambda this much above S is lazy, this much below K0 rich
SINGULAR_VALUES = np.array([4.0, 3.0, 2.0, 1.0])  # of the task of rich_lazy_network.toml
EDGE = (1.9, 2.0)  # step * sharpness of a run that settled at the edge of stability


def rich_or_lazy(tree: xr.DataTree) -> Evidence:
    """Times to S/2 between bounds of dK/dt = sqrt(lambda^2 + 4 K^2) (S - K), far from lambda = S on
    both sides.

    Lazy: 2 K <= S up to S/2, so the rate lies between lambda and sqrt(lambda^2 + S^2).
    Rich: 2 K <= sqrt(lambda^2 + 4 K^2) <= 2 K + lambda, so the time is the sigmoid's or less, and
    at least ln[(2 K + lambda)/(S - K)] / (2 S + lambda) from K0 to S/2.
    """
    s, start, step = (parameter(tree, n) for n in ("singular_value", "start_strength", "step"))
    time = observable(tree, "half_learning_time")
    imbalance = time["layer_offset"].values
    moved = kernel_change(tree).values
    lazy, rich = imbalance >= FAR * s, imbalance <= start / FAR

    whole = np.log((s - start) / (s / 2))
    with np.errstate(divide="ignore"):
        lazy_bounds = whole / np.hypot(imbalance, s), whole / imbalance
    sigmoid = np.full(len(imbalance), np.log(s / start - 1) / (2 * s))
    climbed = np.log((s + imbalance) / (s / 2)) - np.log((2 * start + imbalance) / (s - start))
    low = np.where(lazy, lazy_bounds[0], climbed / (2 * s + imbalance))
    high = np.where(lazy, lazy_bounds[1], sigmoid)
    still = np.where(lazy, moved <= 2 * (s / np.maximum(imbalance, s)) ** 2, moved > 1)
    far = lazy | rich
    holds = ((time.values >= low - step) & (time.values <= high + step) & still)[far]
    return Evidence(
        measured=f"time to S/2 {listed(time.values[far])} at lambda "
        f"{listed(imbalance[far], 'g')}; the kernel changes "
        f"by {listed(moved[far], '.2g')} of itself",
        expected=f"between {listed(low[far])} and {listed(high[far])}; kernel change below 2 "
        "(S/lambda)^2 if lazy, "
        f"above 1 if rich",
        error=f"one step, {step:g}",
        holds=holds,
    )


def one_by_one_or_at_once(tree: xr.DataTree) -> Evidence:
    """Order of the modes' times to S/2 in the balanced network, and their equality far on the lazy
    side.

    Lazy: each mode's rate lies between lambda and sqrt(lambda^2 + S^2), and it starts within K0 or
    so of 0.
    """
    time = observable(tree, "half_learning_time").transpose("balance", "mode")
    strengths = SINGULAR_VALUES
    step, start = parameter(tree, "step"), parameter(tree, "start_strength")
    imbalance = time["balance"].values
    one_by_one = np.diff(time.sel(balance=0.0).values) > step
    far = imbalance[imbalance >= FAR * strengths.max()]
    low = np.log(2 * (1 - 3 * start)) / np.hypot(far[:, None], strengths) - step
    high = np.log(2 * (1 + 3 * start)) / far[:, None] + step
    lazy = time.sel(balance=far).values
    holds = np.concatenate([one_by_one, ((lazy >= low) & (lazy <= high)).ravel()])
    return Evidence(
        measured=f"times to S/2 of modes S = {listed(strengths, 'g')}: "
        + "; ".join(
            f"{listed(t)} at lambda = {x:g}" for x, t in zip(imbalance, time.values, strict=True)
        ),
        expected="rising as S falls at lambda = 0; all within the bounds of ln 2 / lambda far "
        "above S",
        error=f"one step, {step:g}, and starts within 3 K0 = {3 * start:g} S of 0",
        holds=holds,
    )


def kernel_change(tree: xr.DataTree) -> xr.DataArray:
    """Change of the mode's neural tangent kernel w1^2 + w2^2 = sqrt(lambda^2 + 4 K^2) while it is
    learned, relative.
    """
    end = observable(tree, "sharpness")
    start: float = parameter(tree, "start_strength")
    change: xr.DataArray = end / np.hypot(end["layer_offset"], 2 * start) - 1
    return change


def deeper_is_slower(tree: xr.DataTree) -> Evidence:
    """Does the time to S/2 grow from each depth to the next, and is it the closed form's?"""
    s = parameter(tree, "singular_value")
    time = observable(tree, "half_learning_time").transpose("start", "depth").values
    depths = [int(d) for d in observable(tree, "depth").values]
    strength = float(observable(tree, "start_strength").values[1])
    form = np.array([float(learning_time(strength, s / 2, s, d)) for d in depths])
    within = np.stack([np.ones(len(depths) - 1, bool), np.diff(form) > 0])
    off = float(np.max(np.abs(time[1] - form)))
    return Evidence(
        measured=f"depths {listed(depths, 'd')}: {listed(time[0], '.4g')} from equal layers, "
        f"{listed(time[1], '.4g')} from equal strength; the latter off the closed form by "
        f"{off:.1e}",
        expected="growing from equal layers; from equal strength up to depth "
        f"{depths[int(np.argmax(form))]}",
        error="1e-9, what the integrator is asked for",
        holds=(np.diff(time, axis=1) > 0).ravel(),
        within=within.ravel(),
    )


def large_steps_rebalance(tree: xr.DataTree) -> Evidence:
    """For every stable step: is the weaker share above all below the flow's threshold, and the run
    at the edge?
    """
    share = observable(tree, "final_share").isel(pathway=1).transpose("depth", "step")
    edge = observable(tree, "eta_sharpness").transpose("depth", "step").values
    holds, within, measured = [], [], []
    for k, depth in enumerate(share["depth"].values):
        steps, weaker = share["step"].values, share.values[k]
        stable = steps < stable_step(parameter(tree, "singular_value"), int(depth), 2)
        above = in_threshold_units(tree).transpose("depth", "step").values[k] > 1
        more = weaker > np.max(weaker[~above])
        holds.append((more & (edge[k] > EDGE[0]) & (edge[k] < EDGE[1]))[stable])
        within.append((above & (depth > 2))[stable])
        last = np.flatnonzero(stable)[-1]
        measured.append(
            f"depth {depth}: {weaker[~above][0]:.4f} at the smallest step, {weaker[last]:.4f} at "
            "the largest"
        )
    return Evidence(
        measured=f"share of the weaker pathway, {'; '.join(measured)}; more even at "
        f"{np.concatenate(holds).sum()} of {len(np.concatenate(holds))} steps",
        expected="more even at every step between the two thresholds, and at no other",
        error=f"order of the shares; step * sharpness within {EDGE[0]:g} to {EDGE[1]:g}",
        holds=np.concatenate(holds),
        within=np.concatenate(within),
    )


def in_threshold_units(tree: xr.DataTree) -> xr.DataArray:
    """step * sharpness / 2 with the sharpness of gradient flow's end state, over (depth, step)."""
    sharpness = observable(tree, "sharpness", "theory")
    return sharpness * sharpness["step"] / 2
