"""What the claims of arXiv:2310.17074 come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.benign_oscillation.reading import (
    WINDOW,
    blown_up,
    ceiling,
    samples_per_label,
    weak_output,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import ended, mean_and_error, parameter

Flags = npt.NDArray[np.bool_]

DELTA = 0.2  # smallest residual that the paper's oscillation assumption allows
LEARNED = DELTA / 4  # weak output that its theorem on large steps promises
HALFWAY = 0.75  # accuracy between guessing and knowing
MOSTLY = 0.95  # share of runs
STANDARD_ERRORS = 5.0
ROUNDING = 1e-10  # of sums over 20,000 updates
# At our small and large step; means over PUBLISHED_POINTS answers.
PUBLISHED = {0.5: 0.9375, 1.3: 0.99375}
PUBLISHED_POINTS = 5 * 32


def at(values: xr.DataArray) -> str:
    """Where numbers were measured."""
    return "at gamma_u = " + ", ".join(f"{g:g}" for g in values["gamma_u"].values) + ":"


def window_of_steps(transition: xr.DataTree) -> Evidence:
    """Median weak output at the window's steps, and where the growth law says that it should have
    arrived.
    """
    V = weak_output(transition).sel(gamma_u=slice(*WINDOW))
    median = V.fillna(0.0).median("replica")
    r = parameter(transition, "weak_norm") ** 2
    start = parameter(transition, "start_scale") ** 2 * r / 2
    visits = parameter(transition, "n_steps") * parameter(transition, "strong_fraction") / 2
    gamma = np.asarray(V["gamma_u"].values, float)
    within = start * np.exp(r * (1 - r) * (gamma - 1) * visits) >= LEARNED
    return Evidence(
        holds=(median >= LEARNED).values,
        numbers=(
            Number(f"median weak output {at(V)}", median.values),
            Number(f"runs of {V.size} that blew up", int(V.isnull().sum()), form="d"),
        ),
        criterion=f"at least {LEARNED:g} (delta = {DELTA:g}) once the growth law reaches it: from "
        f"gamma_u = {gamma[within].min():g} on; a run that blew up has learned nothing",
        within=within,
    )


def only_with_oscillation(transition: xr.DataTree) -> Evidence:
    """Weak output and accuracy at all steps below 1."""
    V = weak_output(transition)
    V = V.where(V["gamma_u"] < WINDOW[0], drop=True)
    draws = ended(transition, "weak_accuracy").sel(gamma_u=V["gamma_u"])
    accuracy, error = mean_and_error(draws)
    median = V.median("replica")
    spread = STANDARD_ERRORS * error
    return Evidence(
        holds=((median < LEARNED) & (accuracy + spread < HALFWAY)).values,
        numbers=(
            Number(f"median weak output {at(V)}", median.values, draws=V),
            Number("accuracy on weak points", accuracy.values, error=spread.values, draws=draws),
        ),
        criterion=f"weak output below {LEARNED:g}, accuracy below {HALFWAY:g}, halfway between "
        f"guessing and knowing; errors are {STANDARD_ERRORS:g} standard errors",
    )


def test_accuracies(headline: xr.DataTree) -> Evidence:
    """Mean accuracy on points mixed as in training, against the published means of few points."""
    mixed, weak = (ended(headline, f"{kind}_accuracy") for kind in ("mixed", "weak"))
    accuracy, error = mean_and_error(mixed)
    published = np.array([PUBLISHED[float(g)] for g in accuracy["gamma_u"]])
    combined = np.sqrt(error.values**2 + published * (1 - published) / PUBLISHED_POINTS)
    spread = STANDARD_ERRORS * combined
    rise = accuracy.values[-1] - accuracy.values[0] > STANDARD_ERRORS * np.hypot(*error.values)
    xi, updates = parameter(headline, "noise_norm"), parameter(headline, "n_steps")
    per_cent: dict[str, Any] = {"unit": "%", "form": ".2f", "draws": mixed}
    name, on_weak = f"accuracy {at(accuracy)}", 100 * weak.mean("replica").values
    return Evidence(
        holds=(np.abs(accuracy.values - published) <= spread) & rise,
        numbers=(
            Number(name, 100 * accuracy, 100 * published, 100 * spread, **per_cent),
            Number("on weak points alone", on_weak, unit="%", form=".1f", draws=weak),
        ),
        criterion=f"as published to {STANDARD_ERRORS:g} standard errors, those of its "
        f"{PUBLISHED_POINTS} answers included, and the large step above the small one. Sizes as "
        f"published; both steps, |xi| = {xi:g} |u| and {updates:g} updates are ours",
    )


def residuals_accumulate(transition: xr.DataTree) -> Evidence:
    """Least slack of the accumulation inequality at every step with runs free of sign flips."""
    slack = ended(transition, "accumulation_slack")
    total = ended(transition, "final_residual_sum").where(slack.notnull())
    tested = slack.notnull().any(["label", "replica"])
    least = slack.min(["label", "replica"])[tested]
    return Evidence(
        holds=(least > 0).values,
        numbers=(
            Number(f"least slack {at(least)}", least.values),
            Number("mean sums", total.mean(["label", "replica"])[tested].values),
            Number("sums tested", int(slack.notnull().sum()), form="d"),
        ),
        criterion="slack positive; no error: the inequality is exact",
    )


def oscillation_lasts(transition: xr.DataTree) -> Evidence:
    """Mean size of the residuals in the last tenth of training, at the window's steps."""
    draws = ended(transition, "late_residual").sel(gamma_u=slice(*WINDOW))
    late, error = mean_and_error(draws)
    spread = STANDARD_ERRORS * error
    name = f"mean |1 - y f| of the last tenth {at(late)}"
    return Evidence(
        holds=(late + spread >= DELTA).values,
        numbers=(Number(name, late.values, error=spread.values, draws=draws),),
        criterion=f"at least {DELTA:g}; errors are {STANDARD_ERRORS:g} standard errors",
    )


