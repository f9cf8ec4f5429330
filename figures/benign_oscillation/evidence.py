"""What the claims of arXiv:2310.17074 come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.benign_oscillation.common import (
    WINDOW,
    ended,
    samples_per_label,
    weak_output,
)
from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import mean_and_error, parameter

Flags = npt.NDArray[np.bool_]

DELTA = 0.2  # smallest residual that the paper's oscillation assumption allows
LEARNED = DELTA / 4  # weak output that its theorem on large steps promises
HALFWAY = 0.75  # accuracy between guessing and knowing
MOSTLY = 0.95  # share of runs
STANDARD_ERRORS = 5.0
ROUNDING = 1e-10  # of sums over 20,000 updates
PUBLISHED = {
    0.5: 0.9375,
    1.3: 0.99375,
}  # at our small and large step; means over PUBLISHED_POINTS answers
PUBLISHED_POINTS = 5 * 32


def _steps(values: xr.DataArray) -> str:
    return "gamma_u = " + ", ".join(f"{g:g}" for g in values["gamma_u"].values)


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
    predicted = start * np.exp(r * (1 - r) * (gamma - 1) * visits)
    return Evidence(
        measured=f"median weak output {listed(median)} at {_steps(V)}; "
        f"{int(V.isnull().sum())} of {V.size} runs blew up",
        expected=f"at least {LEARNED:g} (delta = {DELTA:g}) once the growth law reaches it: "
        f"from gamma_u = {gamma[predicted >= LEARNED].min():g} on",
        error=f"median over {V.sizes['replica']} runs; one that blew up has learned nothing",
        holds=(median >= LEARNED).values,
        within=predicted >= LEARNED,
    )


def only_with_oscillation(transition: xr.DataTree) -> Evidence:
    """Weak output and accuracy at all steps below 1."""
    V = weak_output(transition)
    V = V.where(V["gamma_u"] < WINDOW[0], drop=True)
    accuracy, error = mean_and_error(ended(transition, "weak_accuracy").sel(gamma_u=V["gamma_u"]))
    median = V.median("replica")
    holds = (median < LEARNED) & (accuracy + STANDARD_ERRORS * error < HALFWAY)
    return Evidence(
        measured=f"median weak output {listed(median, 5)}, accuracy on weak points "
        f"{listed(accuracy)} at {_steps(V)}",
        expected=f"weak output below {LEARNED:g}, accuracy below {HALFWAY:g}, halfway between "
        "guessing and knowing",
        error=f"{STANDARD_ERRORS:g} standard errors of the accuracy: "
        f"{listed(STANDARD_ERRORS * error)}",
        holds=holds.values,
    )


def test_accuracies(headline: xr.DataTree) -> Evidence:
    """Mean accuracy on points mixed as in training, against the published means of few points."""
    accuracy, error = mean_and_error(ended(headline, "mixed_accuracy"))
    weak = ended(headline, "weak_accuracy").mean("replica")
    published = np.array([PUBLISHED[float(g)] for g in accuracy["gamma_u"]])
    combined = np.sqrt(error.values**2 + published * (1 - published) / PUBLISHED_POINTS)
    holds = np.abs(accuracy.values - published) <= STANDARD_ERRORS * combined
    holds &= accuracy.values[-1] - accuracy.values[0] > STANDARD_ERRORS * np.hypot(*error.values)
    return Evidence(
        measured=f"{listed(100 * accuracy, 2)} % at {_steps(accuracy)} (weak points alone "
        f"{listed(100 * weak, 1)} %)",
        expected=f"{listed(100 * published, 2)} %, the large step above the small one. Sizes as "
        "published; both steps, "
        f"|xi| = {parameter(headline, 'noise_norm'):g} |u| and {parameter(headline, 'n_steps'):g} "
        "updates are ours",
        error=f"{STANDARD_ERRORS:g} standard errors, the {PUBLISHED_POINTS} published answers "
        "included: "
        f"{listed(100 * STANDARD_ERRORS * combined, 1)} %",
        holds=holds,
    )


def residuals_accumulate(transition: xr.DataTree) -> Evidence:
    """Least slack of the accumulation inequality at every step with runs free of sign flips."""
    slack = ended(transition, "accumulation_slack")
    total = ended(transition, "final_residual_sum").where(slack.notnull())
    tested = slack.notnull().any(["label", "replica"])
    least = slack.min(["label", "replica"])[tested]
    return Evidence(
        measured=f"least slack {listed(least, 2)} under mean sums "
        f"{listed(total.mean(['label', 'replica'])[tested], 1)} at {_steps(least)}; "
        f"{int(slack.notnull().sum())} sums",
        expected="positive",
        error="none: the inequality is exact",
        holds=(least > 0).values,
    )


def oscillation_lasts(transition: xr.DataTree) -> Evidence:
    """Mean size of the residuals in the last tenth of training, at the window's steps."""
    late, error = mean_and_error(ended(transition, "late_residual").sel(gamma_u=slice(*WINDOW)))
    return Evidence(
        measured=f"mean |1 - y f| of the last tenth {listed(late)} at {_steps(late)}",
        expected=f"at least {DELTA:g}",
        error=f"{STANDARD_ERRORS:g} standard errors: {listed(STANDARD_ERRORS * error)}",
        holds=(late + STANDARD_ERRORS * error >= DELTA).values,
    )


