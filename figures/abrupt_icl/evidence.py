"""What the claims about nested logits and the minimal head come to, measured on their sweeps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.abrupt_icl.reading import clock, ends, runs
from toysim.figures.abrupt_icl.statistics import half_rise
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter

CORRECTION = 4.0  # times 1/D: what finite dimension may add to a crossing time, relative
HIGH, CHANCE = 0.85, 0.5  # accuracies of having learned, and of having not
SLACK = 0.05  # between accuracies that should not fall


def slow_phase(tree: xr.DataTree) -> Evidence:
    """Loss at 0.8 of the cliff's time against log N, by the classifier's mobility."""
    moving = int(np.flatnonzero(observable(tree, "alpha_mobility").values > 0)[0])
    loss, time, t50 = (
        observable(tree, name).isel(attention=moving) for name in ("loss", "time", "t50")
    )
    courses = zip(t50.values, time.values, loss.values, strict=True)
    before = np.array([np.interp(0.8 * t, x, y) for t, x, y in courses])
    mu, target = t50["xi_mobility"].values, np.log(parameter(tree, "n_pairs"))
    start = np.log(parameter(tree, "n_labels"))
    return Evidence(
        holds=before <= target + 0.1,
        within=mu >= 30,
        numbers=(
            Number("mobility of the classifier", mu, form=".0f"),
            Number("loss at the start", loss.values[:, 0], start, form=".2f"),
            Number("loss at 0.8 of the cliff's time", before, target, 0.1, form=".2f"),
        ),
        criterion="at 0.8 of the cliff's time the loss is log N + 0.1 or below; deterministic",
    )


def three_halves(tree: xr.DataTree) -> Evidence:
    """Local exponents of t50 in N."""
    n, t50 = observable(tree, "n_pairs").values, observable(tree, "t50").values
    exponent = np.diff(np.log(t50)) / np.diff(np.log(n))
    return Evidence(
        holds=np.abs(exponent - 1.5) < 0.05,
        within=n[:-1] >= 24,
        numbers=(
            Number("pairs N", n, form="d"),
            Number("exponent between neighbours", exponent, 1.5, 0.05, form=".3f"),
        ),
        criterion="the exponent is within 0.05 of 3/2; deterministic",
    )


def bracket(sizes: xr.DataTree, labels: xr.DataTree) -> Evidence:
    """t50 between the two estimates, also outside the range in which theory gives them."""
    names = ("n_pairs", "n_labels", "t50")
    n, n_labels, t50 = np.concatenate([_columns(tree, names) for tree in (sizes, labels)], axis=1)
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


def _columns(tree: xr.DataTree, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Parameters and observables as rows over the cells of a sweep with one axis."""
    t50 = observable(tree, "t50")
    return np.array([(observable(tree, name) + 0 * t50).values for name in names])


def saddle(tree: xr.DataTree) -> Evidence:
    """For L = N: rest at the origin, growth at the predicted rate on both sides of it; for L > N
    the origin moves.
    """
    n_pairs = int(parameter(tree, "n_pairs"))
    alpha, t = observable(tree, "alpha"), clock(tree)
    first, last = int(np.argmax(t >= 250)), int(np.argmax(t >= 350))
    equal = alpha.sel(n_labels=n_pairs)
    starts = equal["alpha_start"].values
    rate = forms.saddle_rate(0.0, n_pairs, n_pairs)
    near = equal.isel(alpha_start=np.flatnonzero(starts != 0)).values
    growth = np.log(near[:, last] / near[:, first]) / (t[last] - t[first])
    rests = np.abs(equal.isel(alpha_start=int(np.flatnonzero(starts == 0)[0])).values).max()
    more = int(alpha["n_labels"].values.max())
    moved = np.isfinite(observable(tree, "t50").sel(n_labels=more).values)
    return Evidence(
        holds=np.concatenate([[rests == 0], np.abs(growth / rate - 1) < 0.01, moved]),
        numbers=(
            Number("L = N: largest |alpha| from the origin", rests, 0.0, form=".1g"),
            Number("L = N: growth rate next to it", growth, rate, 0.01 * rate, "1/t", ".5f"),
            Number(f"L = {more}: starts that cross", moved.sum(), moved.size, form="d"),
        ),
        criterion="rest at 0, rates within 1 % between t = 250 and 350, where the shrinking part "
        "is below 0.3 %; for more labels every start crosses",
    )


def labels_before_match(tree: xr.DataTree) -> Evidence:
    """Half-rise times of TLA2, ILA1 and TILA2 in units of t50, run by run."""
    t50, time = runs(tree, "t50"), clock(tree)
    rises = {
        name: np.array(
            [[half_rise(time, run) for run in courses] for courses in runs(tree, name).values]
        )
        / t50.values
        for name in ("tla2", "ila1", "tila2")
    }
    ahead = rises["tla2"] < np.minimum(rises["ila1"], rises["tila2"]) - 0.1
    together = np.abs(rises["ila1"] - rises["tila2"]) < 0.1
    learns = observable(tree, "learn_beta2").values
    return Evidence(
        holds=ahead & together,
        within=np.broadcast_to(learns[:, None], ahead.shape),
        numbers=(
            Number("beta2 learned (1) or not (0)", learns.astype(int), form="d"),
            *(
                Number(f"mean half rise of {name.upper()} over t50", rise.mean(axis=1), form=".2f")
                for name, rise in rises.items()
            ),
            Number("runs each", t50.sizes["replica"], form="d"),
            Number("records apart", time[1], unit="updates", form=".0f"),
        ),
        criterion="in a run TLA2 is half way up more than 0.1 of t50 before both others, and these "
        "are within 0.1 of each other; every run is judged",
    )


