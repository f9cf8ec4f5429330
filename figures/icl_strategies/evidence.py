"""What the claims about memorising and generalising in context come to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.icl_strategies.reading import BITS, CLEAR, LAWS, Law, along, exponents, gains
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter, runs

Array = npt.NDArray[np.float64]

EQUAL = 1e-10
RIDGE_LIKE = 1.0  # nats: a gain below makes the Bayes optimum one of ridge
FAILS = 2.0  # times the loss of ridge
SETTLED = 1e-12  # of the posterior, when episodes come reversed
BAYES_BITS = 14.0  # log2 of the tasks at which trained networks leave the memoriser


def falling(loss: xr.DataArray) -> Any:
    """Courses that only fall."""
    return -np.sort(-loss.values, axis=loss.get_axis_num("record"))


def gain_is_divergence(known: xr.DataTree) -> Evidence:
    """C times the difference of exact losses on seen tasks, against KL(P_M || P_G); and runs."""
    losses = {
        name: along(observable(known, name, "theory"), evaluate_on="seen").mean("context")
        for name in ("loss_memorising", "loss_generalising")
    }
    length = parameter(known, "context_length")
    gain = length * (losses["loss_generalising"] - losses["loss_memorising"])
    divergence = along(observable(known, "divergence", "theory"), evaluate_on="seen")
    drawn = {
        name: along(runs(known, name), evaluate_on="seen").mean("context")
        for name in ("loss_memorising", "loss_generalising")
    }
    mean, error = mean_and_error(length * (drawn["loss_generalising"] - drawn["loss_memorising"]))
    return Evidence(
        np.array(
            [
                (abs(gain - divergence) <= EQUAL).values,
                (abs(mean - divergence) <= CLEAR * error).transpose(*divergence.dims).values,
            ]
        ),
        (
            Number("largest |C dL - KL|", abs(gain - divergence).max(), form=".1e"),
            Number("C dL in runs", mean, divergence, error, form=".4f"),
        ),
        "exact losses to 1e-10, runs within five standard errors",
    )


def sandwich(*trees: xr.DataTree) -> Evidence:
    """Gains between their bounds."""
    found = [gains(tree) for tree in trees]
    lower, upper, mean, error, tasks = (
        np.concatenate([getattr(each, name) for each in found])
        for name in ("lower", "upper", "mean", "error", "tasks")
    )
    room = CLEAR * error + 1e-9
    return Evidence(
        (mean >= lower - room) & (mean <= upper + room),
        (
            Number("tasks", tasks, form="g"),
            Number("gain", mean, form=".3f"),
            Number("lower bound", lower, form=".3f"),
            Number("upper bound", upper, form=".3f"),
        ),
        "within the bounds, but for five standard errors",
    )


def exact_gain(small: xr.DataTree, large: xr.DataTree) -> Evidence:
    """Gains against their exact mean; its approach to the law of many tasks."""
    found = gains(small, large)
    law = observable(large, "gain_many_tasks", "theory").values[-1] * found.tasks[-1]
    far = found.tasks[-3:] * found.exact[-3:]
    comes = bool((np.diff(np.abs(far / law - 1.0)) < 0.0).all() and abs(far[-1] / law - 1.0) < 0.01)
    return Evidence(
        np.append(abs(found.mean - found.exact) <= CLEAR * found.error, comes),
        (
            Number("tasks", found.tasks, form="g"),
            Number("gain", found.mean, found.exact, found.error, form=".5f"),
            Number("D times the exact gain, last", far[-1], law, form=".4f"),
        ),
        "within five standard errors; D times the exact gain comes to the law within 1 %",
    )


def superlinear_transition(paper: xr.DataTree) -> Evidence:
    """Local exponents of the time of the transition."""
    holds, within, numbers = [], [], []
    for law in LAWS:
        D, slope, size = exponents(law, paper)
        told = abs(slope - 1.0) > CLEAR * size
        holds.append((slope > 1.0)[told])
        within.append(_superlinear(law, D, paper)[told])
        name = f"exponents at alpha {law.alpha:g}, beta {law.beta:g}, {law.code:g} bits of code"
        numbers.append(Number(name, slope, 1.0, size, form=".2f"))
    return Evidence(
        np.concatenate(holds),
        tuple(numbers),
        "above 1, where five standard errors can tell",
        np.concatenate(within),
    )


def _superlinear(law: Law, D: Array, paper: xr.DataTree) -> Any:
    """kappa + e > 1 - alpha with e = 1/(I - ln D)."""
    information = observable(paper, "task_information", "theory").values.flat[0]
    stored = BITS * parameter(paper, "n_colours") * D
    bits = law.code + stored
    kappa = law.beta * stored * bits ** (law.beta - 1.0) / (bits**law.beta - law.code**law.beta)
    return kappa + 1.0 / (information - np.log(D)) > 1.0 - law.alpha


def transience(tree: xr.DataTree) -> Evidence:
    """Loss on fresh tasks along the training."""
    mean, error = mean_and_error(runs(tree, "loss_fresh").squeeze())
    exact = observable(tree, "loss_fresh", "theory").squeeze()
    N = observable(tree, "update", "theory").squeeze().values
    least = int(exact.argmin("record"))
    before, after = (
        float(observable(tree, name, "theory").squeeze()) for name in ("emergence", "transition")
    )
    draws = runs(tree, "loss_fresh").squeeze()
    rise, spread = mean_and_error(draws.isel(record=-1) - draws.isel(record=least))
    fall, wide = mean_and_error(draws.isel(record=0) - draws.isel(record=least))
    return Evidence(
        np.array(
            [
                bool((abs(mean - exact) <= CLEAR * error).all()),
                bool(fall > CLEAR * wide),
                bool(rise > CLEAR * spread),
                before < N[least] < after,
            ]
        ),
        (
            Number(
                "loss at first, least, at the end",
                mean.values[[0, least, -1]],
                exact.values[[0, least, -1]],
                form=".5f",
            ),
            Number("updates of the least", N[least], form=".3g"),
            Number(
                "updates at which generalising and memorising take over",
                [before, after],
                form=".6g",
            ),
        ),
        "falls and rises again by more than five standard errors, least between the two times, "
        "all within five standard errors of theory",
    )


def evidence_time(tree: xr.DataTree) -> Evidence:
    """Mean time of the switch against renewal theory and its bracket."""
    mean, error = mean_and_error(runs(tree, "switch_time"))
    exact, low, high = (
        observable(tree, name, "theory")
        for name in ("switch_time", "switch_time_lower", "switch_time_upper")
    )
    room = CLEAR * error
    return Evidence(
        np.array(
            [
                (abs(mean - exact) <= room).values,
                ((mean >= low - room) & (mean <= high + room)).values,
            ]
        ),
        (
            Number("penalty", mean["penalty"], form="g"),
            Number("sequences", mean, exact, error, form=".2f"),
        ),
        "within five standard errors of theory, and of the bracket",
    )


def memoriser_fails_fresh(tree: xr.DataTree) -> Evidence:
    """Last point's loss on fresh tasks at the most tasks, against ridge."""
    M, G = (
        along(runs(tree, name), evaluate_on="fresh", n_tasks=2**14).isel(point=-1)
        for name in ("loss_memorising", "loss_generalising")
    )
    gap, error = mean_and_error(M - FAILS * G)
    return Evidence(
        np.array([bool(gap > CLEAR * error)]),
        (
            Number("last point's loss, memoriser", M.mean(), form=".2f"),
            Number("ridge", G.mean(), form=".3f"),
        ),
        f"above {FAILS:g} times that of ridge at 2^14 tasks, by more than five standard errors",
    )


