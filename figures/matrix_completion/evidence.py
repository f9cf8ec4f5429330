"""What the claims on matrix completion come to, measured on the sweeps' data. Damage is as in
``reading.damage``.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.matrix_completion.reading import (
    damage,
    late,
    median,
    observed,
    without_deficit,
)
from toysim.paper import Evidence, Number, listed
from toysim.papers.reading import Flags, parameter

HARM = 0.1  # damage that counts: a tenth of the loss of predicting 0
LEARNED = 0.1  # share of the train loss at the start below which a task counts as learned
DEGREES = 3.0  # observed entries over the target's degrees of freedom r (2N - r)
HALVING = (1.8, 2.2)  # ratio of the errors of a first-order method at one step and at half of it
DRAWS = "no error but the draws themselves; each counts"


def flat(*flags: xr.DataArray) -> Flags:
    """Conditions of any shape, in a row."""
    return np.concatenate([np.ravel(f.values) for f in flags])


def spread(what: str, values: xr.DataArray) -> Number:
    """Smallest, median and largest over the draws."""
    name = f"{what}, least, median and most of {values.sizes['replica']} draws:"
    return Number(name, [values.min(), values.median(), values.max()])


def medians(found: xr.DataArray, along: str) -> Number:
    """Median damage along an axis of the sweep."""
    levels = listed(found[along], "g")
    return Number(f"median damage at {along} {levels}:", median(found).values)


def every_draw_is_hurt(seeds: xr.DataTree) -> Evidence:
    """Damage by the longest deficit in each draw."""
    found, without = late(seeds), without_deficit(seeds)
    return Evidence(
        holds=flat(found > HARM),
        numbers=(spread("damage", found), spread("test loss without deficit", without)),
        criterion=f"damage above {HARM:g} in every draw; {DRAWS}",
    )


def depth_one_is_not(depth: xr.DataTree) -> Evidence:
    """At depth 1 all that the switch leaves is exp(-T/n) of the distance on observed entries."""
    found = damage(depth).sel(depth=1)
    rate = 2.0 * parameter(depth, "duration_after") / parameter(depth, "n_observed")
    # (|M1| + |M|)^2 <= 2 (|M1|^2 + |M|^2), each 1 in the mean over all entries
    bound = 4.0 * np.exp(-rate)
    unchanged = without_deficit(depth).sel(depth=1)
    largest = Number("largest |damage|", abs(found).max(), expected=0.0, error=bound, form=".1e")
    return Evidence(
        holds=flat(abs(found) <= bound),
        numbers=(largest, Number("median test loss", median(unchanged))),
        criterion="0 but for what is not yet learned of the second task, bounded by 4 exp(-2T/n)",
    )


def deeper_is_hurt_more(depth: xr.DataTree) -> Evidence:
    """Median damage at every switch time: does it rise from each depth to the next?"""
    found = median(damage(depth)).isel(switch=slice(1, None)).transpose("switch", "depth")
    left = unlearned(depth).isel(switch=slice(1, None), depth=-1)
    at = f"median damage at depths {listed(found.depth, 'd')}"
    return Evidence(
        holds=flat((found.diff("depth") > 0).all("depth")),
        numbers=(
            *(Number(f"{at}, T_c = {float(s.switch):g}:", s.values) for s in found),
            Number("share of the train loss left to the deepest at each T_c:", left.values),
        ),
        criterion="the median rises from each depth to the next once the deepest network has "
        f"learned its first task to {LEARNED:g} of the train loss",
        within=flat(left < LEARNED),
    )


def unlearned(tree: xr.DataTree) -> xr.DataArray:
    """Train loss on the first data when they are taken away, over that at the start: median (...,
    switch).
    """
    longest = observed(tree, "train_loss").isel(switch=-1, drop=True)
    time = observed(tree, "time").isel(depth=0).values
    switches = observed(tree, "final_test_loss")["switch"]
    nearest = [int(np.argmin(np.abs(time - s))) for s in switches.values]
    at = xr.DataArray(nearest, dims="switch", coords=[switches])
    return median(longest.isel(record=at) / longest.isel(record=0))


def lower_rank_is_harmless(rank: xr.DataTree) -> Evidence:
    """Every draw of every first task whose rank is not that of the second."""
    found, second = late(rank), parameter(rank, "rank")
    low = found.where(found.rank_before < second, drop=True)
    high = found.where(found.rank_before > second, drop=True)
    return Evidence(
        holds=flat(low <= HARM, high > HARM),
        numbers=(
            Number(f"draws of {low.size} damaged by a lower rank:", (low > HARM).sum(), form="d"),
            Number("most by a lower rank", low.max()),
            Number(f"draws of {high.size} damaged by a higher:", (high > HARM).sum(), form="d"),
            medians(found, "rank_before"),
        ),
        criterion=f"damage above {HARM:g} if and only if the first rank is above {second}; {DRAWS}",
    )


def higher_rank_hurts_more(rank: xr.DataTree) -> Evidence:
    """Median damage of each first rank above the second's, against each below it."""
    found, second = median(late(rank)), parameter(rank, "rank")
    low, high = found[found.rank_before < second].values, found[found.rank_before > second].values
    return Evidence(
        holds=(high[:, None] > low[None, :]).ravel(),
        numbers=(medians(late(rank), "rank_before"),),
        criterion="the median after any higher rank is above that after any lower",
    )


