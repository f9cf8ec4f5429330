"""What the claims about learning, forgetting and relaxation come to, measured on the learner's
sweeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import mean_and_error, observable

STANDARD_ERRORS = 3.0
LEARNED = 0.01  # an error below it counts as none
CLOSE = 0.02  # in the error: the size of a plotted point
TENTH = 0.1
# alpha_2 below which overlapping teachers make the first task the better source on the second
FEW = 0.3


def exceeds(high: xr.DataArray, low: xr.DataArray) -> npt.NDArray[np.bool_]:
    """Where the mean of ``high`` is above that of ``low`` by more than three standard errors,
    replica by replica.
    """
    mean, error = mean_and_error(high - low)
    return np.asarray((mean > STANDARD_ERRORS * error).values)


def error_falls(tree: xr.DataTree) -> Evidence:
    """Figure 1a: every course ends near its lowest value, and the ends are ordered with alpha."""
    course = observable(tree, "error_1_course").transpose("data", "replica", "record")
    alpha = course["alpha_1"].values
    end, (mean, error) = course.isel(record=-1), mean_and_error(course.isel(record=-1))
    lowest = course.mean("replica").min("record")
    fell = ((course.isel(record=0) - end).mean("replica") > STANDARD_ERRORS * error).values
    stays = (mean - lowest <= STANDARD_ERRORS * error + 1e-12).values
    ordered = [
        end.isel(data=k).mean("replica") - end.isel(data=k + 1).mean("replica")
        > STANDARD_ERRORS * np.hypot(error[k], error[k + 1])
        for k in range(len(alpha) - 1)
    ]
    return Evidence(
        measured=f"error at the end {listed(mean)} at alpha = {listed(alpha, 1)}; lowest on the "
        f"way {listed(lowest)}",
        expected="falls to a plateau, lower for larger alpha, and to 0 at alpha = 2",
        error=f"standard errors {listed(error)}, {course.sizes['replica']} runs each",
        holds=np.concatenate([fell, stays, np.array(ordered, bool), [float(mean[-1]) < LEARNED]]),
    )


def switch_ordered(tree: xr.DataTree) -> Evidence:
    """Figures 1b and 1c: both errors change after the switch, the more the more patterns task 2
    has.
    """
    first, second = observable(tree, "error_1"), observable(tree, "error_2")
    before = observable(tree, "switch_error_1")
    alpha = first["alpha_2"].values
    holds = [exceeds(first, before)]
    for a, b in pairwise(alpha):
        # Other alpha, other draws: the replicas are not paired, which only widens the difference's
        # error.
        holds.append(np.array([exceeds(first.sel(alpha_2=b), first.sel(alpha_2=a))]))
        holds.append(np.array([exceeds(second.sel(alpha_2=a), second.sel(alpha_2=b))]))
    (mean_1, error_1), (mean_2, error_2) = mean_and_error(first), mean_and_error(second)
    return Evidence(
        measured=f"after task 2 with alpha_2 = {listed(alpha, 0)}: error on task 1 "
        f"{listed(mean_1)} (before: "
        f"{listed(before.mean('replica'))}), on task 2 {listed(mean_2)}",
        expected="task 1 forgotten and task 2 learned, both the more the larger alpha_2",
        error=f"standard errors {listed(error_1)}; {listed(error_2)}",
        holds=np.concatenate(holds),
    )


def more_data_more_forgetting(trees: Iterable[xr.DataTree]) -> Evidence:
    """Errors of task 1 rise and of task 2 fall with alpha_2: at no step the other way, and from end
    to end.
    """
    holds, spans, steps = [], [], 0
    for tree in trees:
        for name, sign in (("error_1", 1.0), ("error_2", -1.0)):
            values = sign * observable(tree, name)
            mean, error = mean_and_error(values)
            change = mean.diff("alpha_2").values
            spread = np.hypot(
                error.isel(alpha_2=slice(1, None)).values,
                error.isel(alpha_2=slice(None, -1)).values,
            )
            holds.append((change >= -STANDARD_ERRORS * spread).ravel())
            holds.append(exceeds(values.isel(alpha_2=-1), values.isel(alpha_2=0)).ravel())
            spans.append(f"{np.abs(mean.isel(alpha_2=-1) - mean.isel(alpha_2=0)).min().item():.3f}")
            steps += change.size
    return Evidence(
        measured=f"{np.concatenate(holds).sum()} of {np.concatenate(holds).size} conditions hold; "
        "smallest change from "
        f"the fewest to the most patterns, sweep by sweep and task by task: {', '.join(spans)}",
        expected="error of task 1 rises and of task 2 falls with alpha_2",
        error=f"{STANDARD_ERRORS:g} standard errors, {steps} steps of alpha_2",
        holds=np.concatenate(holds),
    )


def weak_divergence_is_faster(strong: xr.DataTree, weak: xr.DataTree) -> Evidence:
    """The same draws with gamma = 1 and 0.1, paired replica by replica, at the alpha_2 that both
    sweeps have.
    """
    holds, within, gaps = [], [], []
    for name, sign in (("error_1", 1.0), ("error_2", -1.0)):
        high, low = xr.align(
            sign * observable(weak, name), sign * observable(strong, name), join="inner"
        )
        holds.append(exceeds(high, low).ravel())
        few = (high["alpha_2"] < FEW) & (high["task_overlap"] > 0) & (name == "error_2")
        within.append(
            ~few.broadcast_like(high.isel(replica=0))
            .transpose(*high.isel(replica=0).dims)
            .values.ravel()
        )
        gap = (high - low).mean("replica")
        gaps.append(f"{float(gap.min()):.3f} to {float(gap.max()):.3f}")
        alpha = high["alpha_2"].values
    return Evidence(
        measured=f"at alpha_2 = {listed(alpha, 1)}: more forgotten by {gaps[0]}, better learned "
        f"by {gaps[1]}",
        expected="gamma = 0.1 forgets more and learns better than gamma = 1, at every overlap of "
        "the teachers",
        error=f"each beyond {STANDARD_ERRORS:g} standard errors of the paired difference, "
        f"{high.sizes['replica']} runs each",
        holds=np.concatenate(holds),
        within=np.concatenate(within),
    )


def beside(
    ends: xr.DataArray, exact: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """Descent's mean error less the theory's with its standard error, and the theory, where both
    are known.
    """
    ends, exact = (
        v.assign_coords({x: v[x].values.round(9) for x in ("alpha", "alpha_2") if x in v.dims})
        for v in (ends, exact)
    )
    ends, exact = xr.align(ends, exact, join="inner")
    off, error = mean_and_error(ends - exact)
    return off, error, exact.transpose(*off.dims)


def lies_on_the_theory(ends: xr.DataArray, exact: xr.DataArray) -> Evidence:
    """Errors at descent's end less the theory's, wherever both have the same numbers of
    patterns.
    """
    off, error, _ = beside(ends, exact)
    gap = np.abs(off.values)
    agree = gap <= STANDARD_ERRORS * error.values
    return Evidence(
        measured=f"error less that of the theory {listed(off)} at alpha = "
        f"{listed(off['alpha'], 1)}",
        expected=f"closer than {CLOSE:g}",
        error=f"standard errors {listed(error)}; {agree.sum()} of {agree.size} points within "
        f"{STANDARD_ERRORS:g}",
        holds=gap <= CLOSE,
    )


def foretold_by_the_theory(pairs: Iterable[tuple[str, xr.DataArray, xr.DataArray]]) -> Evidence:
    """Root mean square difference of every panel over the range of its errors."""
    shares, texts, agree = [], [], []
    for word, ends, exact in pairs:
        off, error, theory = beside(ends, exact)
        agree.append((np.abs(off.values) <= STANDARD_ERRORS * error.values).ravel())
        shares.append(float(np.sqrt(np.mean(off.values**2)) / np.ptp(theory.values)))
        texts.append(
            f"{word}: {shares[-1]:.3f} (largest difference {np.abs(off.values).max():.3f})"
        )
    return Evidence(
        measured=f"r.m.s. difference over the range of the theory's errors, {'; '.join(texts)}",
        expected=f"below {TENTH:g}",
        error=f"{np.concatenate(agree).sum()} of {np.concatenate(agree).size} points within "
        f"{STANDARD_ERRORS:g} "
        "standard errors",
        holds=np.array(shares) < TENTH,
    )


def prior_lies_on_the_theory(ends: xr.DataArray, exact: xr.DataArray) -> Evidence:
    """The same for one task learned with a prior, on the low branch and past its end."""
    off, error, low = beside(ends, exact)
    return Evidence(
        measured=f"error less that of the theory {listed(off)} at alpha = "
        f"{listed(off['alpha'], 1)}",
        expected=f"closer than {CLOSE:g}",
        error=f"standard errors {listed(error)}",
        holds=np.abs(off.values) <= CLOSE,
        within=low.values > LEARNED,
    )


def relaxation_peaks(tree: xr.DataTree, low: float, high: float) -> Evidence:
    """Figure 2c: the longest relaxation lies where both branches of the theory coexist, ``low`` to
    ``high``.
    """
    time = observable(tree, "relaxation_time")
    mean, error = mean_and_error(time)
    alpha = time["alpha_1"].values
    peak = int(np.argmax(mean.values))
    outside = [
        mean[k] + STANDARD_ERRORS * np.hypot(error[k], error[peak]) < mean[peak] for k in (0, -1)
    ]
    return Evidence(
        measured=f"relaxation time {listed(mean, 0)} at alpha = {listed(alpha, 1)}; longest at "
        f"{alpha[peak]:g}",
        expected=f"a peak between {low:g} and {high:g}, where the theory has two branches",
        error=f"standard errors {listed(error, 0)}; {int(np.isnan(time).sum())} of {time.size} "
        "runs never relaxed",
        holds=np.array([low <= alpha[peak] <= high, *outside, not np.isnan(time).any()]),
    )