def bayes_threshold(tree: xr.DataTree) -> Evidence:
    """The gain of knowing the tasks at 2^14 of them."""
    mean, error = mean_and_error(along(runs(tree, "gain"), evaluate_on="seen", n_tasks=2**14))
    known = observable(tree, "task_information", "theory").values.flat[0]
    return Evidence(
        np.array([bool(mean + CLEAR * error < RIDGE_LIKE)]),
        (
            Number(
                "gain at 2^14 tasks",
                mean,
                known - BAYES_BITS * math.log(2.0),
                error,
                "nats",
                form=".2f",
            ),
            Number("log2 e^I", known / math.log(2.0), form=".1f"),
        ),
        "a gain below one nat; expected is I - ln D",
    )


def episodes_teach_the_prior(tree: xr.DataTree) -> Evidence:
    """Regret after all episodes and on the way; the order of episodes."""
    mean, error = mean_and_error(runs(tree, "regret").isel(episode=[1, 10, -1]))
    exact = observable(tree, "regret", "theory").isel(episode=[1, 10, -1])
    gap = runs(tree, "order_gap").max()
    last = parameter(tree, "n_episodes") * exact.isel(episode=-1)
    limit = last["dim"] * (last["dim"] + 3.0) / 4.0
    falls = (exact.diff("episode") < 0.0).all()
    return Evidence(
        np.append(
            (abs(mean - exact) <= CLEAR * error).values.ravel(), [bool(falls), gap < SETTLED]
        ),
        (
            Number("regret after 1, 10, all episodes", mean, exact, error, "nats", form=".4f"),
            Number("N times the exact regret", last, limit, form=".3f"),
            Number("change of the posterior when episodes come reversed", gap, form=".1e"),
        ),
        "within five standard errors of the exact regret, which falls; no change above 1e-12",
    )


def adaptation_is_controlled(tree: xr.DataTree) -> Evidence:
    """Weight of the global mean, risk/A, against (s2/n)/(A + s2/n)."""
    mean, error = mean_and_error(runs(tree, "risk").isel(episode=-1))
    t2, n = mean["between_variance"], mean["shots"]
    s2, m, v0 = (
        parameter(tree, name) for name in ("within_variance", "shots_per_episode", "prior_variance")
    )
    A = t2 + 1.0 / (1.0 / v0 + parameter(tree, "n_episodes") / (t2 + s2 / m))
    law = (s2 / n / (A + s2 / n)).transpose(*mean.dims)
    A = A.broadcast_like(law).transpose(*mean.dims)
    return Evidence(
        (abs(mean / A - law) <= CLEAR * error / A).values,
        (Number("weight of the global mean", mean / A, law, error / A, form=".3f"),),
        "within five standard errors",
    )
