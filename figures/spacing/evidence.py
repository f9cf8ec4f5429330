"""What the claims about spacing come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.spacing.reading import FED, best_gap, has_effect, late_best, ratio, traces
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable

NEAR = 0.05  # of the best gap at long lags
FADED = 20  # steps of lag


def optimal_interval(existence: xr.DataTree, gaps: xr.DataTree) -> Evidence:
    """Whether a gap above the shortest is best, by gain and decays, and for a single trace."""
    effect = has_effect(observable(existence, "final_strength"))
    expected = effect["gain"] > ratio(existence, effect["slow_decay"])
    single = has_effect(observable(gaps, "final_strength").sel(feed=0.0))
    at = {"feed": FED, "lag": 50, "gap": [1, 10, 20, 40, 80]}
    holds = np.append(effect.values.ravel(), single.values.ravel())
    within = expected.transpose(*effect.dims).values.ravel()
    return Evidence(
        holds,
        (
            Number(
                "strength at lag 50, gaps 1, 10, 20, 40, 80",
                observable(gaps, "final_strength").sel(at),
                observable(gaps, "final_strength", "theory").sel(at),
                1e-9,
                form=".4f",
            ),
            Number("cells with a best gap", int(effect.sum()), int(expected.sum())),
        ),
        "of whole gaps one above the shortest leaves most",
        np.append(within, np.zeros(single.size, bool)),
    )


def interval_independent_of_lag(gaps: xr.DataTree) -> Evidence:
    """Best gap by lag, against that at long lags."""
    best = best_gap(observable(gaps, "final_strength").sel(feed=FED))
    late = late_best(gaps)
    return Evidence(
        np.abs(best.values / late - 1.0) <= NEAR,
        (
            Number("lag", best["lag"], form=".0f", unit="steps"),
            Number("best gap", best, late, NEAR * late, form=".2f", unit="steps"),
        ),
        "within 5 % of the best gap at long lags",
        best["lag"].values >= FADED,
    )


def levels_move_the_interval(levels: xr.DataTree) -> Evidence:
    """Best gaps by lag: constant with two levels up to a step, rising with more."""
    best = observable(levels, "best_gap", "theory").transpose("n_levels", "lag")
    late = best.sel(lag=slice(60, None)).values
    two = np.ptp(late[0]) < 1.0
    more = (late[1:, -1] > late[0, -1]) & (np.diff(best.values[1:]) >= 0).all(axis=1)
    return Evidence(
        np.append(two, more),
        (
            Number("lag", best["lag"], form=".0f", unit="steps"),
            *(
                Number(f"best gap, {int(n)} levels", best.sel(n_levels=n), form=".1f", unit="steps")
                for n in best["n_levels"]
            ),
        ),
        "two levels: within a step from lag 60 on; more: never falling, and longer at the end",
    )


def fast_and_slow(pair: xr.DataTree) -> Evidence:
    """Strength at the first and the last lag: pair, fast trace alone, slow trace alone."""
    ends, law = (traces(pair, side).isel(lag=[0, -1]) for side in ("simulation", "theory"))
    (early, late), fast, slow = ends.values
    return Evidence(
        [early >= fast[0], late >= 0.99 * slow[1], early > 1.5 * slow[0], late > 100.0 * fast[1]],
        (
            Number(
                "strength at lags 1 and 500: pair, fast alone, slow alone",
                ends,
                law,
                1e-9,
                form=".4f",
            ),
        ),
        "early as strong as the fast trace and 1.5 times the slow one that is as strong late",
    )
