"""What the claims of arXiv:2308.12221 come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.critical_periods.reading import (
    EARLY,
    LATE,
    STANDARD_ERRORS,
    A,
    B,
    at_depths,
    depths,
    end,
    off_theory,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import Flags, mean_and_error, parameter, sides

HARMLESS = 0.05  # of the early deficit's harm
LEARNED = 0.01  # residual as a share of S at which the mode counts as learned
FLOW_TOLERANCE = 1e-9  # what the integrator is asked for, as a share of S
# Figure 1, early row, as the published code computes it: depth -> mean and standard deviation of
# K_b over 100 draws.
PUBLISHED_EARLY = {2: (4.311, 0.070), 5: (1.773, 0.173), 8: (0.887, 0.110), 13: (0.446, 0.063)}
PUBLISHED_DRAWS = 100


def deeper_is_hurt_more(depth: xr.DataTree, product: xr.DataTree) -> Evidence:
    """For each deficit length: does the deprived pathway's share fall from each depth to the
    next?
    """
    starts = {"p0 = 0.3": depth, "K0 = 0.01": product}
    falls = np.concatenate([_falls(tree, "simulation") for tree in starts.values()])
    before = [np.logical_and.accumulate(_falls(tree, "theory")) for tree in starts.values()]
    shares = [number for start, tree in starts.items() for number in _shares(tree, start)]
    crossings = [f"{start}: {_crossing(tree)}" for start, tree in starts.items()]
    return Evidence(
        holds=falls,
        numbers=(
            *shares,
            Number("falls with depth at", falls.sum(), unit=f"of {falls.size} lengths", form="d"),
        ),
        criterion="the share falls with depth until the law's curves cross, not after: "
        f"{'; '.join(crossings)}; gradient descent is within O(step) of the law",
        within=np.concatenate(before),
    )


def _share(tree: xr.DataTree, side: str) -> xr.DataArray:
    """Share of b after each deficit."""
    return end(tree, side, "final_share", B).sel(deficit_length=slice(1e-9, None))


def _falls(tree: xr.DataTree, side: str) -> Flags:
    """Whether the share of b falls from each depth to the next, for each deficit length."""
    falls: Flags = (_share(tree, side).diff("depth") < 0).all("depth").values
    return falls


def _shares(tree: xr.DataTree, start: str) -> tuple[Number, Number]:
    """Shares of b after a short deficit and after the longest."""
    share, at = _share(tree, "simulation"), f"share of b {at_depths(tree)} from {start}"
    short, long = share.sel(deficit_length=0.5, method="nearest"), share.isel(deficit_length=-1)
    return (
        Number(f"{at}, tau = 0.5:", short, form=".3f"),
        Number(f"{at}, tau = {float(long['deficit_length']):g}:", long, form=".4f"),
    )


def _crossing(tree: xr.DataTree) -> str:
    """The two depths whose order the law reverses first, at which length, and whether learning is
    over by then.
    """
    falls = _falls(tree, "theory")
    if falls.all():
        return "no crossing"
    here = _share(tree, "theory").isel(deficit_length=int(np.argmin(falls))).transpose("depth")
    length = float(here["deficit_length"])
    k = int(np.argmax(np.diff(here.values) >= 0))
    shallow, deep = (int(d) for d in here["depth"].values[k : k + 2])
    half = end(tree, "theory", "half_learning_time").sel(depth=shallow, deficit_length=length)
    return (
        f"depths {shallow} and {deep} at tau = {length:.3g} "
        f"(depth {shallow} has learned half at t = {float(half):.3g})"
    )


def late_is_harmless(portrait: xr.DataTree, noise_free: xr.DataTree) -> Evidence:
    """Harm of the late deficit as a share of the early one's: S/2 less the mean end strength of
    b.
    """
    noisy, exact = (end(tree, "simulation", "final_strength", B) for tree in (portrait, noise_free))
    half = parameter(portrait, "singular_value") / 2
    mean, error = mean_and_error(noisy)
    late, allowed = mean.sel(timing=LATE), STANDARD_ERRORS * error.sel(timing=LATE)
    spread = allowed / (half - mean.sel(timing=EARLY))
    ratio, exact_ratio = _late_harm(half - mean), _late_harm(half - exact)
    wins = 100 * (noisy.sel(timing=LATE) < half).mean("replica")
    at, exact_at = at_depths(portrait), at_depths(noise_free)
    of_early = "% of the early one's"
    return Evidence(
        holds=np.concatenate([ratio - spread < HARMLESS, exact_ratio < HARMLESS]),
        numbers=(
            Number(
                f"mean end K_b after the late deficit {at}:",
                late,
                half,
                allowed,
                form=".3f",
                draws=noisy.sel(timing=LATE),
            ),
            Number("harm of the late deficit", 100 * ratio, unit=of_early, form=".1f"),
            Number(f"the same without noise {exact_at}:", 100 * exact_ratio, unit="%", form=".1f"),
            Number("a wins", wins, unit=f"% of {noisy.sizes['replica']} draws", form=".1f"),
        ),
        criterion=f"the late deficit does less than {100 * HARMLESS:g} % of the early one's harm; "
        f"errors are {STANDARD_ERRORS:g} standard errors of the mean",
    )


def _late_harm(harm: xr.DataArray) -> xr.DataArray:
    """Harm of the late deficit as a share of the early one's."""
    ratio: xr.DataArray = harm.sel(timing=LATE) / harm.sel(timing=EARLY)
    return ratio