def more_entries_heal(entries: xr.DataTree) -> Evidence:
    """For each count of observed entries: is no draw damaged?"""
    found, n, r = late(entries), parameter(entries, "size"), parameter(entries, "rank")
    enough = DEGREES * r * (2 * n - r)
    without = median(without_deficit(entries))
    return Evidence(
        holds=flat((found <= HARM).all("replica")),
        numbers=(
            medians(found, "n_observed"),
            Number("median test loss without deficit there:", without.values),
        ),
        criterion=f"at most {HARM:g} in every draw from {DEGREES:g} r (2N - r) = {enough:g} "
        f"entries on; {DRAWS}",
        within=found["n_observed"].values >= enough,
    )


def subset_hurts(subset: xr.DataTree, subset_depth: xr.DataTree) -> Evidence:
    """Damage by the longest deficit in every draw, above depth 1."""
    by_count, by_depth = late(subset), late(subset_depth).sel(depth=slice(2, None))
    return Evidence(
        holds=flat(by_count > 0, by_depth > 0),
        numbers=(
            medians(by_count, "n_observed"),
            medians(by_depth, "depth"),
            Number("least of all draws", min(float(by_count.min()), float(by_depth.min()))),
        ),
        criterion="damage above 0 in every draw",
    )


def subset_hurts_deeper_more(subset_depth: xr.DataTree) -> Evidence:
    """In every draw: does the damage by the longest deficit rise from each depth to the next?"""
    found = late(subset_depth)
    return Evidence(
        holds=flat(found.diff("depth") > 0),
        numbers=(medians(found, "depth"),),
        criterion="damage rises with depth in every draw",
    )


def every_start_is_hurt(start: xr.DataTree) -> Evidence:
    """Damage by the longest deficit in each draw, at each scale of the start."""
    found, without = late(start), median(without_deficit(start))
    return Evidence(
        holds=flat(found > HARM),
        numbers=(
            medians(found, "start_scale"),
            Number("least of all draws", found.min()),
            Number("median test loss without deficit there:", without.values),
        ),
        criterion=f"damage above {HARM:g} in every draw; {DRAWS}",
    )


def descent_follows_the_flow(analytic: xr.DataTree) -> Evidence:
    """Largest distance of the top singular values from the flow's, at a step and at half of it."""
    theory = observed(analytic, "singular_values", "theory")
    off = abs(observed(analytic, "singular_values") - theory)
    fine, coarse = off.max(["singular", "record", "replica"]).transpose("step", "switch")
    ratio = (coarse / fine.values).values
    low, high = HALVING
    return Evidence(
        holds=(ratio >= low) & (ratio <= high),
        numbers=(
            Number(f"largest |s - s_flow| at step {float(coarse.step):g}:", coarse.values),
            Number(f"largest |s - s_flow| at step {float(fine.step):g}:", fine.values),
            Number("their ratio", ratio, expected=2.0, error=high - 2.0),
            Number("largest singular value", theory.max()),
        ),
        criterion=f"first order in the step: a ratio of 2, between {low} and {high} by what is of "
        "second order",
    )


def decoupled_raises_shallow_rank(decoupled: xr.DataTree) -> Evidence:
    """Change of the effective rank by the longest deficit, at depth 2 and above, every draw."""
    rank = observed(decoupled, "effective_rank").sel(depth=slice(2, None))
    before = rank.isel(switch=0)
    change = rank.isel(switch=-1) - before
    shallow, deep = change.sel(depth=2), change.sel(depth=slice(3, None))
    return Evidence(
        holds=flat(shallow > 1, deep < 1),
        numbers=(
            spread("rise of the effective rank at depth 2", shallow),
            spread("at depth 3", deep),
            Number("median effective rank without deficit, by depth:", median(before).values),
        ),
        criterion=f"by more than 1 at depth 2, by less than 1 above; {DRAWS}",
    )
