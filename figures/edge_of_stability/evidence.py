"""What the claims about the edge of stability come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.edge_of_stability.reading import (
    KINDS,
    catapult_range,
    distinct,
    finished,
    gaps,
    over,
    stability_limits,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter

AT_THE_EDGE = 0.05  # sharpness within 5 % of 2/eta
CHANGED = 0.05  # share of the start's kernel that a lazy run may lose at this width
LASTING = 0.2  # smallest residual that the oscillation assumption allows


def thresholds(bifurcation: xr.DataTree) -> Evidence:
    """Number of points on the attractor, gamma by gamma, against the closed forms' 1, 2, more."""
    count = distinct(observable(bifurcation, "strong_samples"))
    gamma = observable(bifurcation, "gamma").values
    fit, orbit, _ = map(float, stability_limits())
    expected = np.select([gamma < fit, gamma < orbit], [1, 2], 3)
    spacing = gamma[1] - gamma[0]
    split, doubled = gamma[np.argmax(count > 1)], gamma[np.argmax(count > 2)]
    return Evidence(
        np.where(expected == 3, count > 2, count == expected),
        (
            Number("two points from gamma =", split, fit, spacing, form=".7g"),
            Number("more from gamma =", doubled, orbit, spacing, form=".7g"),
        ),
        "as many points as expected at every gamma, told apart to six decimals; errors: spacing of "
        "the grid",
    )


def chaos(bifurcation: xr.DataTree) -> Evidence:
    """Lyapunov exponents: none positive below the threshold, most of them above (periodic windows
    lie dense there).
    """
    exponent = observable(bifurcation, "lyapunov").values
    gamma = observable(bifurcation, "gamma").values
    begins = float(stability_limits()[-1])
    below, above = exponent[gamma < begins], exponent[gamma > begins]
    first, spacing = gamma[np.argmax(exponent > 0)], gamma[1] - gamma[0]
    return Evidence(
        np.append(below < 0, np.mean(above > 0) > 0.5),
        (
            Number("largest exponent below the threshold", below.max(), form=".2g"),
            Number("first positive one at gamma =", first, begins, spacing, form=".7g"),
            Number("share of positive ones above", np.mean(above > 0)),
        ),
        "negative below the threshold, where the doublings accumulate, and mostly positive above; "
        "error: spacing of the grid",
    )


def weak_feature_learned(weak_feature: xr.DataTree) -> Evidence:
    """V at the end: at V* or above for gamma > 1, at its start's size below."""
    end = observable(weak_feature, "final_weak")
    limit = observable(weak_feature, "weak_limit", "theory")
    start = parameter(weak_feature, "weak_start")
    large = (end["gamma"] > 1).values
    small, reached = end.values[~large] / start, (end / limit).values[large]
    expected = 1 + parameter(weak_feature, "weak_ratio") / 4
    off = abs(end / observable(weak_feature, "final_weak", "theory") - 1).values[large]
    extremes, error = [reached.min(), reached.max()], off.max() * expected
    of_large = "least and largest V / V* of large steps"
    return Evidence(
        np.where(large, end >= limit, end < 2 * start),
        (
            Number("largest V / V0 of small steps", small.max(), form=".3f"),
            Number(of_large, extremes, expected, error, form=".6f"),
        ),
        "V below 2 V0 for gamma < 1, at least V* = (gamma - 1)/(gamma (1 - r)) beyond; expected: "
        "1 + r/4; error: largest distance from it, of order r^2",
    )