def harmless_after_learning(late: xr.DataTree) -> Evidence:
    """All cells whose window opens when the residual is below LEARNED of S: is the share one
    half?
    """
    learned, bound = _learned(late), _linear_response(late)
    harm = abs(0.5 - end(late, "simulation", "final_share", B))
    holds = (harm <= bound).values[learned]
    after, allowed = harm.values[learned].max(), bound.broadcast_like(harm).values[learned].max()
    before = harm.values[~learned].max()
    return Evidence(
        holds=holds,
        numbers=(
            Number("even after learning", holds.sum(), learned.sum(), unit="cells", form="d"),
            Number("largest |share - 1/2| after learning", after, 0.0, allowed, form=".1e"),
            Number("largest |share - 1/2| before learning", before, form=".3f"),
        ),
        criterion=f"the share is 1/2 wherever the residual is below {100 * LEARNED:g} % of S when "
        "the window opens, within the linear response to that residual",
    )


def _learned(late: xr.DataTree) -> Flags:
    """Where the residual is below LEARNED of S when the window opens."""
    residual, time = (end(late, "simulation", name) for name in ("residual", "time"))
    opening = abs(time - time["deficit_start"]).argmin("record")
    left = abs(residual.isel(record=opening))
    learned: Flags = (left < LEARNED * parameter(late, "singular_value")).values
    return learned


def _linear_response(late: xr.DataTree) -> xr.DataArray:
    """How far such a residual moves the share, at most: sharpness * (its integral) / (2 S), that is
    LEARNED * tau * rate / 2.
    """
    s, length = (parameter(late, name) for name in ("singular_value", "deficit_length"))
    depth = end(late, "simulation", "depth")
    rate = depth * (s / 2) ** (2 - 2 / depth)
    bound: xr.DataArray = LEARNED * length * rate / 2
    return bound


def residual_law(noise_free: xr.DataTree, depth: xr.DataTree) -> Evidence:
    """End states of the integrated flow against the algebraic law, and the invariant's change left
    unexplained.
    """
    off = off_theory(noise_free, "final_strength")
    drift = abs(end(noise_free, "simulation", "invariant_drift", B))
    descent = off_theory(depth, "final_share", pathway=B)
    allowed = FLOW_TOLERANCE * parameter(noise_free, "singular_value")
    holds = (off.max("pathway") <= allowed).values & (drift <= allowed).values
    unexplained = "largest unexplained change of x_a - x_b"
    return Evidence(
        holds=holds.ravel(),
        numbers=(
            Number("largest |K - law|", off.max(), 0.0, allowed, form=".1e"),
            Number(unexplained, drift.max(), 0.0, allowed, form=".1e"),
            Number("gradient descent at its own step: share off by", descent.max(), form=".1e"),
        ),
        criterion=f"in gradient flow both are 0 in each of {holds.size} cells, within what the "
        "integrator is asked for; gradient descent is off by O(step)",
    )


