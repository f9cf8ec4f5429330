"""What the claims about facts come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.factual_knowledge.reading import (
    fits,
    forgetting_exponent,
    kept,
    of_way,
)
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter

NEAR_EXPONENT = 0.04  # of q: a range of 10 to 1000 updates still sees its ends
GOOD_LINE = 0.95  # R^2
BOUNDED = 1.1  # growth of the threshold from 1,000 modes to the most
STANDARD_ERRORS = 4.0


def jumps_then_power_law(jumps: xr.DataTree, law: xr.DataTree) -> Evidence:
    """The recall just after an injection, and exponents of its fall."""
    recall = observable(jumps, "recall").mean("replica").isel(strength=0)
    first, interval = parameter(jumps, "first"), parameter(jumps, "interval")
    at = first + interval * np.arange(parameter(jumps, "count"))
    before, after = recall.isel(record=at).values, recall.isel(record=at + 1).values
    falls = np.append(before[1:], recall.values[-1]) < 0.8 * after
    found = [fits(row) for row in observable(law, "recall", "theory").values]
    exponents, q = np.array([f.exponent for f in found]), forgetting_exponent(law)
    return Evidence(
        np.concatenate([after > before + 0.1, falls, abs(exponents + q) <= NEAR_EXPONENT]),
        (
            Number("recall before injections", before, form=".2f"),
            Number("and after", after, form=".2f"),
            Number("exponent of the recall", exponents, -q, NEAR_EXPONENT, form=".4f"),
        ),
        f"up by 0.1, down by a fifth before the next, as t^-q within {NEAR_EXPONENT:g}",
    )


def log_linear_fit(law: xr.DataTree, late: xr.DataTree) -> Evidence:
    """How good a line in log t is, where it ends, and what is left there."""
    found = [fits(row) for row in observable(law, "retention", "theory").values]
    line, power = (np.array([getattr(f, n) for f in found]) for n in ("line", "power"))
    zero = np.array([np.exp(-f.level / f.slope) for f in found])
    later = observable(late, "retention", "theory")
    time = observable(late, "update", "theory").values.reshape(-1, later.sizes["record"])[0]
    left = [
        np.interp(z, time, row) if z <= time[-1] else np.nan
        for z, row in zip(zero, later.values, strict=True)
    ]
    return Evidence(
        line >= GOOD_LINE,
        (
            Number("q", forgetting_exponent(law), form=".3f"),
            Number("R^2 of the line", line, form=".3f"),
            Number("R^2 of the power", power, form=".4f"),
            Number("updates at which the line is 0", zero, form=".4g"),
            Number("retention there", left, form=".3f"),
        ),
        f"R^2 of the line at least {GOOD_LINE:g}, from 10 to 1,000 updates",
        forgetting_exponent(law) < 0.35,
    )


def duplicates_forgotten_faster(presentation: xr.DataTree) -> Evidence:
    """Shares of the memory kept by duplicates and paraphrases."""
    share, error = kept(presentation)
    duplicate, paraphrase = (share.sel(presentation=p) for p in ("duplicate", "paraphrase"))
    rarer = share["fact_exponent"] < share["surface_exponent"]
    return Evidence(
        (paraphrase > duplicate).values,
        (
            Number("exponent of the core", share["fact_exponent"]),
            Number("duplicates keep", duplicate, error=error.sel(presentation="duplicate")),
            Number("paraphrases keep", paraphrase, error=error.sel(presentation="paraphrase")),
        ),
        "paraphrases keep a larger share; errors are standard errors",
        rarer.values,
    )


def larger_batches_forget_less(batch: xr.DataTree) -> Evidence:
    """Recall of batches of 16 against that of single samples: per update, per sample at the same
    rate, and per sample at a rate 16 times as large.
    """
    mean, error = mean_and_error(observable(batch, "final_recall"))
    law = observable(batch, "final_recall", "theory")
    spread = observable(batch, "recall_deviation", "theory").isel(record=0)
    ways = [(16, 0.0125, 320), (16, 0.0125, 20), (16, 0.2, 20)]
    one, *others = ([of_way(v, *w) for w in [(1, 0.0125, 320), *ways]] for v in (mean, law))
    single, several = one[0], one[1:]
    return Evidence(
        [float(v) > 1.2 * float(single) for v in several],
        (
            Number("recall of single samples", float(single), float(others[0][0]), form=".3f"),
            Number(
                "of 16 per update, per sample, per sample at 16 times the rate",
                [float(v) for v in several],
                [float(v) for v in others[0][1:]],
                [float(of_way(error, *w)) for w in ways],
                form=".3f",
            ),
            Number(
                "deviation over runs, single samples and 16 per update",
                [float(of_way(spread, 1, 0.0125, 320)), float(of_way(spread, *ways[0]))],
            ),
        ),
        "recall a fifth above that of single samples; errors are standard errors",
        [False, True, False],
    )


def no_effect_of_stage(stage: xr.DataTree) -> Evidence:
    """Mean recall 20 updates after the injection, by the updates before it."""
    mean, error = mean_and_error(observable(stage, "final_recall"))
    law = observable(stage, "final_recall", "theory")
    same = np.abs(law.values / law.values[0] - 1.0) < 1e-9
    near = np.abs(mean.values - law.values) <= STANDARD_ERRORS * error.values
    return Evidence(
        same & near,
        (Number("recall", mean, law, error, form=".4f"),),
        f"means equal, runs within {STANDARD_ERRORS:g} standard errors of them",
    )


def learnability_threshold(interval: xr.DataTree) -> Evidence:
    """Growth of the threshold interval with the number of modes."""
    threshold = observable(interval, "threshold_interval", "theory").isel(interval=0)
    threshold = threshold.transpose("exponents", "n_modes")
    growth = threshold.values[:, -1] / threshold.sel(n_modes=1000).values
    q = (threshold["fact_exponent"] - 1.0) / threshold["capacity_exponent"]
    return Evidence(
        growth < BOUNDED,
        (
            Number("q", q, form=".3f"),
            *(
                Number(f"threshold at {int(d)} modes", threshold.sel(n_modes=d), form=".4g")
                for d in threshold["n_modes"]
            ),
        ),
        f"the threshold grows by less than {BOUNDED - 1:.0%} from 1,000 modes on",
        q.values > 1.0,
    )


def limits_are_reached(periodic: xr.DataTree) -> Evidence:
    """Recall before the next injection in long runs against the limit."""
    mean, error = mean_and_error(observable(periodic, "final_recall"))
    limit = observable(periodic, "limit_recall", "theory")
    off = abs(mean - limit)
    return Evidence(
        (off <= STANDARD_ERRORS * error + 0.01 * limit).values,
        (Number("recall by interval", mean, limit, error, form=".3f"),),
        f"within {STANDARD_ERRORS:g} standard errors and a hundredth, for the modes still learning",
    )


def recognition_outlasts_recall(tests: xr.DataTree) -> Evidence:
    """Shares recalled and recognised after 10, 30 and 100 updates, with the Gaussian read-out."""
    at = [10, 30, 100]
    shares, gaussian = {}, {}
    for name in ("recalled", "recognised"):
        shares[name] = observable(tests, name).mean("replica").isel(strength=0, record=at).values
        law = observable(tests, f"gaussian_{name}", "theory")
        gaussian[name] = law.isel(strength=0, record=at).values
    return Evidence(
        (shares["recognised"] > 0.9) & (shares["recalled"] < 0.1),
        tuple(Number(n, shares[n], gaussian[n], 0.02, form=".3f") for n in shares),
        "nine in ten recognise, one in ten recall; the read-out is Gaussian within 2 %",
    )


def one_exposure_recognition(tests: xr.DataTree) -> Evidence:
    """Share that recognises after one exposure."""
    share = observable(tests, "recognised").mean("replica").isel(strength=0, record=1)
    return Evidence([float(share) >= 0.99], (Number("recognised", float(share), form=".4f"),))


def steep_then_gradual(tests: xr.DataTree) -> Evidence:
    """What the mean recall loses in 1 to 10 and in 10 to 100 updates, each per update."""
    recall = observable(tests, "recall").mean("replica").isel(strength=0)
    early, middle, late = recall.isel(record=[1, 10, 100]).values
    speed = np.array([early - middle, middle - late]) / [9.0, 90.0]
    return Evidence(
        [speed[0] > 5.0 * speed[1], late > 0.1 * early],
        (Number("loss an update", speed, form=".4f"), Number("left at 100", late, form=".3f")),
        "five times as fast at first, and a tenth is left",
    )


def three_for_recall(exposures: xr.DataTree) -> Evidence:
    """Exposures in a row until the fact is recalled."""
    recall = observable(exposures, "recall").mean("replica").isel(count=0)
    known = recall.transpose("strength", "record").values > parameter(exposures, "recall_threshold")
    needed = np.where(known.any(axis=1), np.argmax(known, axis=1), 99)
    kappa = recall["strength"].values
    return Evidence(
        needed == 3,
        (Number("strength", kappa), Number("exposures", needed, form=".0f")),
        "exactly three; 99: more than four",
        (kappa >= 1.0 - 0.5 ** (1 / 3)) & (kappa < 1.0 - 0.5**0.5),
    )
