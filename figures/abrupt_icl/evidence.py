"""What the claims about the small models come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.abrupt_icl.common import clock
from toysim.figures.abrupt_icl.statistics import half_rise
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import observable, parameter

CORRECTION = 4.0  # times 1/D: what finite dimension may add to a crossing time, relative
HIGH, CHANCE = 0.85, 0.5  # accuracies of having learned, and of having not


def slow_phase(tree: xr.DataTree) -> Evidence:
    """Loss at 0.8 of the cliff's time against log N, by the classifier's mobility."""
    moving = int(np.flatnonzero(observable(tree, "alpha_mobility").values > 0)[0])
    loss, time, t50 = (
        observable(tree, name).isel(attention=moving) for name in ("loss", "time", "t50")
    )
    mu, target = t50["xi_mobility"].values, np.log(parameter(tree, "n_pairs"))
    before = np.array(
        [
            np.interp(0.8 * t, x, y)
            for t, x, y in zip(t50.values, time.values, loss.values, strict=True)
        ]
    )
    return Evidence(
        measured=f"loss at 0.8 of the cliff's time {listed(before, 2)} at mobilities "
        f"{listed(mu, 0)}",
        expected=f"log N = {target:.2f} or below, log L = "
        f"{np.log(parameter(tree, 'n_labels')):.2f} at the start",
        error="none: deterministic; log N + 0.1 counts as reached",
        holds=before <= target + 0.1,
        within=mu >= 30,
    )


def three_halves(tree: xr.DataTree) -> Evidence:
    """Local exponents of t50 in N."""
    n, t50 = observable(tree, "n_pairs").values, observable(tree, "t50").values
    exponent = np.diff(np.log(t50)) / np.diff(np.log(n))
    return Evidence(
        measured=f"exponents {listed(exponent, 3)} between neighbours of N = {listed(n, 'd')}",
        expected="3/2 within 0.05",
        error="none: deterministic",
        holds=np.abs(exponent - 1.5) < 0.05,
        within=n[:-1] >= 24,
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
        measured="; ".join(
            f"N = {a:.0f}, L = {b:.0f}: {x:.3f} to {y:.3f}"
            for a, b, x, y in zip(n, n_labels, low / t50, high / t50, strict=True)
        ),
        expected="estimates below and above 1 in units of the cliff's time",
        error="none: deterministic",
        holds=(low < t50) & (t50 < high),
        within=(n_labels >= 1.25 * n) & (n_labels <= 64 * n),
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
        measured=f"L = N: |alpha| from the origin {rests:.1g}, growth rates {listed(growth, 5)}; "
        f"L = {more}: "
        f"{moved.sum()} of {moved.size} starts cross",
        expected=f"0, rate {rate:.5f}; all cross",
        error="rates between t = 250 and 350, where the shrinking part is below 0.3 %",
        holds=np.concatenate([[rests == 0], np.abs(growth / rate - 1) < 0.01, moved]),
    )


def labels_before_match(tree: xr.DataTree) -> Evidence:
    """Half-rise times of TLA2, ILA1 and TILA2 in units of t50, run by run."""
    t50, time = observable(tree, "t50"), clock(tree)
    rises = {
        name: np.array(
            [[half_rise(time, run) for run in runs] for runs in observable(tree, name).values]
        )
        / t50.values
        for name in ("tla2", "ila1", "tila2")
    }
    ahead = rises["tla2"] < np.minimum(rises["ila1"], rises["tila2"]) - 0.1
    together = np.abs(rises["ila1"] - rises["tila2"]) < 0.1
    means = {name.upper(): values.mean(axis=1) for name, values in rises.items()}
    return Evidence(
        measured="; ".join(f"{name} {listed(v, 2)}" for name, v in means.items())
        + " of the cliff's time (beta2 learned: "
        f"{observable(tree, 'learn_beta2').values.tolist()}), means over runs",
        expected="TLA2 ahead of both by more than 0.1, the two others within 0.1 of each other",
        error=f"{t50.sizes['replica']} runs each, all of them judged; records {time[1]:.0f} "
        "updates apart",
        holds=ahead & together,
        within=np.broadcast_to(observable(tree, "learn_beta2").values[:, None], ahead.shape),
    )


def beta2_can_go(tree: xr.DataTree) -> Evidence:
    """All two-parameter runs cross, and how much later than with three."""
    t50, n = observable(tree, "t50"), observable(tree, "n_pairs").values
    two, three = (t50.sel(learn_beta2=learns) for learns in (False, True))
    factor = (two.median("replica") / three.median("replica")).values
    crossed = np.isfinite(two.values).all(axis=two.get_axis_num("replica"))
    return Evidence(
        measured=f"{int(np.isfinite(two.values).sum())} of {two.size} runs cross, later by "
        f"{listed(factor, 2)} "
        f"at N = {listed(n, 'd')}",
        expected="all cross, 1.3 to 1.6 (1.25 to 1.65 counts)",
        error=f"medians over {t50.sizes['replica']} runs that scatter by about 3 %",
        holds=crossed & (factor > 1.25) & (factor < 1.65),
        within=n >= 4,
    )


def reliable(tree: xr.DataTree) -> Evidence:
    """Share of the runs that end above an accuracy of HIGH, by L and start of W."""
    end = observable(tree, "ic_accuracy").isel(record=-1)
    learned = (end > HIGH).transpose("n_labels", "weight_scale", "replica").values
    n_pairs, counts = int(parameter(tree, "n_pairs")), end["n_labels"].values
    shares = learned.mean(axis=2)
    return Evidence(
        measured="; ".join(f"L = {c}: {listed(s, 2)}" for c, s in zip(counts, shares, strict=True))
        + f" of the runs, W from scales {listed(end['weight_scale'], 0)}; N = {n_pairs}",
        expected="1 for L > N, less for L = N",
        error=f"{learned.shape[2]} runs each",
        holds=shares == 1.0,
        within=np.broadcast_to((counts > n_pairs)[:, None], shares.shape),
    )


def four_logits(times: xr.DataTree, four: xr.DataTree) -> Evidence:
    """Median t50 of the head over that of four logits."""
    measured, predicted = observable(times, "t50").median("replica"), observable(four, "t50")
    n, learns = observable(times, "n_pairs").values, measured["learn_beta2"].values
    assert np.array_equal(
        learns, predicted["beta2_mobility"].values > 0
    )  # both from two parameters to three
    ratio = (measured.transpose("learn_beta2", "size").values) / predicted.transpose(
        "beta2_mobility", "size"
    ).values
    return Evidence(
        measured=f"two parameters {listed(ratio[0], 2)}, three {listed(ratio[1], 2)} times the "
        "prediction "
        f"at N = {listed(n, 'd')}",
        expected="1 within 10 %",
        error=f"medians over {times['simulation'].sizes['replica']} runs that scatter by about 3 %",
        holds=np.abs(ratio - 1) < 0.1,
        within=(n >= 8) | learns[:, None],
    )


def mean_field(times: xr.DataTree, dimensions: xr.DataTree) -> Evidence:
    """Mean t50 of the head over the mean field's, with its standard error, by N and by D."""
    off, errors = zip(*(_lateness(tree) for tree in (times, dimensions)), strict=True)
    d = observable(dimensions, "dimension").values
    bounds = (
        CORRECTION / parameter(times, "dimension") + 0 * off[0],
        CORRECTION / d[:, None] + 0 * off[1],
    )
    return Evidence(
        measured=f"later by {listed(100 * off[0], 1)} % at D = {parameter(times, 'dimension')}, "
        "two and three "
        f"parameters by turns over N = {listed(observable(times, 'n_pairs'), 'd')}; by "
        f"{listed(100 * off[1], 1)} % "
        f"over D = {listed(d, 'd')}",
        expected=f"0 up to {CORRECTION:g}/D",
        error=f"standard errors {listed(100 * errors[0], 1)}; {listed(100 * errors[1], 1)} %, of "
        "which three count",
        holds=np.concatenate(
            [
                (np.abs(x) < bound + 3 * e).ravel()
                for x, e, bound in zip(off, errors, bounds, strict=True)
            ]
        ),
    )