def early_deficit_decides(portrait: xr.DataTree) -> Evidence:
    """Share of draws in which pathway a ends stronger after the early deficit, and the mean of b's
    end strength.
    """
    strength = end(portrait, "simulation", "final_strength").sel(timing=EARLY)
    deprived = strength.sel(pathway=B)
    wins = strength.sel(pathway=A) > deprived
    mean, error = mean_and_error(deprived)
    published, published_spread = np.array([PUBLISHED_EARLY[d] for d in depths(portrait)]).T
    allowed = STANDARD_ERRORS * np.sqrt(error**2 + published_spread**2 / PUBLISHED_DRAWS)
    spread = deprived.std("replica", ddof=1)
    at, draws = at_depths(portrait), f"% of {wins.sizes['replica']} draws"
    return Evidence(
        holds=wins.all("replica") & (abs(mean - published) <= allowed),
        numbers=(
            Number(f"a wins {at}:", 100 * wins.mean("replica"), 100.0, unit=draws, form=".1f"),
            Number(f"mean K_b {at}:", mean, published, allowed, form=".3f", draws=deprived),
            Number("standard deviation of K_b", spread, published_spread, form=".3f"),
        ),
        criterion=f"a wins every draw, and the mean is that of {PUBLISHED_DRAWS} draws of the "
        f"published code within {STANDARD_ERRORS:g} standard errors of the difference",
    )


def small_starts(small: xr.DataTree) -> Evidence:
    """Figure 7: early end strengths fall with depth and lie below one half, late ones are even."""
    strength, law = sides(small, "final_strength", pathway=B)
    half = parameter(small, "singular_value") / 2
    early, late = strength.sel(timing=EARLY).values, strength.sel(timing=LATE).values
    falls = np.diff(early, prepend=half) < 0
    even = np.abs(late - half) <= 1e-9 * half
    unstable = end(small, "simulation", "eta_sharpness").max()
    at = at_depths(small)
    return Evidence(
        holds=falls & even,
        numbers=(
            Number(f"K_b after the early window {at}:", early, form=".3f"),
            Number("the flow's K_b after it", law.sel(timing=EARLY), form=".3f"),
            Number(f"K_b after the late window {at}:", late, half, 1e-9 * half, form=".3g"),
            Number("step * sharpness reaches", unstable, form=".2f"),
        ),
        criterion=f"early strengths fall with depth below {half:g}, late ones are even up to "
        "rounding; the early numbers are the map's at this step, not the flow's",
    )


def winner_takes_all(winner: xr.DataTree) -> Evidence:
    """Share of the pathway that starts 5 % lower, from each start to the next smaller one."""
    share = end(winner, "simulation", "final_share", B).transpose("depth", "layer_start")
    start = share["layer_start"].values
    falls = share.diff("layer_start").values > FLOW_TOLERANCE
    smallest = share.isel(layer_start=0).values
    at = f"share of the weaker pathway {at_depths(winner)}"
    return Evidence(
        holds=falls.ravel(),
        numbers=(
            Number(f"{at} from p0 = {start[-1]:g}:", share.isel(layer_start=-1), form=".4f"),
            Number(f"{at} from p0 = {start[0]:g}:", smallest, form=".4f"),
        ),
        criterion="the share falls towards 0 with p0 above depth 2, by more than "
        f"{FLOW_TOLERANCE:.0e}, what the integrator is asked for; at depth 2 the ratio "
        "of the strengths stays that of the start, ((1-d)/(1+d))^2",
        within=np.broadcast_to((share["depth"].values > 2)[:, None], falls.shape).ravel(),
    )