def oscillation_ends_itself(ending: xr.DataTree) -> Evidence:
    """Weak output at the end against V*, and whether strong samples sit where a visit is stable;
    medians of the runs.

    Medians, as a run that starts a label without a right filter learns the weak feature without
    oscillating.
    """
    V = weak_output(ending).median("replica")
    sharpness = ended(ending, "final_eta_sharpness").isel(kind=0).median("replica")
    late = ended(ending, "late_residual").median("replica")
    ceiling = ending["theory"].to_dataset()["weak_ceiling"].isel(replica=0)
    return Evidence(
        measured=f"weak output {listed(V)}, eta * sharpness of strong samples "
        f"{listed(sharpness)}, late residuals "
        f"{listed(late, 4)} at {_steps(V)}",
        expected=f"weak output at or above V* = {listed(ceiling)}, eta * sharpness at most 2",
        error=f"none allowed: medians of {ending['simulation'].sizes['replica']} runs",
        holds=((ceiling <= V) & (sharpness <= 2)).values,
    )


def _cells(window: xr.DataTree) -> tuple[Flags, Flags, Flags, str]:
    """For every training set and noise: does the large, the small step know; inside the window;
    edges in words.
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
        last = [xi[flags[-1]].max() for flags in (small, large)]
        edges.append(
            f"n_w = {n_weak:g}, n_s = {n_strong:g}: small to {last[0]:g} "
            f"({np.sqrt(n_weak * r):.3f}), "
            f"large to {last[1]:g} ({np.sqrt(n_strong * r):.3f})"
        )
    words = f"largest |xi| with weak accuracy above {HALFWAY:g} (derived edge): {'; '.join(edges)}"
    return np.concatenate(large), np.concatenate(small), np.concatenate(inside), words


def learned_inside_noise_window(window: xr.DataTree) -> Evidence:
    """Cells inside the derived window: is the large step's weak accuracy above halfway?"""
    large, _, inside, words = _cells(window)
    return Evidence(
        measured=f"{large[inside].sum()} of {inside.sum()} cells; {words}",
        expected=f"accuracy above {HALFWAY:g} in all of them",
        error="means over replicas",
        holds=large[inside],
    )


def noise_window_is_sharp(window: xr.DataTree) -> Evidence:
    """All cells: does the large step know and the small one not, inside the window and nowhere
    else?
    """
    large, small, inside, words = _cells(window)
    holds = large & ~small
    return Evidence(
        measured=f"as derived in {(holds == inside).sum()} of {len(holds)} cells; {words}",
        expected="edges as derived. Around them both are learned in part, and a weak feature that "
        "noise has outrun "
        "still beats the answer to fresh noise",
        error="means over replicas",
        holds=holds == inside,
    )


def bounded(wall: xr.DataTree) -> Evidence:
    """Share of runs that ended, by step."""
    ends = {
        side: (wall[side].to_dataset()["regime"] != 4).mean("replica")
        for side in ("simulation", "theory")
    }
    share = ends["simulation"]
    n = wall["simulation"].sizes["replica"]
    return Evidence(
        measured=f"{listed(100 * (1 - share), 1)} % of {n} runs blow up at {_steps(share)}; by "
        "the recursion "
        f"{listed(100 * (1 - ends['theory']), 1)} %",
        expected=f"at most {100 * (1 - MOSTLY):.0f} %",
        error=f"{STANDARD_ERRORS:g} standard errors are at most "
        f"{100 * STANDARD_ERRORS * 0.5 / np.sqrt(n):.0f} %",
        holds=(share >= MOSTLY).values,
        within=(share["gamma_u"] <= 1.67).values,
    )


def recursion_is_exact(recursion: xr.DataTree) -> Evidence:
    """Largest distance of the network from the recursion over all runs, records and groups."""
    network, law = (recursion[side].to_dataset() for side in ("simulation", "theory"))
    names = ("strong_groups", "weak_groups", "noise_groups", "loss", "accumulation_slack")
    off = [
        abs(network[n] - law[n]).max([d for d in network[n].dims if d not in ("gamma_u", "order")])
        for n in names
    ]
    worst = xr.concat(off, "name").max("name")
    return Evidence(
        measured=f"largest distance {listed(worst.max('order') * 1e12, 3)} * 1e-12 at "
        f"{_steps(worst)}, three orders of "
        f"visits, {network.sizes['replica']} runs each",
        expected="0",
        error=f"rounding, {ROUNDING:g}",
        holds=(worst <= ROUNDING).values.ravel(),
    )