def _lateness(tree: xr.DataTree) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """t50 over the mean field's less 1, mean over runs and its standard error, (., learn_beta2)."""
    ratio = observable(tree, "t50") / observable(tree, "mean_field_t50", "theory") - 1
    error = ratio.std("replica", ddof=1) / np.sqrt(ratio.sizes["replica"])
    return ratio.mean("replica").values, error.values


def classes_decide(tree: xr.DataTree) -> Evidence:
    """Accuracies at the end by K: in context at the largest, in weights at the smallest, monotone
    between.
    """
    context, weights = (
        observable(tree, name).isel(record=-1).mean("replica").values
        for name in ("ic_accuracy", "iw_accuracy")
    )
    holds = [context[-1] > HIGH, weights[-1] < CHANCE, context[0] < CHANCE, weights[0] > HIGH]
    slack = 0.05
    holds += [bool((np.diff(context) > -slack).all()), bool((np.diff(weights) < slack).all())]
    return Evidence(
        measured=f"in context {listed(context, 2)}, in weights {listed(weights, 2)} at K = "
        f"{listed(observable(tree, 'n_classes'), 'd')}",
        expected=f"above {HIGH} and below {CHANCE} at the ends, rising and falling between",
        error=f"tests of {parameter(tree, 'n_test')} sequences: 0.03; {slack} allowed for",
        holds=np.array(holds),
    )
