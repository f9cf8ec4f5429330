"""What the claims on matrix completion come to, measured on the sweeps' data. Damage is as in
``common.damage``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.matrix_completion.common import damage, listed, median, observed
from toysim.papers.claims import Evidence
from toysim.papers.drawing import parameter

Flags = npt.NDArray[np.bool_]

HARM = 0.1  # damage that counts: a tenth of the loss of predicting 0
LEARNED = 0.1  # share of the train loss at the start below which a task counts as learned
DEGREES = 3.0  # observed entries over the target's degrees of freedom r (2N - r)
HALVING = (1.8, 2.2)  # ratio of the errors of a first-order method at one step and at half of it


def evidence(
    holds: Flags, measured: str, expected: str, error: str, within: Flags | None = None
) -> Evidence:
    """Flags of any shape, in a row; without limits everything is within."""
    within = np.ones_like(holds) if within is None else within
    return Evidence(measured, expected, error, holds.ravel(), within.ravel())


def late(tree: xr.DataTree) -> xr.DataArray:
    """Damage by the longest deficit, every draw."""
    return damage(tree).isel(switch=-1)


def spread(values: xr.DataArray) -> str:
    """Smallest, median and largest over the draws."""
    spread = listed([values.min(), values.median(), values.max()])
    return f"{spread} (least, median, most of {values.sizes['replica']})"


def every_draw_is_hurt(seeds: xr.DataTree) -> Evidence:
    """Damage by the longest deficit in each draw."""
    found, without = late(seeds), observed(seeds, "final_test_loss").isel(switch=0)
    return evidence(
        (found > HARM).values,
        f"damage {spread(found)}; test loss without deficit {spread(without)}",
        f"above {HARM:g} in every draw",
        "no error but the draws themselves; each is one flag",
    )


def depth_one_is_not(depth: xr.DataTree) -> Evidence:
    """At depth 1 all that the switch leaves is exp(-T/n) of the distance on observed entries."""
    found = damage(depth).sel(depth=1)
    rate = 2.0 * parameter(depth, "duration_after") / parameter(depth, "n_observed")
    bound = 4.0 * np.exp(
        -rate
    )  # (|M1| + |M|)^2 <= 2 (|M1|^2 + |M|^2), each 1 in the mean over all entries
    unchanged = observed(depth, "final_test_loss").sel(depth=1, switch=0)
    return evidence(
        (abs(found) <= bound).values,
        f"largest |damage| over all switch times and draws {float(abs(found).max()):.1e}, at test "
        "loss "
        f"{listed([median(unchanged)])}",
        "0 but for what is not yet learned of the second task",
        f"bound 4 exp(-2T/n) = {bound:.1e} on that rest",
    )


def deeper_is_hurt_more(depth: xr.DataTree) -> Evidence:
    """Median damage at every switch time: does it rise from each depth to the next?"""
    found = median(damage(depth)).isel(switch=slice(1, None)).transpose("switch", "depth")
    rises = (found.diff("depth") > 0).all("depth")
    left = unlearned(depth).isel(switch=slice(1, None), depth=-1)
    words = [f"T_c = {float(s.switch):g}: {listed(s)}" for s in found]
    return evidence(
        rises.values,
        f"median damage at depths {', '.join(str(int(d)) for d in found.depth)}: "
        f"{'; '.join(words)}",
        f"rising with depth once the deepest network has learned its first task to {LEARNED:g} of "
        "the train loss "
        f"(it has {listed(left)} left)",
        "sign of a difference of medians",
        (left < LEARNED).values,
    )


def unlearned(tree: xr.DataTree) -> xr.DataArray:
    """Train loss on the first data when they are taken away, over that at the start: median, (...,
    switch).
    """
    longest = observed(tree, "train_loss").isel(switch=-1, drop=True)
    time = observed(tree, "time").isel(replica=0).isel({"depth": 0}).values
    switches = observed(tree, "final_test_loss")["switch"]
    at = xr.DataArray(
        [int(np.argmin(np.abs(time - s))) for s in switches.values],
        dims="switch",
        coords=[switches],
    )
    return median(longest.isel(record=at) / longest.isel(record=0))


def lower_rank_is_harmless(rank: xr.DataTree) -> Evidence:
    """Every draw of every first task whose rank is not that of the second."""
    found, second = late(rank), parameter(rank, "rank")
    low, high = (
        found.where(found.rank_before < second, drop=True),
        found.where(found.rank_before > second, drop=True),
    )
    hurt = int((low > HARM).sum())
    return evidence(
        np.concatenate([(low <= HARM).values.ravel(), (high > HARM).values.ravel()]),
        f"{hurt} of {low.size} draws damaged after a lower rank (most {float(low.max()):.2f}), "
        f"{int((high > HARM).sum())} of {high.size} after a higher one; {medians(found)}",
        f"damage above {HARM:g} if and only if the first rank is above {second}",
        "no error but the draws themselves",
    )


def higher_rank_hurts_more(rank: xr.DataTree) -> Evidence:
    """Median damage of each first rank above the second's, against each below it."""
    found, second = median(late(rank)), parameter(rank, "rank")
    low, high = found[found.rank_before < second].values, found[found.rank_before > second].values
    return evidence(
        high[:, None] > low[None, :],
        medians(late(rank)),
        "after any higher rank more than after any lower",
        "sign of a difference of medians",
    )


