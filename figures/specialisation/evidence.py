"""What the claims about soft committees come to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import (
    landmark,
    mean_and_error,
    observable,
    parameter,
    reached_or_later,
)

MODEL = "teacher_student.soft_committee"
HARD = "teacher_student.hard_committee"
Z = 4.0
NEAR = 0.05  # of the plateau's height, in shares
NEAR_FLOOR = 0.04
SMALL = 0.03  # rates, in shares of the largest
SMALL_FLOOR = 0.1  # learning rates below it have the floors of small ones
RUNS = 0.02  # share by which runs of a thousand inputs may miss the flow's floor
TOLD, NEAR_TOLD = 2.04, 0.02  # samples per input at which hard units part, and what is near
PARTED = 0.05  # overlap of the units' differences; chosen after runs at alpha 1 to 6 were seen
PAIRS = ((1, 1), (2, 1), (2, 2), (3, 2))


def by_a_power(times: xr.DataArray) -> xr.DataArray:
    """Times that grow by N^0.1 more."""
    return times * times["size"] ** 0.1


def a_fifth_more(error: xr.DataArray) -> xr.DataArray:
    return 1.2 * error


def threefold(error: xr.DataArray) -> xr.DataArray:
    return 3.0 * error


def backwards(error: xr.DataArray) -> Any:
    """Starts and ends exchanged: what converged diverges."""
    return np.flip(error.values, error.get_axis_num("record"))


def slope_of(times: xr.DataArray) -> tuple[float, float]:
    """Weighted slope of mean escape times over ln N, and its standard error."""
    mean, error = mean_and_error(times)
    x, w = np.log(mean["size"].values), error.values**-2
    centre = np.average(x, weights=w)
    square = np.sum(w * (x - centre) ** 2)
    return float(np.sum(w * (x - centre) * mean.values) / square), float(square**-0.5)


def escape_takes_log_n(escape: xr.DataTree) -> Evidence:
    """Slope over ln N; every run has escaped, or the mean would be of those that did."""
    times = observable(escape, "escape_time").transpose("size", "replica")
    slope, error = slope_of(times)
    rate = parameter(escape, "learning_rate")
    known = float(landmark(MODEL, "escape_slope", learning_rate=rate))
    late = int(np.isinf(reached_or_later(times)).sum())
    return Evidence(
        [abs(slope - known) <= Z * error, late == 0, slope > Z * error],
        (
            Number("slope", slope, known, Z * error, "N examples"),
            Number("runs that did not escape", late, 0, form="d"),
        ),
        f"within {Z:g} standard errors of 1/(2 lambda), and above 0; every run escaped",
    )


def height(k: int) -> float:
    """Error of the plateau at small rates."""
    return k / math.pi * (math.pi / 6.0 - k * math.asin(0.5 / k))


def by_units(trees: Iterable[xr.DataTree], name: str) -> Iterator[tuple[int, xr.DataArray]]:
    """Numbers of units of sweeps, and an observable of theory over their learning rates."""
    for tree in trees:
        yield int(parameter(tree, "hidden_units")), observable(tree, name, "theory")


def largest_rate(k: int) -> float:
    """Exact one of committees that learn as many units."""
    return float(landmark(MODEL, "rate_max", hidden_units=k, teacher_units=k))


def plateau_height(*plateaus: xr.DataTree) -> Evidence:
    """Exact errors over the rate against the height at small rates, by units."""
    holds, within, numbers = [], [], []
    for k, error in by_units(plateaus, "plateau_error"):
        known, share = height(k), error["learning_rate"].values / largest_rate(k)
        holds.append((abs(error / known - 1.0) <= NEAR).values)
        within.append(share <= SMALL)
        numbers.append(Number(f"plateau, K = {k}", error, known, NEAR * known, form=".4f"))
    return Evidence(
        np.concatenate(holds),
        (Number("rate over the largest", share, form=".2g"), *numbers),
        f"within {NEAR:.0%}",
        np.concatenate(within),
    )


def usual_rate(k: int) -> float:
    return math.sqrt(3.0) * math.pi / (k + 3.0 / math.sqrt(5.0) - 1.0)


def usual_largest_rate(*rates: xr.DataTree) -> Evidence:
    """Whether the error next to the solution falls, against the usual formula, by units."""
    holds, within, numbers = [], [], []
    for k, error in by_units(rates, "flow_error"):
        falls = (error.isel(record=-1) < error.isel(record=0)).values
        rate, usual, exact = error["learning_rate"].values, usual_rate(k), largest_rate(k)
        holds.append(falls == (rate < usual))
        within.append((rate < exact) | (rate > usual))
        numbers.append(Number(f"K = {k}: largest rate with a falling error", rate[falls].max()))
        numbers.append(Number("exact largest rate", exact, usual, form=".5f"))
    return Evidence(
        np.concatenate(holds),
        tuple(numbers),
        "the error falls in 600 examples per input if and only if eta is below the usual formula",
        np.concatenate(within),
    )


def floors(*trees: xr.DataTree) -> Any:
    """Errors at the end in units of sigma^2 eta/2 pi, (pairs, rates), and the rates."""
    found = []
    for tree in trees:
        error = observable(tree, "flow_error", "theory").isel(record=-1)
        unit = parameter(tree, "label_noise") * error["learning_rate"] / (2.0 * math.pi)
        found.append((error / unit).values)
    return np.array(found), error["learning_rate"].values


def surplus_units_end_worse(*trees: xr.DataTree) -> Evidence:
    """Floors of one surplus unit against none, at every rate."""
    found, rates = floors(*trees)
    return Evidence(
        np.concatenate([found[1] > found[0], found[3] > found[2]]),
        (
            Number("learning rate", rates, form="g"),
            *(Number(f"K = {k}, M = {m}", at) for (k, m), at in zip(PAIRS, found, strict=True)),
        ),
        "in units of sigma^2 eta/2 pi, a surplus unit has the larger error",
    )


def runs_over_flow(*trees: xr.DataTree) -> tuple[Any, Any]:
    """Mean errors of runs over the flow's in the second half, and standard errors."""
    found = []
    for tree in trees:
        draws, flow = observable(tree, "error"), observable(tree, "flow_error", "theory")
        late = slice(draws.sizes["record"] // 2 + 1, None)
        share = draws.isel(record=late).mean("record") / flow.isel(record=late).mean("record")
        found.append([np.atleast_1d(v.values) for v in mean_and_error(share)])
    means, errors = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return means, errors


def noise_floor(*trees: xr.DataTree) -> Evidence:
    """Floors against the law, at every rate; runs at one rate against the flow."""
    found, rates = floors(*trees[: len(PAIRS)])
    law = np.array([k - m + m / math.sqrt(3.0) for k, m in PAIRS])[:, None]
    small = np.broadcast_to(rates < SMALL_FLOOR, found.shape)
    share, noise = runs_over_flow(*trees[len(PAIRS) :])
    bound = Z * noise + RUNS
    return Evidence(
        np.append(np.abs(found / law - 1.0) <= NEAR_FLOOR, abs(share - 1.0) <= bound),
        (
            Number("learning rate", rates, form="g"),
            Number("floor", found, law, NEAR_FLOOR * law, "sigma^2 eta/2 pi"),
            Number("runs at 0.2 over the flow, K M = 11, 22, 21", share, 1.0, bound, form=".4f"),
        ),
        f"within {NEAR_FLOOR:.0%} of the law; runs within {Z:g} standard errors + {RUNS:.0%} of "
        "the flow",
        np.append(small, np.ones(len(share), bool)),
    )


def hard_units_part(hard: xr.DataTree, curve: xr.DataTree) -> Evidence:
    """Overlaps of the units' differences in runs and in the state evolution, on both sides of the
    exact transition.
    """
    mean, error = mean_and_error(observable(hard, "antisymmetric_overlap"))
    known = observable(curve, "antisymmetric_overlap", "theory")
    exact = float(landmark(HARD, "specialisation"))
    beyond = (mean["sample_ratio"] > exact).values
    sides = (known["sample_ratio"] > exact).values
    return Evidence(
        np.concatenate(
            [
                (mean.values > PARTED) == beyond,
                (known.values > 1e-6) == sides,
                [abs(exact / TOLD - 1.0) <= NEAR_TOLD],
            ]
        ),
        (
            Number("alpha_s", exact, TOLD, NEAR_TOLD * TOLD, form=".4f"),
            Number("samples per input", mean["sample_ratio"], form="g"),
            Number("overlap of differences", mean, error=error),
        ),
        f"runs above {PARTED:g} and theory above 0 if and only if alpha is above alpha_s; "
        f"alpha_s within {NEAR_TOLD:.0%} of {TOLD:g}; errors are standard errors",
    )


def mirrored(overlap: xr.DataArray) -> Any:
    """Many samples and few exchanged."""
    return np.flip(overlap.values, overlap.get_axis_num("sample_ratio"))
