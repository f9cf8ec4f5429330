"""What the claims about concept shift come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.concept_shift.reading import (
    best_memory,
    by_rule,
    errors,
    switch_least,
    walk_least,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable

LEAST_JUMPS = 2.0  # V/s2 from which on regulation wins
LEAST_FACTOR = 1000.0  # by which the walk's steps must change
Z = 5.0
CHEAP = 0.2  # excess over the least error that is no impairment


def thrice(values: xr.DataArray, rule: str) -> xr.DataArray:
    """Errors of a rule times three."""
    return values.where(values["rule"] != rule, 3.0 * values)


def helps_under_shift(rates: xr.DataTree) -> Evidence:
    """Fixed gain tuned for p = 0.001 against regulation, over p."""
    p, fixed, regulated, floor = by_rule(rates, "fixed", "regulated", "bayes")
    gained = fixed - regulated
    more = np.append(True, np.diff(gained) > 0.0)
    return Evidence(
        (gained > 0.0) & more,
        (
            Number("switch probability", p, form="g"),
            Number("error, regulated", regulated, fixed, form=".4f"),
            Number("of the Bayesian filter", floor, form=".4f"),
        ),
        "regulated below the fixed gain, by more at each higher rate; expected: the fixed gain's",
        p >= 0.01,
    )


def beats_best_fixed(walk: xr.DataTree, switching: xr.DataTree) -> Evidence:
    """Regulated at its best memory against the best fixed gain, walks and jumps."""
    dims = ("switch_probability", "switch_variance")
    on_walk, jumps = (
        [best_memory(tree, sigmas) / least for sigmas in (0.0, Z)]
        for tree, least in ((walk, walk_least(walk)), (switching, switch_least(switching)))
    )
    seen = [(upper < 1.0).values.ravel() for upper in (on_walk[1], jumps[1].transpose(*dims))]
    large = (jumps[0]["switch_variance"] >= LEAST_JUMPS).broadcast_like(jumps[0])
    within = [np.zeros(len(seen[0]), bool), large.transpose(*dims).values.ravel()]
    by_p = ((float(p), jumps[0].sel(switch_probability=p)) for p in jumps[0][dims[0]].values)
    return Evidence(
        np.concatenate(seen),
        (
            Number("error over the best fixed gain's, walk", on_walk[0], form=".3f"),
            *(Number(f"the same, p = {p:g}, V by size", values, form=".3f") for p, values in by_p),
        ),
        "regulated, at its best memory, below the best fixed gain by five standard errors",
        np.concatenate(within),
    )


def need_not_impair(walk: xr.DataTree) -> Evidence:
    """Excess of slow regulation at q = 0.1."""
    slow = observable(walk, "mean_square_error").sel(memory=0.003, drift=0.1)
    law = float(observable(walk, "regulated_error", "theory").sel(memory=0.003, drift=0.1))
    least = walk_least(walk)[list(slow_drifts(walk)).index(0.1)]
    share = float(slow.mean("replica")) / least - 1.0
    error = float(slow.std("replica", ddof=1)) / np.sqrt(slow.sizes["replica"]) / least
    return Evidence(
        [share < CHEAP],
        (
            Number(
                "excess over the Kalman gain's error", share, law / least - 1.0, error, form=".4f"
            ),
        ),
        f"below {CHEAP:g} of the least error; expected: its law; the error is a standard error",
    )


def slow_drifts(walk: xr.DataTree) -> Any:
    return errors(walk)["drift"].values


def where_change_changes(seasons: xr.DataTree, fixed: xr.DataTree) -> Evidence:
    """Best regulated against best single fixed gain, by how much the steps change."""
    least = observable(fixed, "mean_square_error", "theory").min("gain")
    ratio = (best_memory(seasons) / least).transpose("season_factor", "seasons")
    wide = (ratio["season_factor"] >= LEAST_FACTOR).broadcast_like(ratio)
    return Evidence(
        (ratio < 1.0).values,
        tuple(
            Number(
                f"regulated over best fixed, factor {float(f):g}, by season",
                ratio.sel(season_factor=f),
                form=".3f",
            )
            for f in ratio["season_factor"].values
        ),
        "regulated at its best memory below the best single fixed gain",
        wide.transpose(*ratio.dims).values,
    )