def oscillation_lasts(course: xr.DataTree) -> Evidence:
    """Largest |e| over the last tenth of the run, per gamma > 1."""
    residual = abs(1 - observable(course, "strong") - observable(course, "weak"))
    residual = residual.sel(gamma=residual["gamma"] > 1)
    last_tenth = slice(-residual.sizes["record"] // 10, None)
    late = residual.isel(record=last_tenth).max("record").values
    early = residual.isel(record=slice(200, 1000)).max("record").values
    return Evidence(
        late >= LASTING,
        (
            Number("gamma", residual["gamma"], form="g"),
            Number("largest early |e|", early, form=".3f"),
            Number("largest late |e|", late, LASTING, form=".6f"),
        ),
        f"late |e| >= {LASTING:g}; early: updates 200 to 1000, late: the last tenth of "
        f"{parameter(course, 'n_steps')}; one course each, without noise",
    )


def settles_at_the_edge(*trees: xr.DataTree) -> Evidence:
    """All steps at which the flow's minimum would be unstable: is eta * sharpness / 2 one at the
    end?
    """
    shares = [observable(tree, "edge_share").values[over(tree)] for tree in trees]
    within = [np.full(len(share), k != "quadratic") for k, share in zip(KINDS, shares, strict=True)]
    names = [f"eta * sharpness / 2 of the {kind} loss, least and largest" for kind in KINDS]
    ranges = [
        Number(name, [share.min(), share.max()], 1.0, AT_THE_EDGE, form=".4f")
        for name, share in zip(names, shares, strict=True)
    ]
    return Evidence(
        np.abs(np.concatenate(shares) - 1) <= AT_THE_EDGE,
        (*ranges, Number("steps tested", [len(share) for share in shares], form="d")),
        "at the end, 1 within the error; descent without noise, rounding grows by less than 1e5",
        np.concatenate(within),
    )


def catapult_bounds(catapult: xr.DataTree, widths: xr.DataTree) -> Evidence:
    """Regime by regime, every draw: kernel kept, kernel lowered to below 2/eta, divergence; peak
    against width.
    """
    end, ok = observable(catapult, "final_eta_kernel"), finished(catapult)
    start = end["start_eta_kernel"]
    begins, diverges = map(float, catapult_range())
    lazy, beyond = start < begins, start > diverges
    middle = (start > begins) & (start < diverges)
    kept = (end > (1 - CHANGED) * start) & ok
    lowered = (end < begins) & ok
    holds = kept.where(lazy, lowered.where(middle, ~ok)).all("replica").values
    peak = observable(widths, "peak_loss")
    growth = _growth(peak)
    diverged = 100 * float((~ok).where(beyond).mean())
    return Evidence(
        np.append(holds, (abs(growth - 1) < 0.2).values),
        (
            Number("lazy: kernel kept to", 100 * (end / start).where(lazy).min(), unit="%"),
            Number("catapult: largest final eta lambda", end.where(middle).max(), form=".3f"),
            Number("diverged above 4:", diverged, 100, unit="%"),
            Number("widths", [peak["width"][0], peak["width"][-1]], form="d"),
            Number("change of peak loss over width", growth, 1.0, 0.2, form=".3f"),
        ),
        f"all draws: kernel kept to {100 * (1 - CHANGED):g} %, or below 2/eta, or diverged; peak "
        f"loss of the order of the width within the error; {ok.sizes['replica']} draws at width "
        f"{parameter(catapult, 'width')}, thresholds up to 1/n",
    )


def _growth(peak: xr.DataArray) -> xr.DataArray:
    """How many times more than the width the mean peak loss grows, above eta lambda = 2."""
    ends = peak.mean("replica").sel(start_eta_kernel=[2.5, 3.5]).isel(width=[0, -1])
    per_width = ends / ends["width"]
    return per_width.isel(width=-1) / per_width.isel(width=0)


def opposite_trends(stochastic: xr.DataTree, full: xr.DataTree) -> Evidence:
    """Change of the l1 norm from each learning rate to the next, paired over the data sets."""
    falls, of_stochastic = _trend(observable(stochastic, "final_l1_norm"), -1, "SGD")
    rises, of_full = _trend(observable(full, "final_l1_norm"), 1, "full batch")
    return Evidence(
        np.concatenate([falls, rises]),
        (*of_stochastic, *of_full),
        "falls with eta for SGD, rises for full-batch descent, by more than 3 standard errors of "
        "the paired change from each rate to the next; errors: one standard error",
    )


def _trend(norm: xr.DataArray, sign: int, name: str) -> tuple[xr.DataArray, tuple[Number, ...]]:
    """Where the norm changes by the sign from one rate to the next, and by how much."""
    changes = norm.diff("learning_rate")
    change, error = mean_and_error(changes)
    return sign * change > 3 * error, (
        Number(f"learning rates of {name}", norm["learning_rate"], form="g"),
        Number(f"mean l1 norm of {name}", norm.mean("replica"), form=".3f", draws=norm),
        Number(f"changes of {name}", change, error=error, form=".3f", draws=changes),
    )


def wsd_beats_cosine(schedules: xr.DataTree) -> Evidence:
    """Final loss of wsd against cosine at its peak rate, and at the same sum of rates."""
    found = list(gaps(schedules))
    numbers = [
        Number(gap.name, gap.mean, gap.exact, gap.error, form=".4f", draws=gap.draws)
        for gap in found
    ]
    loss = observable(schedules, "final_loss")
    return Evidence(
        np.concatenate([gap.mean < 0 for gap in found]),
        (Number("updates", loss["n_steps"], form="d"), *numbers),
        f"final loss below that of cosine; expected: exact means, errors: one standard error of "
        f"{loss.sizes['replica']} runs each",
        np.concatenate([np.full(gap.mean.size, gap.factor == 1.0) for gap in found]),
    )
