"""What the claims about the edge of stability come to, measured on the sweeps' data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from toysim.figures.edge_of_stability.common import distinct, finished, standard_error
from toysim.models.oscillation.single_datum.closed_forms import CHAOS_ABOVE, ORBIT_STABLE_BELOW
from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import observable

AT_THE_EDGE = 0.05  # sharpness within 5 % of 2/eta
CHANGED = 0.05  # share of the start's kernel that a lazy run may lose at this width
STANDARD_ERRORS = 5.0


def thresholds(tree: xr.DataTree) -> Evidence:
    """Number of points on the attractor, gamma by gamma, against the closed forms' 1, 2, more."""
    count, gamma = (
        distinct(observable(tree, "strong_samples")),
        observable(tree, "gamma").values,
    )
    expected = np.select([gamma < 1, gamma < ORBIT_STABLE_BELOW], [1, 2], 3)
    holds = np.where(expected == 3, count > 2, count == expected)
    doubled, split = gamma[np.argmax(count > 2)], gamma[np.argmax(count > 1)]
    return Evidence(
        measured=f"one point below gamma = {split:g}, two from there, more from {doubled:g}",
        expected=f"1 and sqrt(5) - 1 = {ORBIT_STABLE_BELOW:.6f}",
        error=f"grid of {gamma[1] - gamma[0]:.3g} in gamma; points told apart to six decimals",
        holds=holds,
    )


def chaos(tree: xr.DataTree) -> Evidence:
    """Lyapunov exponents: none positive below the threshold, most of them above (periodic windows
    lie dense there).
    """
    exponent, gamma = observable(tree, "lyapunov").values, observable(tree, "gamma").values
    below, above = exponent[gamma < CHAOS_ABOVE], exponent[gamma > CHAOS_ABOVE]
    return Evidence(
        measured=f"largest exponent below {below.max():.2g}; first positive at gamma = "
        f"{gamma[np.argmax(exponent > 0)]:g}; above, {(above > 0).sum()} of {len(above)} positive",
        expected=f"negative below gamma = {CHAOS_ABOVE:.6f}, where the doublings accumulate; "
        "mostly positive above",
        error=f"grid of {gamma[1] - gamma[0]:.3g} in gamma",
        holds=np.append(below < 0, np.mean(above > 0) > 0.5),
    )


def weak_feature_learned(tree: xr.DataTree) -> Evidence:
    """V at the end: at V* or above for gamma > 1, at its start's size below."""
    end, gamma = observable(tree, "final_weak"), observable(tree, "gamma")
    limit, start = observable(tree, "weak_limit", "theory"), float(observable(tree, "weak_start"))
    large = (gamma > 1).values
    predicted = observable(tree, "final_weak", "theory")
    holds = np.where(large, end >= limit, end < 2 * start)
    off = abs(end / predicted - 1).values[large]
    return Evidence(
        measured=f"V / V0 up to {float((end / start).values[~large].max()):.3f} below gamma = 1; "
        "above, V / V* from "
        f"{float((end / limit).values[large].min()):.4f} to "
        f"{float((end / limit).values[large].max()):.4f}",
        expected="V of the size of V0 below, at V* = (gamma-1)/(gamma(1-r)) or slightly above it "
        "beyond; V*(1 + r/4)",
        error=f"largest |V / (V*(1 + r/4)) - 1| {off.max():.1e}, of order r^2",
        holds=holds,
    )