def medians(found: xr.DataArray) -> str:
    ranks = ", ".join(str(int(r)) for r in found.rank_before)
    return f"median damage {listed(median(found))} at first ranks {ranks}"


def more_entries_heal(entries: xr.DataTree) -> Evidence:
    """For each count of observed entries: is no draw damaged?"""
    found, n, r = late(entries), parameter(entries, "size"), parameter(entries, "rank")
    counts = found["n_observed"].values
    without = median(observed(entries, "final_test_loss").isel(switch=0))
    return evidence(
        (found <= HARM).all("replica").values,
        f"median damage {listed(median(found))} at {', '.join(map(str, counts))} entries, where "
        "without deficit the "
        f"test loss is {listed(without)}",
        f"at most {HARM:g} in every draw from {DEGREES:g} r (2N - r) = "
        f"{DEGREES * r * (2 * n - r):g} entries on",
        "no error but the draws themselves",
        counts >= DEGREES * r * (2 * n - r),
    )


def subset_hurts(subset: xr.DataTree, by_depth: xr.DataTree) -> Evidence:
    """Damage by the longest deficit in every draw, above depth 1."""
    by_count, by_depth_found = late(subset), late(by_depth).sel(depth=slice(2, None))
    return evidence(
        np.concatenate([(by_count > 0).values.ravel(), (by_depth_found > 0).values.ravel()]),
        f"median damage {listed(median(by_count))} for "
        f"{', '.join(map(str, by_count.n_observed.values))} entries in "
        f"the end; {listed(median(by_depth_found))} at depths "
        f"{', '.join(map(str, by_depth_found.depth.values))}; "
        f"least of all draws {min(float(by_count.min()), float(by_depth_found.min())):.3f}",
        "above 0 in every draw",
        "sign of a difference in each draw",
    )


def subset_hurts_deeper_more(by_depth: xr.DataTree) -> Evidence:
    """In every draw: does the damage by the longest deficit rise from each depth to the next?"""
    found = late(by_depth)
    return evidence(
        (found.diff("depth") > 0).values,
        f"median damage {listed(median(found))} at depths "
        f"{', '.join(map(str, found.depth.values))}",
        "rising with depth in every draw",
        "sign of a difference in each draw",
    )


def every_start_is_hurt(start: xr.DataTree) -> Evidence:
    """Damage by the longest deficit in each draw, at each scale of the start."""
    found, without = late(start), median(observed(start, "final_test_loss").isel(switch=0))
    return evidence(
        (found > HARM).values,
        f"median damage {listed(median(found))} at alpha = "
        f"{', '.join(f'{a:g}' for a in found.start_scale.values)}, "
        f"least of all draws {float(found.min()):.2f}; test loss without deficit {listed(without)}",
        f"above {HARM:g} in every draw",
        "no error but the draws themselves",
    )


def descent_follows_the_flow(analytic: xr.DataTree) -> Evidence:
    """Largest distance of the top singular values from the flow's, at a step and at half of it."""
    simulated, theory = (
        observed(analytic, "singular_values", side) for side in ("simulation", "theory")
    )
    off = abs(simulated - theory).max(["singular", "record", "replica"]).transpose("step", "switch")
    fine, coarse = off
    ratio = (coarse / fine.values).values
    return evidence(
        (ratio >= HALVING[0]) & (ratio <= HALVING[1]),
        f"largest |s - s_flow| {listed(coarse)} at step {float(coarse.step):g}, {listed(fine)} at "
        f"{float(fine.step):g} for switches at "
        f"t = {', '.join(f'{t:g}' for t in off.switch.values)}, of singular values up to "
        f"{float(theory.max()):.1f}",
        f"first order in the step: ratio 2 (found {listed(ratio, 2)})",
        f"ratio between {HALVING[0]} and {HALVING[1]}: second order in the step",
    )


def decoupled_raises_shallow_rank(decoupled: xr.DataTree) -> Evidence:
    """Change of the effective rank by the longest deficit, at depth 2 and above, every draw."""
    rank = observed(decoupled, "effective_rank").sel(depth=slice(2, None))
    change = rank.isel(switch=-1) - rank.isel(switch=0)
    shallow, deep = change.sel(depth=2), change.sel(depth=slice(3, None))
    return evidence(
        np.concatenate([(shallow > 1).values.ravel(), (deep < 1).values.ravel()]),
        f"effective rank rises by {spread(shallow)} at depth 2, by {spread(deep)} at depth 3, from "
        f"{listed(median(rank.isel(switch=0)), 2)}",
        "by more than 1 at depth 2, by less than 1 above",
        "no error but the draws themselves",
    )