def oscillation_ends_itself(ending: xr.DataTree) -> Evidence:
    """Weak output at the end against V*, and whether strong samples sit where a visit is stable.

    Medians, as a run that starts a label without a right filter learns the weak feature without
    oscillating.
    """
    draws = weak_output(ending)
    V, top = draws.median("replica"), ceiling(ending)
    sharpness = ended(ending, "final_eta_sharpness").isel(kind=0).median("replica")
    late = ended(ending, "late_residual").median("replica")
    return Evidence(
        holds=((top <= V) & (sharpness <= 2)).values,
        numbers=(
            Number(f"weak output {at(V)}", V.values, expected=top.values, draws=draws),
            Number("eta * sharpness of strong samples", sharpness.values),
            Number("late residuals", late.values),
        ),
        criterion="weak output at or above V*, eta * sharpness at most 2; medians of "
        f"{ending['simulation'].sizes['replica']} runs",
    )


def cells(window: xr.DataTree) -> tuple[Flags, Flags, Flags, list[Number]]:
    """For every training set and noise: does the large, the small step know; inside the window;
    edges.
    """
    accuracy = ended(window, "weak_accuracy").mean("replica")
    r = parameter(window, "weak_norm") ** 2
    large, small, inside, edges = [], [], [], []
    for k in range(accuracy.sizes["training_set"]):
        here = accuracy.isel(training_set=k)
        n_weak, n_strong = samples_per_label(here)
        xi = here["noise_norm"].values
        large.append(here.isel(gamma_u=-1).values >= HALFWAY)
        small.append(here.isel(gamma_u=0).values >= HALFWAY)
        inside.append((n_weak * r < xi**2) & (xi**2 < n_strong * r))
        last = [xi[flags[-1]].max(initial=0.0) for flags in (small, large)]
        name = (
            f"largest |xi| known to the small and large step, n_w = {n_weak:g}, n_s = {n_strong:g}:"
        )
        edges.append(Number(name, last, np.sqrt([n_weak * r, n_strong * r])))
    return np.concatenate(large), np.concatenate(small), np.concatenate(inside), edges


def learned_inside_noise_window(noise_window: xr.DataTree) -> Evidence:
    """Cells inside the derived window: is the large step's weak accuracy above halfway?"""
    large, _, inside, edges = cells(noise_window)
    name = f"cells inside that are known, of {inside.sum()}:"
    return Evidence(
        holds=large[inside],
        numbers=(Number(name, large[inside].sum(), form="d"), *edges),
        criterion=f"mean accuracy above {HALFWAY:g} in all cells inside the derived window",
    )


def noise_window_is_sharp(noise_window: xr.DataTree) -> Evidence:
    """All cells: does the large step know and the small one not, inside the window and nowhere
    else?
    """
    large, small, inside, edges = cells(noise_window)
    as_derived = (large & ~small) == inside
    name = f"cells as derived, of {len(inside)}:"
    return Evidence(
        holds=as_derived,
        numbers=(Number(name, as_derived.sum(), form="d"), *edges),
        criterion="edges as derived. Around them both are learned in part, and a weak feature that "
        "noise has outrun still beats the answer to fresh noise",
    )


def bounded(wall: xr.DataTree) -> Evidence:
    """Share of runs that ended, by step."""
    share, law = (blown_up(wall, side) for side in ("simulation", "theory"))
    n = wall["simulation"].sizes["replica"]
    spread = 100 * STANDARD_ERRORS * 0.5 / np.sqrt(n)
    name = f"runs of {n} that blow up {at(share)}"
    return Evidence(
        holds=(1 - share >= MOSTLY).values,
        numbers=(
            Number(name, 100 * share, error=spread, unit="%", form=".1f"),
            Number("by the recursion", 100 * law, unit="%", form=".1f"),
        ),
        criterion=f"at most {100 * (1 - MOSTLY):.0f} %; errors are {STANDARD_ERRORS:g} standard "
        "errors at most",
        within=(share["gamma_u"] <= 1.67).values,
    )


def recursion_is_exact(recursion: xr.DataTree) -> Evidence:
    """Largest distance of the network from the recursion over all runs, records and groups."""
    network, law = (recursion[side].to_dataset() for side in ("simulation", "theory"))
    names = ("strong_groups", "weak_groups", "noise_groups", "loss", "accumulation_slack")
    off = [abs(network[name] - law[name]) for name in names]
    by_cell = [o.max([d for d in o.dims if d not in ("gamma_u", "order")]) for o in off]
    worst = xr.concat(by_cell, "name").max("name")
    largest = Number(f"largest distance {at(worst)}", worst.max("order").values, 0.0, ROUNDING)
    return Evidence(
        holds=(worst <= ROUNDING).values.ravel(),
        numbers=(largest,),
        criterion="0 but for rounding, in three orders of visits",
    )
