"""What the claims of arXiv:2308.12221 come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.critical_periods.reading import EARLY, LATE, A, B, depths, end
from toysim.paper import Evidence, Number
from toysim.papers.reading import parameter

Flags = npt.NDArray[np.bool_]

HARMLESS = 0.05  # of the early deficit's harm
LEARNED = 0.01  # residual as a share of S at which the mode counts as learned
FLOW_TOLERANCE = 1e-9  # what the integrator is asked for, as a share of S
STANDARD_ERRORS = 5.0
# Figure 1, early row, as the published code computes it: depth -> mean and standard deviation of
# K_b over 100 draws.
PUBLISHED_EARLY = {2: (4.311, 0.070), 5: (1.773, 0.173), 8: (0.887, 0.110), 13: (0.446, 0.063)}
PUBLISHED_DRAWS = 100


def _depths(tree: xr.DataTree) -> str:
    return ", ".join(map(str, depths(tree)))


def deeper_is_hurt_more(depth: xr.DataTree, product: xr.DataTree) -> Evidence:
    """For each deficit length: does the deprived pathway's share fall from each depth to the
    next?
    """
    holds, within, crossings, numbers = [], [], [], []
    for tree, start in ((depth, "p0 = 0.3"), (product, "K0 = 0.01")):
        share, law = (
            end(tree, side, "final_share", B).sel(deficit_length=slice(1e-9, None))
            for side in ("simulation", "theory")
        )
        falls, law_falls = ((s.diff("depth") < 0).all("depth").values for s in (share, law))
        first = int(np.argmin(law_falls)) if not law_falls.all() else len(law_falls)
        lengths = share["deficit_length"].values
        holds.append(falls)
        within.append(np.arange(len(lengths)) < first)
        crossings.append(f"{start}: {_crossing(tree, law, first)}")
        short, long = share.sel(deficit_length=0.5, method="nearest"), share.isel(deficit_length=-1)
        at = f"share of b at depths {_depths(tree)} from {start}"
        numbers += [
            Number(f"{at}, tau = 0.5:", short, form=".3f"),
            Number(f"{at}, tau = {lengths[-1]:g}:", long, form=".4f"),
        ]
    both = np.concatenate(holds)
    return Evidence(
        holds=both,
        numbers=(
            *numbers,
            Number("falls with depth at", both.sum(), unit=f"of {both.size} lengths", form="d"),
        ),
        criterion="the share falls with depth until the law's curves cross, not after: "
        f"{'; '.join(crossings)}; gradient descent is within O(step) of the law",
        within=np.concatenate(within),
    )


def _crossing(tree: xr.DataTree, law: xr.DataArray, first: int) -> str:
    """The two depths whose order the law reverses first, at which length, and whether learning is
    over by then.
    """
    if first == law.sizes["deficit_length"]:
        return "no crossing"
    here = law.isel(deficit_length=first).transpose("depth")
    k = int(np.argmax(np.diff(here.values) >= 0))
    shallow, deep = (int(d) for d in here["depth"].values[k : k + 2])
    half = end(tree, "theory", "half_learning_time").sel(depth=shallow).isel(deficit_length=first)
    return (
        f"depths {shallow} and {deep} at tau = {float(here['deficit_length']):.3g} "
        f"(depth {shallow} has learned half at t = {float(half):.3g})"
    )


def late_is_harmless(portrait: xr.DataTree, noise_free: xr.DataTree) -> Evidence:
    """Harm of the late deficit as a share of the early one's: S/2 less the mean end strength of
    b.
    """
    noisy = end(portrait, "simulation", "final_strength", B)
    mean, error = (
        noisy.mean("replica"),
        noisy.std("replica", ddof=1) / np.sqrt(noisy.sizes["replica"]),
    )
    half = parameter(portrait, "singular_value") / 2
    ratio = (half - mean.sel(timing=LATE)) / (half - mean.sel(timing=EARLY))
    spread = STANDARD_ERRORS * error.sel(timing=LATE) / (half - mean.sel(timing=EARLY))
    exact = end(noise_free, "simulation", "final_strength", B)
    wins = 100 * (noisy.sel(timing=LATE) < half).mean("replica")
    exact_ratio = (half - exact.sel(timing=LATE)) / (half - exact.sel(timing=EARLY))
    holds = np.concatenate([ratio.values - spread.values < HARMLESS, exact_ratio.values < HARMLESS])
    at = f"at depths {_depths(portrait)}:"
    allowed = STANDARD_ERRORS * error.sel(timing=LATE)
    return Evidence(
        holds=holds,
        numbers=(
            Number(
                f"mean end K_b after the late deficit {at}",
                mean.sel(timing=LATE),
                half,
                allowed,
                form=".3f",
            ),
            Number(
                "harm of the late deficit", 100 * ratio, unit="% of the early one's", form=".1f"
            ),
            Number(
                f"the same without noise at depths {_depths(noise_free)}:",
                100 * exact_ratio,
                unit="%",
                form=".1f",
            ),
            Number("a wins", wins, unit=f"% of {noisy.sizes['replica']} draws", form=".1f"),
        ),
        criterion=f"the late deficit does less than {100 * HARMLESS:g} % of the early one's harm; "
        f"errors are {STANDARD_ERRORS:g} standard errors of the mean",
    )


def harmless_after_learning(late: xr.DataTree) -> Evidence:
    """All cells whose window opens when the residual is below LEARNED of S: is the share one
    half?
    """
    s = parameter(late, "singular_value")
    share = end(late, "simulation", "final_share", B)
    residual, time = end(late, "simulation", "residual"), end(late, "simulation", "time")
    opening = abs(time - time["deficit_start"]).argmin("record")
    learned = (abs(residual.isel(record=opening)) < LEARNED * s).values
    length = parameter(late, "deficit_length")
    # Linear response: the share moves by sharpness * (integral of the residual) / (2 S), at most
    # LEARNED * tau * rate.
    depth = end(late, "simulation", "depth")
    rate = depth * (s / 2) ** (2 - 2 / depth)
    bound = (LEARNED * length * rate / 2).values[:, None] * np.ones_like(share.values)
    harm = np.abs(0.5 - share.values)
    holds = (harm <= bound)[learned]
    return Evidence(
        holds=holds,
        numbers=(
            Number("even after learning", holds.sum(), learned.sum(), unit="cells", form="d"),
            Number(
                "largest |share - 1/2| after learning",
                harm[learned].max(),
                0.0,
                bound[learned].max(),
                form=".1e",
            ),
            Number("largest |share - 1/2| before learning", harm[~learned].max(), form=".3f"),
        ),
        criterion=f"the share is 1/2 wherever the residual is below {100 * LEARNED:g} % of S when "
        "the window opens, within the linear response to that residual",
    )


def residual_law(noise_free: xr.DataTree, depth: xr.DataTree) -> Evidence:
    """End states of the integrated flow against the algebraic law, and the invariant's change left
    unexplained.
    """
    s = parameter(noise_free, "singular_value")
    off = abs(
        end(noise_free, "simulation", "final_strength")
        - end(noise_free, "theory", "final_strength")
    )
    drift = abs(end(noise_free, "simulation", "invariant_drift", B))
    descent = abs(
        end(depth, "simulation", "final_share", B) - end(depth, "theory", "final_share", B)
    )
    holds = (off.max("pathway") <= FLOW_TOLERANCE * s).values & (drift <= FLOW_TOLERANCE * s).values
    allowed = FLOW_TOLERANCE * s
    return Evidence(
        holds=holds.ravel(),
        numbers=(
            Number("largest |K - law|", off.max(), 0.0, allowed, form=".1e"),
            Number(
                "largest unexplained change of x_a - x_b", drift.max(), 0.0, allowed, form=".1e"
            ),
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
    wins = strength.sel(pathway=A) > strength.sel(pathway=B)
    mean, spread = (
        strength.sel(pathway=B).mean("replica"),
        strength.sel(pathway=B).std("replica", ddof=1),
    )
    n = wins.sizes["replica"]
    published, published_spread = np.array([PUBLISHED_EARLY[d] for d in depths(portrait)]).T
    error = np.sqrt(spread.values**2 / n + published_spread**2 / PUBLISHED_DRAWS)
    holds = wins.all("replica").values & (
        np.abs(mean.values - published) <= STANDARD_ERRORS * error
    )
    at = f"at depths {_depths(portrait)}:"
    return Evidence(
        holds=holds,
        numbers=(
            Number(
                f"a wins {at}",
                100 * wins.mean("replica"),
                100.0,
                unit=f"% of {n} draws",
                form=".1f",
            ),
            Number(f"mean K_b {at}", mean, published, STANDARD_ERRORS * error, form=".3f"),
            Number("standard deviation of K_b", spread, published_spread, form=".3f"),
        ),
        criterion=f"a wins every draw, and the mean is that of {PUBLISHED_DRAWS} draws of the "
        f"published code within {STANDARD_ERRORS:g} standard errors of the difference",
    )


def small_starts(small: xr.DataTree) -> Evidence:
    """Figure 7: early end strengths fall with depth and lie below one half, late ones are even."""
    strength, law = (end(small, side, "final_strength", B) for side in ("simulation", "theory"))
    half = parameter(small, "singular_value") / 2
    early, late = strength.sel(timing=EARLY).values, strength.sel(timing=LATE).values
    falls = np.diff(early, prepend=half) < 0
    even = np.abs(late - half) <= 1e-9 * half
    unstable = end(small, "simulation", "eta_sharpness").max()
    at = f"at depths {_depths(small)}:"
    return Evidence(
        holds=falls & even,
        numbers=(
            Number(f"K_b after the early window {at}", early, form=".3f"),
            Number("the flow's K_b after it", law.sel(timing=EARLY), form=".3f"),
            Number(f"K_b after the late window {at}", late, half, 1e-9 * half, form=".3g"),
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
    at = f"share of the weaker pathway at depths {_depths(winner)}"
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
