"""What the claims about schedules come to, measured on exact losses at tuned peaks."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.learning_rate_schedules.annealing import mean_errors
from toysim.figures.learning_rate_schedules.reading import TIE, named, over_best, searches, tuned
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable, parameter

DEFAULTS = ["constant", "staircase", "exponential", "inverse_sqrt", "cosine"]
LINEAR_UP_TO, REX_UP_TO = 3000, 100  # updates
WARM, DEEP = 1.1, 0.6  # largest rate over the first; first over the largest
NEAR_EXACT, FORECAST = 0.06, (("100", 10), ("200", 20), ("100", 50))
PREDICTED = 0.01  # mean relative error
PIECES = 0.2  # of what a search in turn loses


def linear_decay(budget: xr.DataTree) -> Evidence:
    """Linear against each of the usual defaults, by budget."""
    loss = named(tuned(budget))
    ratio = (loss.sel(curve="linear") / loss.sel(curve=DEFAULTS)).max("curve")
    return Evidence(
        ratio.values <= 1.0 + TIE,
        (Number("linear over the best default", ratio.values, form=".3f"),),
        "at most that of each default, half a per cent being a tie",
        within=loss["n_steps"].values <= LINEAR_UP_TO,
    )


def worst_case(worst: xr.DataTree) -> Evidence:
    """Largest final loss over all starts against D G/sqrt T."""
    found, bound = observable(worst, "worst_loss"), observable(worst, "bound")
    return Evidence(
        (found <= bound * (1 + 1e-9)).values,
        (Number("worst loss", found.values, bound.values, form=".3g"),),
        "at most the bound at every length, linear and constant",
    )


def refined_shape(rates: xr.DataTree) -> Evidence:
    """First rate over the largest, which is the peak."""
    rate = observable(rates, "rate")
    share = rate.isel(record=0) / rate["learning_rate"]
    return Evidence(
        (share < DEEP).values,
        (Number("first over largest rate", share.values),),
        f"below {DEEP} after one round and two",
    )


def refined_gain(refined: xr.DataTree) -> Evidence:
    """Refined against linear, both at their best peaks."""
    loss = tuned(refined)
    rounds = loss["refinements"].values
    linear = loss.isel(round=int(np.argmin(rounds)))
    ratio = loss.isel(round=np.flatnonzero(rounds > 0)) / linear
    ratio = ratio.transpose("signal_exponent", "n_steps", "round")
    return Evidence(
        (ratio < 1.0).values,
        (Number("refined over linear, by b, budget and round", ratio.values, form=".3f"),),
        "below 1 at every budget and round",
    )


def rex_low(budget: xr.DataTree) -> Evidence:
    """rex against linear, by budget."""
    loss = named(tuned(budget))
    ratio = loss.sel(curve="rex 0.5") / loss.sel(curve="linear")
    return Evidence(
        (ratio < 1.0 - TIE).values,
        (Number("rex over linear", ratio.values, form=".3f"),),
        "below by more than half a per cent",
        within=loss["n_steps"].values <= REX_UP_TO,
    )


def sampling(held: xr.DataTree) -> Evidence:
    """Loss by the number of updates that a value is held."""
    loss = tuned(held).sortby("sampling").values
    return Evidence(
        [loss[1:].min() < loss[0] * (1 - TIE), loss[-1] > loss[0] * (1 + TIE)],
        (Number("loss at k = 1, 5, 10, 20, 34:", loss, form=".5f"),),
        "some k > 1 gains and the largest loses, by more than half a per cent",
    )


def uba(conditioning: xr.DataTree) -> Evidence:
    """The best phi against the best of the others, by condition number and budget.

    Among the others is the constant rate, which the family comes to as phi falls: it ties at T = 50
    and condition number 100, where the best of those that decay is 1.4 % above.
    """
    loss = tuned(conditioning)
    own = (loss["schedule"] == "uba").values
    ratio = loss.isel(curve=own).min("curve") / loss.isel(curve=~own).min("curve")
    return Evidence(
        (ratio <= 1.0).values,
        (Number("best phi over the best other", ratio.values, form=".3f"),),
        "at most 1 at every condition number and budget",
    )


def phi_condition(conditioning: xr.DataTree) -> Evidence:
    """The best phi over the condition number, at budgets that have one."""
    loss = tuned(conditioning).sel(n_steps=slice(200, None)).sortby("condition_number")
    loss = loss.isel(curve=(loss["schedule"] == "uba").values)
    best = loss["uba_shape"].values[loss.argmin("curve").transpose("n_steps", ...).values]
    rises = (np.diff(best, axis=1) >= 0).all(axis=1) & (best[:, -1] > best[:, 0])
    return Evidence(
        rises, (Number("best phi", best),), "never falls and ends higher, from T = 200 on"
    )


def annealing_law(annealing: xr.DataTree) -> Evidence:
    """L0 + A S1^-alpha - C S2 fitted on constant and cosine, mean error on the others."""
    errors = np.array([mean_errors(annealing, total) for total in (True, False)])
    return Evidence(
        errors <= PREDICTED,
        (Number("mean error in %: of the total loss, of the excess", 100 * errors, form=".2f"),),
        "at most 1 % on every other schedule",
        within=np.broadcast_to([[True], [False]], errors.shape),
    )


def autolrs_forecast(hundred: xr.DataTree, twohundred: xr.DataTree) -> Evidence:
    """Final losses of searches by forecast over those by exact losses."""
    found = {"100": searches(hundred), "200": searches(twohundred)}
    exact = {tau: next(x for (e, _), x in f.items() if e == "exact") for tau, f in found.items()}
    ratio = np.array([found[tau]["forecast", trial] / exact[tau] for tau, trial in FORECAST])
    return Evidence(
        np.abs(ratio - 1.0) <= NEAR_EXACT,
        (Number("forecast over exact", ratio, 1.0, NEAR_EXACT, form=".3f"),),
        "within 6 % either way",
    )


def autolrs_gain(budget: xr.DataTree, *staged: xr.DataTree) -> Evidence:
    """Exact stagewise searches against linear decay."""
    linear = float(named(tuned(budget)).sel(curve="linear", n_steps=1000))
    found = [x for tree in staged for (e, _), x in searches(tree).items() if e == "exact"]
    ratio = np.array(found) / linear
    return Evidence(
        ratio < 1.0,
        (Number("stagewise over linear, stages of 100, 200, 500:", ratio),),
        "below 1 whatever the stage",
    )


def short_horizon(optimum: xr.DataTree, *staged: xr.DataTree) -> Evidence:
    """What as many constant rates lose to the best schedule, and what those chosen in turn do."""
    least = float(observable(optimum, "final_loss", "theory").sel(n_steps=1000))
    pieces = [observable(tree, "best_pieces", "theory").values.ravel()[0] for tree in staged]
    chosen = [x for tree in staged for (e, _), x in searches(tree).items() if e == "exact"]
    lost, greedy = np.array(pieces) / least - 1.0, np.array(chosen) / least - 1.0
    stages = [parameter(tree, "n_steps") // parameter(tree, "stage_steps") for tree in staged]
    return Evidence(
        lost <= PIECES * greedy,
        (
            Number("stages", stages, form="d"),
            Number("lost by as many best rates, per cent", 100.0 * lost, form=".1f"),
            Number("lost by rates chosen in turn, per cent", 100.0 * greedy, form=".1f"),
        ),
        f"the one at most {PIECES:.0%} of the other",
        within=np.array(stages) >= 5,
    )


def inverse_decay(shapes: xr.DataTree) -> Evidence:
    """The decay linear in one over the rate against linear ones, to a tenth and to nothing."""
    loss = tuned(shapes).transpose("shape", "case")
    told = zip(loss["decay_shape"].values, loss["final_share"].values, strict=True)
    by = {(str(s), float(f)): loss.isel(shape=k).values for k, (s, f) in enumerate(told)}
    rivals = np.array([by["linear", 0.1], by["linear", 0.0]])
    ratio = by["inverse", 0.1] / rivals
    short_easy = (loss["decay_steps"] < 1000) & (loss["signal_exponent"] >= 2.0)
    kept = np.stack([np.ones(len(short_easy), bool), short_easy.values])
    return Evidence(
        ratio < 1.0 - TIE,
        (
            Number("signal exponent b", loss["signal_exponent"], form="g"),
            Number("updates of the decay", loss["decay_steps"], form="d"),
            Number("inverse over linear, to a tenth and to 0", ratio, form=".3f"),
            Number("1 - sqrt to 0 over linear to 0", by["one_minus_sqrt", 0.0] / rivals[1]),
        ),
        "below by more than half a per cent",
        kept,
    )


def wsd_over_cosine(hard: xr.DataTree) -> Evidence:
    """wsd with a decay of a fifth against the cosine, each at its best peak."""
    loss = tuned(hard)
    by = {str(s): loss.isel(curve=k) for k, s in enumerate(loss["schedule"].values)}
    ratio = (by["wsd_s"] / by["cosine"]).transpose("signal_exponent", "n_steps")
    is_hard = ratio["signal_exponent"].values < parameter(hard, "capacity_exponent")
    return Evidence(
        (ratio < 1.0 - TIE).values,
        (Number("wsd over cosine", ratio.values, form=".3f"),),
        "below by more than half a per cent",
        within=np.broadcast_to(is_hard[:, None], ratio.shape),
    )


def wsd_s(branches: xr.DataTree, rivals: xr.DataTree) -> Evidence:
    """Going on from the decayed checkpoint against branching off before it, at equal compute.

    Of 2,048 modes, which at hard signals are not yet all: with 256 it gains .4 to 3.7 %, and the
    hard losses at the best peaks are half as large (.2216, .1379, .0754).
    """
    one = observable(branches, "loss", "theory").sel(schedule="wsd_s").isel(record=[2, 4])
    other = observable(rivals, "final_loss", "theory").sortby("n_steps")
    ratio = one.rename(record="checkpoint").transpose(*other.dims).values / other.values
    return Evidence(
        ratio < 1.0,
        (Number("WSD-S over WSD", ratio, form=".3f"),),
        "below 1 at every peak, signal and checkpoint",
    )


def wsd_s_cyclic(branches: xr.DataTree) -> Evidence:
    """WSD-S against the cyclic cosine at each checkpoint, best peak each."""
    loss = observable(branches, "loss", "theory").isel(record=[1, 2, 4]).min("learning_rate")
    ratio = loss.sel(schedule="wsd_s") / loss.sel(schedule="cyclic")
    ratio = ratio.transpose("signal_exponent", "record")
    is_hard = ratio["signal_exponent"].values < parameter(branches, "capacity_exponent")
    return Evidence(
        (ratio < 1.0).values,
        (Number("WSD-S over cyclic cosine", ratio.values, form=".3f"),),
        "below 1 at every checkpoint",
        within=np.broadcast_to(is_hard[:, None], ratio.shape),
    )


def optimal_warms_up(noises: xr.DataTree) -> Evidence:
    """Warm-up of the best schedule by the kind of noise and of signal."""
    ratio = observable(noises, "warmup_ratio", "theory").transpose("case", "n_steps")
    sampled = ratio["noise"].values == "multiplicative"
    easy = ratio["signal_exponent"].values >= parameter(noises, "capacity_exponent")
    return Evidence(
        (ratio > WARM).values,
        (Number("largest over first rate", ratio.values),),
        f"above {WARM}",
        within=np.broadcast_to((sampled & easy)[:, None], ratio.shape),
    )


def power_decay(optimum: xr.DataTree) -> Evidence:
    """Exponent of the best schedule's tail against 2 a - 1."""
    expected = 2 * parameter(optimum, "capacity_exponent") - 1
    found = observable(optimum, "tail_exponent", "theory").values[2:]
    return Evidence(
        np.abs(found / expected - 1.0) < 0.1,
        (Number("exponent of 1 - z, from T = 300 on", found, expected),),
        "within a tenth",
    )


def two_factors(laws: xr.DataTree) -> Evidence:
    """Loss at the rates of the law over that of the best schedule, and the warm-ups of both."""
    loss = observable(laws, "law_loss", "theory") / observable(laws, "final_loss", "theory")
    warm = observable(laws, "law_warmup_ratio", "theory")
    exact = observable(laws, "warmup_ratio", "theory")
    return Evidence(
        np.stack([loss <= 1.02, abs(warm / exact - 1) <= 0.05]),
        (
            Number("loss of the law over the least", loss.values, 1.0, form=".4f"),
            Number("warm-up", warm.values, exact.values),
        ),
        "loss within 2 %, warm-up within 5 %",
    )


def ranking(budget: xr.DataTree, optimum: xr.DataTree) -> Evidence:
    """No schedule of a fixed shape comes to the best one."""
    ratio = over_best(budget, optimum)
    best = ratio.min("curve")
    return Evidence(
        (best > 1.01).values & (best < 1.06).values,
        (Number("best fixed shape over the least loss", best.values, form=".3f"),),
        "some shape within 1 to 6 % above the least loss at every budget, none closer",
    )