def oscillation_lasts(tree: xr.DataTree) -> Evidence:
    """Largest |e| over the last tenth of the run, per gamma > 1."""
    large = observable(tree, "gamma").values > 1
    residual = 1 - observable(tree, "strong") - observable(tree, "weak")
    late = (
        abs(residual)
        .isel(record=slice(-residual.sizes["record"] // 10, None))
        .max("record")
        .values[large]
    )
    early = abs(residual).isel(record=slice(200, 1000)).max("record").values[large]
    return Evidence(
        measured=f"largest |e| in updates 200 to 1000: {listed(early)}; in the last tenth of "
        f"{residual.sizes['record'] - 1}: {listed(late, 6)} "
        f"(gamma = {listed(observable(tree, 'gamma').values[large], 2)})",
        expected="|e| >= 0.2 throughout",
        error="none: one course each, without noise",
        holds=late >= 0.2,
    )


def settles_at_the_edge(trees: Mapping[str, xr.DataTree]) -> Evidence:
    """All steps at which the flow's minimum would be unstable: is eta * sharpness / 2 one at the
    end?
    """
    holds, within, measured = [], [], []
    for kind, tree in trees.items():
        share = observable(tree, "edge_share")
        flow = share["learning_rate"] * observable(tree, "flow_sharpness", "theory") / 2
        over = ((flow > 1) & finished(tree)).values
        holds.append(np.abs(share.values[over] - 1) <= AT_THE_EDGE)
        within.append(np.full(over.sum(), kind != "quadratic"))
        measured.append(
            f"{kind}: {share.values[over].min():.4f} to {share.values[over].max():.4f} at "
            f"{over.sum()} steps"
        )
    return Evidence(
        measured=f"eta * sharpness / 2 at the end, {'; '.join(measured)}",
        expected=f"1 within {100 * AT_THE_EDGE:g} %",
        error="none: descent without noise, rounding grows by less than 1e5",
        holds=np.concatenate(holds),
        within=np.concatenate(within),
    )


def catapult_bounds(tree: xr.DataTree, widths: xr.DataTree) -> Evidence:
    """Regime by regime, every draw: kernel kept, kernel lowered to below 2/eta, divergence; peak
    against width.
    """
    start = observable(tree, "start_eta_kernel")
    end, ok = observable(tree, "final_eta_kernel"), finished(tree)
    lazy, catapult = start < 2, (start > 2) & (start < 4)
    kept = (end > (1 - CHANGED) * start) & ok
    lowered = (end < 2) & ok
    holds = kept.where(lazy, lowered.where(catapult, ~ok)).all("replica").values
    peak = observable(widths, "peak_loss").mean("replica").sel(start_eta_kernel=[2.5, 3.5])
    growth = peak.isel(width=-1) / peak.isel(width=0) / (peak["width"][-1] / peak["width"][0])
    order_n = (abs(growth - 1) < 0.2).values
    return Evidence(
        measured=f"lazy: kernel kept to {100 * float((end / start).where(lazy).min()):.1f} % or "
        "better; catapult: "
        f"largest final eta lambda {float(end.where(catapult).max()):.3f}; above 4: "
        f"{100 * float((~ok).where(start > 4).mean()):.0f} % diverge; peak loss over width from n "
        "= "
        f"{int(peak['width'][0])} to {int(peak['width'][-1])} changes by factors {listed(growth)}",
        expected="lazy below eta lambda_0 = 2, catapult with a peak of order n up to 4, "
        "divergence above",
        error=f"{ok.sizes['replica']} draws at width {int(observable(tree, 'width'))}, thresholds "
        "up to 1/n",
        holds=np.append(holds, order_n),
    )


def opposite_trends(stochastic: xr.DataTree, full: xr.DataTree) -> Evidence:
    """Change of the l1 norm from each learning rate to the next, paired over the data sets."""
    holds, measured, errors = [], [], []
    for tree, sign, name in ((stochastic, -1, "SGD"), (full, 1, "full batch")):
        norm = observable(tree, "final_l1_norm")
        change = norm.diff("learning_rate")
        error = standard_error(change)
        holds.append((sign * change.mean("replica") > 3 * error).values)
        measured.append(
            f"{name} {listed(norm.mean('replica'))} at eta = {listed(norm['learning_rate'])}"
        )
        errors.append(f"{name} {listed(error)}")
    both = np.concatenate(holds)
    return Evidence(
        measured=f"mean l1 norm: {'; '.join(measured)}",
        expected="falls with eta for SGD, rises for full-batch descent, by more than 3 standard "
        "errors a step",
        error=f"standard errors of the paired changes: {'; '.join(errors)}",
        holds=both,
    )


def wsd_beats_cosine(tree: xr.DataTree) -> Evidence:
    """Final loss of wsd against cosine at its peak rate, and at the same sum of rates."""
    loss = observable(tree, "final_loss").transpose("run", "budget", "replica")
    mean, error = loss.mean("replica").values, standard_error(loss).values
    exact = observable(tree, "final_loss", "theory").transpose("run", "budget").values
    schedule, rate = loss["schedule"].values, loss["learning_rate"].values
    holds, within, gaps, significant, same_sign = [], [], [], [], []
    for run in np.flatnonzero(schedule == "wsd"):
        for factor in (1.0, 1.8):
            other = np.flatnonzero((schedule == "cosine") & np.isclose(rate, factor * rate[run]))[0]
            gap = mean[run] - mean[other]
            significant.append(np.abs(gap) > STANDARD_ERRORS * np.hypot(error[run], error[other]))
            same_sign.append(gap * (exact[run] - exact[other]) > 0)
            holds.append(gap < 0)
            within.append(np.full(len(gap), factor == 1.0))
            gaps.append(f"peak {rate[run]:g} against {rate[other]:g}: {listed(gap)}")
    budgets = ", ".join(str(n) for n in loss["n_steps"].values)
    return Evidence(
        measured=f"loss of wsd less that of cosine at {budgets} updates, {'; '.join(gaps)}",
        expected="below 0",
        error=f"{np.sum(significant)} of {np.size(significant)} differences beyond "
        f"{STANDARD_ERRORS:g} standard errors "
        f"({loss.sizes['replica']} runs each); {np.sum(same_sign)} of the sign of the exact means",
        holds=np.concatenate(holds),
        within=np.concatenate(within),
    )
