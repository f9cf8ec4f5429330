"""What the claims about nested logits and the minimal head come to, measured on their sweeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.abrupt_icl.numbers import counted, n_runs, records_apart
from toysim.figures.abrupt_icl.reading import (
    Array,
    both_ends,
    clock,
    counts,
    ends,
    half_rises,
    local_exponent,
    over_four_logits,
    over_mean_field,
)
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.paper import Evidence, Number
from toysim.papers.reading import (
    Flags,
    landmark,
    mean_and_error,
    observable,
    parameter,
    reached_or_later,
    runs,
)

CORRECTION = 4.0  # times 1/D: what finite dimension may add to a crossing time, relative
HIGH, CHANCE = 0.85, 0.5  # accuracies of having learned, and of having not
SLACK = 0.05  # between accuracies that should not fall


def slow_phase(tree: xr.DataTree) -> Evidence:
    """Loss at 0.8 of the cliff's time against log N, by the classifier's mobility."""
    moving = int(np.flatnonzero(observable(tree, "alpha_mobility").values > 0)[0])
    loss, time, t50 = (
        observable(tree, name).isel(attention=moving).values for name in ("loss", "time", "t50")
    )
    before = np.array([np.interp(0.8 * t, x, y) for t, x, y in zip(t50, time, loss, strict=True)])
    mu, (target, start) = observable(tree, "xi_mobility").values, np.log(counts(tree))
    return Evidence(
        holds=before <= target + 0.1,
        within=mu >= 30,
        numbers=(
            Number("mobility of the classifier", mu, form=".0f"),
            Number("loss at the start", loss[:, 0], start, form=".2f"),
            Number("loss at 0.8 of the cliff's time", before, target, 0.1, form=".2f"),
        ),
        criterion="at 0.8 of the cliff's time the loss is log N + 0.1 or below; deterministic",
    )


def three_halves(tree: xr.DataTree) -> Evidence:
    """Local exponents of t50 in N."""
    n, exponent = local_exponent(tree)
    return Evidence(
        holds=np.abs(exponent - 1.5) < 0.05,
        within=n[:-1] >= 24,
        numbers=(
            counted(tree, "n_pairs"),
            Number("exponent between neighbours", exponent, 1.5, 0.05, form=".3f"),
        ),
        criterion="the exponent is within 0.05 of 3/2; deterministic",
    )


def bracket(sizes: xr.DataTree, labels: xr.DataTree) -> Evidence:
    """t50 between the two estimates, also outside the range in which theory gives them."""
    n, n_labels, t50 = np.concatenate([_columns(tree) for tree in (sizes, labels)], axis=1)
    low, high = (
        forms.time_of_action(action(n, n), n, n_labels)
        for action in (forms.action_inf, forms.action_half)
    )
    return Evidence(
        holds=(low < t50) & (t50 < high),
        within=(n_labels >= 1.25 * n) & (n_labels <= 64 * n),
        numbers=(
            Number("pairs N", n, form=".0f"),
            Number("labels L", n_labels, form=".0f"),
            Number("lower estimate over the cliff's time", low / t50, form=".3f"),
            Number("upper estimate over the cliff's time", high / t50, form=".3f"),
        ),
        criterion="the cliff comes after the lower and before the upper estimate; deterministic",
    )


def _columns(tree: xr.DataTree) -> Array:
    """N, L and t50 as rows over the cells of a sweep with one axis."""
    t50 = observable(tree, "t50")
    names = ("n_pairs", "n_labels", "t50")
    return np.array([(observable(tree, name) + 0 * t50).values for name in names])


def saddle(tree: xr.DataTree) -> Evidence:
    """For L = N: rest at the origin, growth at the predicted rate on both sides of it; for L > N
    the origin moves.
    """
    n_pairs, alpha = int(parameter(tree, "n_pairs")), observable(tree, "alpha")
    equal, more = alpha.sel(n_labels=n_pairs), int(alpha["n_labels"].max())
    rest = np.abs(equal.sel(alpha_start=0).values).max()
    even: dict[str, Any] = {"n_pairs": n_pairs, "n_labels": n_pairs, "competitors": 0.0}
    rate = float(landmark("induction_head.logits", "saddle_rate", **even))
    growth = growth_rates(tree, equal)
    moved = np.isfinite(observable(tree, "t50").sel(n_labels=more).values)
    return Evidence(
        holds=np.array([rest == 0, *(np.abs(growth / rate - 1) < 0.01), *moved]),
        numbers=(
            Number("L = N: largest |alpha| from the origin", rest, 0.0, form=".1g"),
            Number("L = N: growth rate next to it", growth, rate, 0.01 * rate, "1/t", ".5f"),
            Number(f"L = {more}: starts that cross", moved.sum(), moved.size, form="d"),
        ),
        criterion="rest at 0, rates within 1 % between t = 250 and 350, where the shrinking part "
        "is below 0.3 %; for more labels every start crosses",
    )


def growth_rates(tree: xr.DataTree, alpha: xr.DataArray) -> Array:
    """d log alpha / dt between t = 250 and 350, from every start but 0."""
    t = clock(tree)
    first, last = (int(np.argmax(t >= moment)) for moment in (250, 350))
    near = alpha.isel(alpha_start=np.flatnonzero(alpha["alpha_start"])).values
    rates: Array = np.log(near[:, last] / near[:, first]) / (t[last] - t[first])
    return rates


def labels_before_match(tree: xr.DataTree) -> Evidence:
    """Half-rise times of TLA2, ILA1 and TILA2 in units of t50, run by run."""
    rises = half_rises(tree, "tla2", "ila1", "tila2")
    ahead = rises["tla2"] < np.minimum(rises["ila1"], rises["tila2"]) - 0.1
    together = np.abs(rises["ila1"] - rises["tila2"]) < 0.1
    learns = observable(tree, "learn_beta2").values
    return Evidence(
        holds=ahead & together,
        within=np.broadcast_to(learns[:, None], ahead.shape),
        numbers=(
            Number("beta2 learned (1) or not (0)", learns.astype(int), form="d"),
            *(
                Number(f"median half rise of {name} over t50", np.median(rise, axis=1), form=".2f")
                for name, rise in rises.items()
            ),
            n_runs(tree),
            records_apart(tree),
        ),
        criterion="in a run TLA2 is half way up more than 0.1 of t50 before both others, and these "
        "are within 0.1 of each other; every run is judged",
    )


def beta2_can_go(tree: xr.DataTree) -> Evidence:
    """All two-parameter runs cross, and how much later than with three."""
    times = reached_or_later(runs(tree, "t50"))
    two, three = (times.sel(learn_beta2=learns) for learns in (False, True))
    factor = (two.median("replica") / three.median("replica")).values
    crossed = np.isfinite(two.values)
    return Evidence(
        holds=crossed.all(axis=two.get_axis_num("replica")) & (factor > 1.25) & (factor < 1.65),
        within=observable(tree, "n_pairs").values >= 4,
        numbers=(
            Number("two-parameter runs that cross", crossed.sum(), crossed.size, form="d"),
            counted(tree, "n_pairs"),
            Number("later by a factor of", factor, 1.45, 0.2, form=".2f"),
        ),
        criterion="every run crosses, and the factor, of medians over runs that scatter by about "
        "3 %, is between 1.25 and 1.65",
    )


def reliable(tree: xr.DataTree) -> Evidence:
    """Share of the runs that end above an accuracy of HIGH, by L and start of W."""
    end = ends(tree, "ic_accuracy", "n_labels", "weight_scale")
    n_pairs, label_counts = int(parameter(tree, "n_pairs")), end["n_labels"].values
    shares = (end.values > HIGH).mean(axis=2)
    return Evidence(
        holds=shares == 1.0,
        within=np.broadcast_to((label_counts > n_pairs)[:, None], shares.shape),
        numbers=(
            Number("start of W", end["weight_scale"], unit="of its scale", form=".0f"),
            *(
                Number(f"share at N = {n_pairs}, L = {count}", share, form=".2f")
                for count, share in zip(label_counts, shares, strict=True)
            ),
            n_runs(tree),
        ),
        criterion=f"every run ends above an accuracy of {HIGH}",
    )


def four_logits(times: xr.DataTree, four: xr.DataTree) -> Evidence:
    """Median t50 of the head over that of four logits; N = 2 with beta2 lies on the bound and is
    not judged.
    """
    n, ratio = observable(times, "n_pairs").values, over_four_logits(times, four)
    learns = ratio["learn_beta2"].values.astype(bool)[:, None]
    judged = (n >= 4) | ~learns
    return Evidence(
        holds=(np.abs(ratio.values - 1) < 0.1)[judged],
        within=((n >= 8) | learns)[judged],
        numbers=(
            counted(times, "n_pairs"),
            *(
                Number(f"t50 over the prediction, {name} parameters", by_n, 1.0, 0.1, form=".2f")
                for name, by_n in zip(("two", "three"), ratio.values, strict=True)
            ),
            n_runs(times),
        ),
        criterion="medians, over runs that scatter by about 3 %, are within 10 % of the prediction",
    )


def mean_field(times: xr.DataTree, dimensions: xr.DataTree) -> Evidence:
    """Mean t50 of the head over the mean field's, with its standard error, by N and by D: infinite
    if a run has no cliff.
    """
    d, D = observable(dimensions, "dimension").values, parameter(times, "dimension")
    by_n, by_d = (mean_and_error(over_mean_field(tree) - 1) for tree in (times, dimensions))
    holds = (as_predicted(*by_n, D), as_predicted(*by_d, d[:, None]))
    return Evidence(
        holds=np.concatenate([flags.ravel() for flags in holds]),
        numbers=(
            counted(times, "n_pairs"),
            lateness(f"D = {D}, N by N", *by_n),
            counted(dimensions, "dimension"),
            lateness(f"N = {parameter(dimensions, 'n_pairs')}, D by D", *by_d),
        ),
        criterion=f"every run crosses; t50 is the mean field's up to {CORRECTION:g}/D and three "
        "standard errors of the mean over runs",
    )


def as_predicted(mean: xr.DataArray, error: xr.DataArray, D: Any) -> Flags:
    """Whether t50 is the mean field's (., learn_beta2), up to what finite D may add."""
    close: Flags = np.abs(mean.values) < CORRECTION / D + 3 * error.values
    return close


def lateness(where: str, mean: xr.DataArray, error: xr.DataArray) -> Number:
    """How much later than the mean field, in per cent."""
    name = f"two and three parameters at {where}, later by"
    return Number(name, 100 * mean, 0.0, 100 * error, "%", ".1f")


def classes_decide(tree: xr.DataTree) -> Evidence:
    """Accuracies at the end by K: in context at the largest, in weights at the smallest, monotone
    between.
    """
    last = both_ends(tree, "n_classes")
    context, weights = (end.mean("replica").values for end in last)
    trends = [(np.diff(context) > -SLACK).all(), (np.diff(weights) < SLACK).all()]
    learned = [context[-1] > HIGH, weights[-1] < CHANCE, context[0] < CHANCE, weights[0] > HIGH]
    return Evidence(
        holds=np.array([*learned, *trends]),
        numbers=(
            counted(tree, "n_classes"),
            Number("accuracy in context", context, form=".2f", draws=last[0]),
            Number("accuracy in weights", weights, form=".2f", draws=last[1]),
            counted(tree, "n_test"),
        ),
        criterion=f"from below {CHANCE} to above {HIGH} in context, the other way round in weights,"
        f" and no step of {SLACK} against the trend; a test of 200 sequences has an error of 0.03",
    )
