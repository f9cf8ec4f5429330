"""What the claims about networks of weight matrices come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.critical_periods.reading import STANDARD_ERRORS, A, B, off_theory
from toysim.paper import Evidence, Number, listed
from toysim.papers.reading import Flags, mean_and_error, observable

# Singular values of the tree task, strongest first.
TASK = np.sqrt([15.0, 7.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0])
ROUNDING = 1e-11  # a thousand updates of a network of the task's size, in double precision
EVEN = 0.05  # of S: pathways this close have learned alike
# Figure 2 as the published code computes it for one draw, modes by S; deficit_start -> (K_a, K_b),
# or K of both.
PUBLISHED = {
    0.0: ((3.860, 2.631, 1.702, 1.702, 0.935), (0.013, 0.015, 0.030, 0.030, 0.065)),
    4.0: ((1.936, 1.323, 0.866, 0.866, 0.78), (1.936, 1.323, 0.866, 0.866, 0.22)),
}
# Of the numbers above; unit modes are given as a range.
LAST_DECIMALS = (0.0005, 0.0005, 0.0005, 0.0005, 0.01)
SHOWN = len(LAST_DECIMALS)


def analytic_is_the_map(network: xr.DataTree, modes: xr.DataTree) -> Evidence:
    """Network against the map of each mode at the same step, over all records; and against the
    flow.
    """
    strength = observable(network, "mode_strength")
    alone = observable(modes, "mode_strength").transpose("deficit_start", "singular_value", ...)
    alone = alone.sel(singular_value=TASK, method="nearest").rename(singular_value="mode")
    off = abs(strength - alone.drop_vars("mode")).max(("pathway", "record"))
    flow = off_theory(network, "mode_strength")
    holds = (off <= ROUNDING).transpose("deficit_start", "mode").values.ravel()
    last = flow.isel(record=-1).max()
    return Evidence(
        holds=holds,
        numbers=(
            Number("network and map differ at most by", off.max(), 0.0, ROUNDING, form=".1e"),
            Number("network and gradient flow on the way by", flow.max(), form=".2g"),
            Number("network and gradient flow at the end by", last, form=".2g"),
        ),
        criterion="network and map are equal up to rounding; either is O(step) off the flow",
    )


def figure_2(network: xr.DataTree) -> Evidence:
    """End strengths of the early and middle deficit against the published draw; the late one leaves
    all modes even.
    """
    strength = observable(network, "final_strength")
    met = [_as_published(strength, start) for start in PUBLISHED]
    late = strength.isel(deficit_start=-1).transpose("mode", ...)
    gap = abs(late.isel(pathway=A) - late.isel(pathway=B)).max("replica")
    even = gap <= EVEN * late.sum("pathway").mean("replica")
    uneven = f"K_a - K_b of a deficit from {float(late.deficit_start):g} is at most"
    numbers = [number for _, found in met for number in found]
    return Evidence(
        holds=np.concatenate([*(holds for holds, _ in met), even]),
        numbers=(*numbers, Number(uneven, gap.max(), 0.0, form=".1e")),
        criterion=f"means of {strength.sizes['replica']} draws, first five modes, within "
        f"{STANDARD_ERRORS:g} standard deviations of a draw and the printed decimals; a late "
        f"deficit leaves all modes even within {EVEN:g} of S",
    )


def _as_published(strength: xr.DataArray, start: float) -> tuple[Flags, list[Number]]:
    """Where the mean strengths after one deficit are the published draw's, and both pathways'."""
    here = strength.sel(deficit_start=start).transpose("replica", "pathway", "mode")
    draws, published = here.values[:, :, :SHOWN], np.array(PUBLISHED[start])
    mean, spread = draws.mean(0), draws.std(0, ddof=1)
    allowed = STANDARD_ERRORS * spread * np.sqrt(1 + 1 / len(draws)) + LAST_DECIMALS
    numbers = [
        Number(f"{name} of a deficit from {start:g}:", m, p, a, form=".3f")
        for name, m, p, a in zip(("K_a", "K_b"), mean, published, allowed, strict=True)
    ]
    return (abs(mean - published) <= allowed).ravel(), numbers


def lesioned_feature(lesion: xr.DataTree) -> Evidence:
    """In every draw: the lesioned mode stays in a as it started and is learned whole in b; the
    others are a's.
    """
    strength = observable(lesion, "mode_strength").transpose("replica", "pathway", "mode", "record")
    end, first = strength.isel(record=-1), strength.isel(record=0)
    whole = end.isel(mode=1).sum("pathway")
    still = abs(end - first).isel(pathway=A, mode=1).values
    learned = end.isel(pathway=B, mode=1) / TASK[1]
    extremes = [learned.min(), learned.max()]
    others = (end.isel(pathway=B) / end.sum("pathway")).drop_isel(mode=1).max("mode")
    holds = (still <= ROUNDING) & (np.abs(learned.values - 1) < 1e-3) & (others.values < 0.1)
    return Evidence(
        holds=holds,
        numbers=(
            Number("of the lesioned mode a keeps", end.isel(pathway=A, mode=1).mean(), form=".4f"),
            Number("changed by", still.max(), 0.0, ROUNDING, form=".0e"),
            Number("b ends with, least and most of sqrt(7):", extremes, 1.0, 1e-3, form=".5f"),
            Number("b's largest share of another mode", others.max(), form=".3f"),
            Number("sum of both pathways", whole.mean(), TASK[1], form=".4f"),
        ),
        criterion="a as it started, b all of sqrt(7) up to what is left to learn, other modes "
        "under 10 % in b",
    )


def nonlinear_too(nonlinear: xr.DataTree) -> Evidence:
    """For tanh and ReLU, mode by mode in every draw: a ahead after the early window, even after the
    late one.
    """
    strength = observable(nonlinear, "final_strength")
    strength = strength.transpose("nonlinearity", "deficit_start", "replica", "mode", "pathway")
    whole = strength.sum("pathway")
    share = (strength.isel(pathway=B) / whole).values
    early, late = share[:, 0], share[:, -1]
    holds = np.stack([(early < 0.5 - EVEN).all(1), (np.abs(late - 0.5) < EVEN).all(1)])
    most, off = early.max((1, 2)), abs(late - 0.5).max((1, 2))
    at = f"with {', '.join(strength['nonlinearity'].values)}:"
    return Evidence(
        holds=holds.ravel(),
        numbers=(
            Number(f"largest share of b after the early deficit {at}", most, form=".3f"),
            Number(
                f"largest distance from 1/2 after the late one {at}", off, 0.0, EVEN, form=".1e"
            ),
        ),
        criterion=f"b's share is below {0.5 - EVEN:g} after the early deficit and 1/2 after the "
        "late one, mode by mode in every draw",
    )


def winner_unaligned(unaligned: xr.DataTree) -> Evidence:
    """At each depth: does the stronger pathway take more of the first mode from the smallest than
    the largest start?
    """
    share = observable(unaligned, "final_share").isel(mode=0).max("pathway")
    share = share.transpose("depth", "start_strength", "replica")
    mean, error = (values.values for values in mean_and_error(share))
    more, spread = mean[:, 0] - mean[:, -1], np.hypot(error[:, 0], error[:, -1])
    starts, depth = share["start_strength"].values, share["depth"].values
    at = f"from starts {listed(starts[::-1], 'g')}"
    stronger = "mean share of the stronger pathway"
    numbers = [
        Number(f"{stronger}, depth {d}, {at}:", m[::-1], error=e[::-1], form=".3f", draws=one[::-1])
        for d, m, e, one in zip(depth, mean, error, share, strict=True)
    ]
    name = f"rise from the largest to the smallest start at depths {listed(depth, 'd')}:"
    return Evidence(
        holds=more > STANDARD_ERRORS * spread,
        numbers=(*numbers, Number(name, more, error=STANDARD_ERRORS * spread, form=".3f")),
        criterion="the share rises with smaller starts above depth 2, not at depth 2: by more "
        f"than {STANDARD_ERRORS:g} standard errors of the difference; shares of "
        f"{share.sizes['replica']} draws with one",
        within=depth > 2,
    )
