"""What the claims about learning, forgetting and relaxation come to, measured on the learner's
sweeps.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.binary_continual_learning.reading import (
    STANDARD_ERRORS,
    beside,
    coexistence,
    exceeds,
    from_zero,
    one_task_ends,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, reached_or_later

LEARNED = 0.01  # an error below it counts as none
CLOSE = 0.02  # in the error: the size of a plotted point
TENTH = 0.1
# alpha_2 below which overlapping teachers make the first task the better source on the second
FEW = 0.3


def error_falls(learning: xr.DataTree) -> Evidence:
    """Figure 1a: every course ends near its lowest value, and the ends are ordered with alpha."""
    course = observable(learning, "error_1_course").transpose("case", "replica", "record")
    end, (mean, error) = course.isel(record=-1), mean_and_error(course.isel(record=-1))
    lowest = course.mean("replica").min("record")
    fell = ((course.isel(record=0) - end).mean("replica") > STANDARD_ERRORS * error).values
    stays = (mean - lowest <= STANDARD_ERRORS * error + 1e-12).values
    gap = np.hypot(error.values[:-1], error.values[1:])
    ordered = -np.diff(mean.values) > STANDARD_ERRORS * gap
    return Evidence(
        holds=np.concatenate([fell, stays, ordered, [float(mean[-1]) < LEARNED]]),
        numbers=(
            Number("alpha =", course["alpha_1"], form="g"),
            Number("error at the end", mean, error=error, form=".3f", draws=course.isel(record=-1)),
            Number("lowest on the way", lowest, form=".3f"),
        ),
        criterion="falls to a plateau, lower for larger alpha, each beyond "
        f"{STANDARD_ERRORS:g} standard errors, and below {LEARNED:g} at the largest alpha",
    )


def switch_ordered(switch: xr.DataTree) -> Evidence:
    """Figures 1b and 1c: both errors change after the switch, the more the more patterns task 2
    has.
    """
    first, second = observable(switch, "error_1"), observable(switch, "error_2")
    before = observable(switch, "switch_error_1")
    holds = [exceeds(first, before)]
    for a, b in pairwise(first["alpha_2"].values):
        # Other alpha, other draws: the replicas are not paired, which only widens the difference's
        # error.
        holds.append(np.array([exceeds(first.sel(alpha_2=b), first.sel(alpha_2=a))]))
        holds.append(np.array([exceeds(second.sel(alpha_2=a), second.sel(alpha_2=b))]))
    (mean_1, error_1), (mean_2, error_2) = mean_and_error(first), mean_and_error(second)
    return Evidence(
        holds=np.concatenate(holds),
        numbers=(
            Number("alpha_2 =", first["alpha_2"], form="g"),
            Number("error on task 1", mean_1, error=error_1, form=".3f", draws=first),
            Number("before the switch", before.mean("replica"), form=".3f", draws=before),
            Number("error on task 2", mean_2, error=error_2, form=".3f", draws=second),
        ),
        criterion="task 1 forgotten and task 2 learned, both the more the larger alpha_2, beyond "
        f"{STANDARD_ERRORS:g} standard errors",
    )


def more_data_more_forgetting(*trees: xr.DataTree) -> Evidence:
    """Errors of task 1 rise and of task 2 fall with alpha_2: at no step the other way, and from end
    to end.
    """
    holds, spans = [], []
    for tree in trees:
        for name, sign in (("error_1", 1.0), ("error_2", -1.0)):
            values = sign * observable(tree, name)
            mean, error = mean_and_error(values)
            last, first = slice(1, None), slice(None, -1)
            spread = np.hypot(error.isel(alpha_2=last).values, error.isel(alpha_2=first).values)
            ends = [values.isel(alpha_2=k) for k in (-1, 0)]
            holds.append((mean.diff("alpha_2").values >= -STANDARD_ERRORS * spread).ravel())
            holds.append(exceeds(*ends).ravel())
            spans.append(np.abs((ends[0] - ends[1]).mean("replica")).min().item())
    return Evidence(
        holds=np.concatenate(holds),
        numbers=(
            Number(
                "smallest change from the fewest to the most patterns, sweep by sweep, task 1 and "
                "task 2",
                spans,
                form=".3f",
            ),
        ),
        criterion="error of task 1 rises and of task 2 falls with alpha_2, from end to end beyond "
        f"{STANDARD_ERRORS:g} standard errors and at no step the other way",
    )


def weak_divergence_is_faster(strong: xr.DataTree, weak: xr.DataTree) -> Evidence:
    """The same draws with gamma = 1 and 0.1, paired replica by replica, at the alpha_2 that both
    sweeps have.
    """
    holds, within, gaps = [], [], []
    for name, sign in (("error_1", 1.0), ("error_2", -1.0)):
        pair = (sign * observable(tree, name) for tree in (weak, strong))
        high, low = xr.align(*pair, join="inner")
        holds.append(exceeds(high, low).ravel())
        few = (high["alpha_2"] < FEW) & (high["task_overlap"] > 0) & (name == "error_2")
        gap = (high - low).mean("replica")
        within.append(~few.broadcast_like(gap).transpose(*gap.dims).values.ravel())
        gaps.append([float(gap.min()), float(gap.max())])
    return Evidence(
        holds=np.concatenate(holds),
        within=np.concatenate(within),
        numbers=(
            Number("alpha_2 =", high["alpha_2"], form="g"),
            Number("more forgotten by, from and to", gaps[0], form=".3f"),
            Number("better learned by, from and to", gaps[1], form=".3f"),
        ),
        criterion="gamma = 0.1 forgets more and learns better than gamma = 1, at every overlap of "
        f"the teachers, beyond {STANDARD_ERRORS:g} standard errors of the paired difference",
    )


def lies_on_the_theory(descent: xr.DataTree, theory: xr.DataTree) -> Evidence:
    """Errors at descent's end less the theory's, wherever both have the same numbers of
    patterns.
    """
    draws, _ = beside(one_task_ends(descent), from_zero(theory, "error"))
    off, error = mean_and_error(draws)
    return Evidence(
        holds=np.abs(off.values) <= CLOSE,
        numbers=(
            Number("alpha =", off["alpha"], form="g"),
            Number("error less that of the theory", off, 0.0, error, form=".3f", draws=draws),
        ),
        criterion=f"closer than {CLOSE:g}; the errors are standard errors",
    )


def prior_lies_on_the_theory(descent: xr.DataTree, theory: xr.DataTree) -> Evidence:
    """The same for one task learned with a prior, on the low branch and past its end."""
    _, low = beside(one_task_ends(descent), from_zero(theory, "error"))
    found = lies_on_the_theory(descent, theory)
    return replace(found, within=low.values > LEARNED)


def foretold_by_the_theory(*trees: xr.DataTree) -> Evidence:
    """Root mean square difference over the range of the theory's errors, task by task, of gamma
    = 1, gamma = 0.1, and gamma = 1 after a prior: three sweeps of descent, then theirs of theory.
    """
    panels = [
        beside(observable(ends, name), from_zero(exact, name))
        for ends, exact in zip(trees[:3], trees[3:], strict=True)
        for name in ("error_1", "error_2")
    ]
    off = [np.abs(draws.mean("replica").values) for draws, _ in panels]
    ranges = [np.ptp(exact.values) for _, exact in panels]
    shares = np.array([np.sqrt(np.mean(d**2)) / span for d, span in zip(off, ranges, strict=True)])
    return Evidence(
        holds=shares < TENTH,
        numbers=(
            Number(
                "r.m.s. difference over the range, tasks 1 and 2 at gamma = 1, at 0.1 and after a "
                "prior",
                shares,
                0.0,
                TENTH,
                form=".3f",
            ),
            Number("largest difference", [d.max() for d in off], form=".3f"),
        ),
        criterion=f"below {TENTH:g} of the range of the theory's errors, in every panel",
    )


def relaxation_peaks(relaxation: xr.DataTree, theory: xr.DataTree) -> Evidence:
    """Figure 2c: the longest relaxation lies where both branches of the theory coexist."""
    time, (low, high) = observable(relaxation, "relaxation_time"), coexistence(theory)
    late, alpha = reached_or_later(time).transpose("alpha_1", "replica"), time["alpha_1"].values
    median = late.median("replica").values
    peak = int(np.argmax(median))
    outside = [later(late[peak].values, late[k].values) for k in (0, -1)]
    return Evidence(
        holds=np.array([low <= alpha[peak] <= high, *(z > STANDARD_ERRORS for z in outside)]),
        numbers=(
            Number("alpha =", alpha, form="g"),
            Number("median relaxation time", median, unit="epochs", form=".0f", draws=time),
            Number("longest at alpha =", alpha[peak], form="g"),
            Number("two branches from and to alpha =", [low, high], form="g"),
            Number("later than at both ends by", outside, unit="standard errors of ranks"),
        ),
        criterion="the largest median where the theory has two branches, its runs later than those "
        f"at both ends of the sweep by {STANDARD_ERRORS:g} standard errors of Mann and Whitney's "
        "ranks; a run that never relaxes is later than any",
    )


def later(late: npt.NDArray[np.float64], early: npt.NDArray[np.float64]) -> float:
    """Mann and Whitney's number of pairs in this order (ties half) less half of all, over its
    standard error without a difference, sqrt(n m (n + m + 1) / 12). Times may be infinite.
    """
    n, m = len(late), len(early)
    ahead, behind = late[:, None] > early, late[:, None] < early
    return float((ahead.sum() - behind.sum()) / 2 / np.sqrt(n * m * (n + m + 1) / 12))