def beta2_can_go(tree: xr.DataTree) -> Evidence:
    """All two-parameter runs cross, and how much later than with three."""
    t50, n = runs(tree, "t50"), observable(tree, "n_pairs").values
    two, three = (t50.sel(learn_beta2=learns) for learns in (False, True))
    factor = (two.median("replica") / three.median("replica")).values
    crossed = np.isfinite(two.values)
    return Evidence(
        holds=crossed.all(axis=two.get_axis_num("replica")) & (factor > 1.25) & (factor < 1.65),
        within=n >= 4,
        numbers=(
            Number("two-parameter runs that cross", crossed.sum(), crossed.size, form="d"),
            Number("pairs N", n, form="d"),
            Number("later by a factor of", factor, 1.45, 0.2, form=".2f"),
        ),
        criterion="every run crosses, and the factor, of medians over runs that scatter by about "
        "3 %, is between 1.25 and 1.65",
    )


def reliable(tree: xr.DataTree) -> Evidence:
    """Share of the runs that end above an accuracy of HIGH, by L and start of W."""
    end = ends(tree, "ic_accuracy", "n_labels", "weight_scale")
    n_pairs, counts = int(parameter(tree, "n_pairs")), end["n_labels"].values
    shares = (end.values > HIGH).mean(axis=2)
    return Evidence(
        holds=shares == 1.0,
        within=np.broadcast_to((counts > n_pairs)[:, None], shares.shape),
        numbers=(
            Number("start of W", end["weight_scale"], unit="of its scale", form=".0f"),
            *(
                Number(f"share at N = {n_pairs}, L = {count}", share, form=".2f")
                for count, share in zip(counts, shares, strict=True)
            ),
            Number("runs each", end.sizes["replica"], form="d"),
        ),
        criterion=f"every run ends above an accuracy of {HIGH}",
    )


def four_logits(times: xr.DataTree, four: xr.DataTree) -> Evidence:
    """Median t50 of the head over that of four logits."""
    measured, predicted = runs(times, "t50").median("replica"), observable(four, "t50")
    n, learns = observable(times, "n_pairs").values, measured["learn_beta2"].values
    # both from two parameters to three
    assert np.array_equal(learns, predicted["beta2_mobility"].values > 0)
    by_head = measured.transpose("learn_beta2", "size").values
    ratio = by_head / predicted.transpose("beta2_mobility", "size").values
    return Evidence(
        holds=np.abs(ratio - 1) < 0.1,
        within=(n >= 8) | learns[:, None],
        numbers=(
            Number("pairs N", n, form="d"),
            Number("t50 over the prediction, two parameters", ratio[0], 1.0, 0.1, form=".2f"),
            Number("t50 over the prediction, three parameters", ratio[1], 1.0, 0.1, form=".2f"),
            Number("runs each", runs(times, "t50").sizes["replica"], form="d"),
        ),
        criterion="medians, over runs that scatter by about 3 %, are within 10 % of the prediction",
    )


def mean_field(times: xr.DataTree, dimensions: xr.DataTree) -> Evidence:
    """Mean t50 of the head over the mean field's, with its standard error, by N and by D."""
    d, D = observable(dimensions, "dimension").values, parameter(times, "dimension")
    (by_n, n_error), (by_d, d_error) = _lateness(times), _lateness(dimensions)
    holds = (
        np.abs(by_n) < CORRECTION / D + 3 * n_error,
        np.abs(by_d) < CORRECTION / d[:, None] + 3 * d_error,
    )
    return Evidence(
        holds=np.concatenate([flags.ravel() for flags in holds]),
        numbers=(
            Number("pairs N", observable(times, "n_pairs"), form="d"),
            Number(
                f"two and three parameters at D = {D}, N by N, later by",
                100 * by_n,
                0.0,
                100 * n_error,
                "%",
                ".1f",
            ),
            Number("dimensions D", d, form="d"),
            Number(
                "two and three parameters at N = 4, D by D, later by",
                100 * by_d,
                0.0,
                100 * d_error,
                "%",
                ".1f",
            ),
        ),
        criterion=f"t50 is the mean field's up to {CORRECTION:g}/D and three standard errors of "
        "the mean over runs",
    )


def _lateness(tree: xr.DataTree) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """t50 over the mean field's less 1, mean over runs and its standard error, (., learn_beta2)."""
    ratio = runs(tree, "t50") / observable(tree, "mean_field_t50", "theory") - 1
    mean, error = mean_and_error(ratio)
    return mean.values, error.values


def classes_decide(tree: xr.DataTree) -> Evidence:
    """Accuracies at the end by K: in context at the largest, in weights at the smallest, monotone
    between.
    """
    context, weights = (
        ends(tree, name, "n_classes").mean("replica").values
        for name in ("ic_accuracy", "iw_accuracy")
    )
    trends = [(np.diff(context) > -SLACK).all(), (np.diff(weights) < SLACK).all()]
    learned = [context[-1] > HIGH, weights[-1] < CHANCE, context[0] < CHANCE, weights[0] > HIGH]
    return Evidence(
        holds=np.array([*learned, *trends]),
        numbers=(
            Number("classes K", observable(tree, "n_classes"), form="d"),
            Number("accuracy in context", context, form=".2f"),
            Number("accuracy in weights", weights, form=".2f"),
            Number("sequences of a test", parameter(tree, "n_test"), form="d"),
        ),
        criterion=f"from below {CHANCE} to above {HIGH} in context, the other way round in weights,"
        f" and no step of {SLACK} against the trend; a test of 200 sequences has an error of 0.03",
    )
