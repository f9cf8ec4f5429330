"""What the claims about online rules come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable, parameter

Z = 4.0
NEAR = 0.05  # of an exponent
CLOSE = 0.03  # of a constant, in shares: corrections are of relative order 1/t
POWERS = {"hebb": 0.5, "perceptron": 1.0 / 3.0, "adatron": 1.0}
# Where the perceptron is ahead, from and to, by the rate; measured on the exact courses before.
WINDOWS = {0.1: (24.0, 406.0), 0.2: (12.8, 123.0), 0.5: (6.3, 30.0), 1.0: (5.416, 10.081)}
EDGE = 0.02  # of a window's end, in shares


def flatter(error: xr.DataArray) -> xr.DataArray:
    return error**0.9


def a_tenth_more(error: xr.DataArray) -> xr.DataArray:
    return 1.1 * error


def exchanged(error: xr.DataArray) -> xr.DataArray:
    """The two rules change places."""
    return error.isel(rule=[1, 0])


def wider(error: xr.DataArray) -> xr.DataArray:
    """Runs 1.2 times as far from their mean."""
    mean = error.mean("replica")
    return mean + 1.2 * (error - mean)


def late_errors(late: xr.DataTree, rule: str) -> xr.DataArray:
    """Exact error of a rule over the durations."""
    law = observable(late, "error", "theory").isel(record=0)
    return law.isel(tuning=law["rule"].values.tolist().index(rule)).transpose("duration")


def local_power(error: xr.DataArray, t0: float, t1: float) -> float:
    """-d ln error/d ln t between two durations."""
    at = error.sel(duration=[t0, t1])
    return float(-np.diff(np.log(at.values))[0] / np.log(t1 / t0))


def exponents(late: xr.DataTree) -> Evidence:
    """Local exponents between t = 30 and 100."""
    found = [local_power(late_errors(late, rule), 30.0, 100.0) for rule in POWERS]
    known = list(POWERS.values())
    return Evidence(
        np.abs(np.array(found) - known) <= NEAR,
        (Number(f"exponents of {', '.join(POWERS)}", found, known, NEAR),),
        f"between t = 30 and 100, within {NEAR:g}",
    )


def annealed_perceptron(late: xr.DataTree) -> Evidence:
    """Error times t of the annealed perceptron."""
    error = late_errors(late, "annealed")
    constant = float((error * error["duration"])[-1])
    mark = landmark("teacher_student.online_rules", "late_constant", rule="annealed")
    power = local_power(error, 1000.0, 10000.0)
    return Evidence(
        [abs(constant / float(mark) - 1.0) <= CLOSE, abs(power - 1.0) <= NEAR],
        (
            Number("error times t at 1e4", constant, float(mark), CLOSE * float(mark), form=".4f"),
            Number("exponent", power, 1.0, NEAR),
        ),
        f"constant within {CLOSE:.0%}, exponent within {NEAR:g}",
    )


def adatron_constant(adatron_rate: xr.DataTree) -> Evidence:
    """Error times t over the rate, and where it is smallest."""
    error = observable(adatron_rate, "error", "theory").isel(record=0)
    t, eta = parameter(adatron_rate, "duration"), error["learning_rate"]
    law = 3.0 / (eta * (3.0 - eta))
    inner = (eta >= 0.5) & (eta <= 2.5)  # nearer to 0 and 3 the law comes later than t
    found, known = (error * t)[inner.values], law[inner.values]
    best = float(eta[int(error.argmin("learning_rate"))])
    return Evidence(
        np.append(abs(found / known - 1.0).values <= 2.0 * CLOSE, best == 1.5),
        (
            Number("error times t", found, known, 2.0 * CLOSE * known),
            Number("best rate", best, 1.5, form="g"),
        ),
        f"constants within {2 * CLOSE:.0%} at t = {t:g}, rates 0.5 to 2.5; the least error at 3/2",
    )


def hebb_beats_perceptron(window: xr.DataTree) -> Evidence:
    """At every record, away from the ends of the window and from the common start."""
    error = observable(window, "error", "theory")
    ahead = (error.sel(rule="hebb") < error.sel(rule="perceptron")).transpose(
        "learning_rate", "record"
    )
    rates = ahead["learning_rate"].values
    t = observable(window, "time", "theory").isel(rule=0, learning_rate=0).values
    ratio = (error.sel(rule="perceptron") / error.sel(rule="hebb")).transpose(*ahead.dims)
    holds, within = [], []
    for i, eta in enumerate(rates):
        low, high = WINDOWS.get(float(eta), (np.inf, np.inf))
        clear = (t > 0.0) & (abs(t - low) > EDGE * low) & (abs(t - high) > EDGE * high)
        clear = clear if np.isfinite(low) else t > 0.0
        holds.append(ahead.values[i][clear])
        within.append(((t < low) | (t > high))[clear])
    return Evidence(
        np.concatenate(holds),
        (
            Number("rate", rates, form="g"),
            Number("least error of the perceptron over Hebb's", ratio.min("record"), form=".3f"),
        ),
        f"at every record but those within {EDGE:.0%} of the window's ends",
        np.concatenate(within),
    )


def noise_stops_the_perceptron(flips: xr.DataTree) -> Evidence:
    """Means at the end: the perceptron's at its floor, Hebb's far below at the same noise."""
    draws = observable(flips, "error").isel(record=-1)
    noisy = draws["flip"].values[draws["flip"].values > 0.0]
    mean, error = mean_and_error(draws.sel(flip=noisy).transpose("rule", "flip", "replica"))
    law = observable(flips, "error", "theory").isel(record=-1).sel(flip=noisy)
    floor = np.arccos(1.0 - 2.0 * noisy) / np.pi
    stuck, noise = mean.sel(rule="perceptron"), error.sel(rule="perceptron")
    late = abs(law.sel(rule="perceptron").values - floor)  # what is still to fall
    bound = Z * noise.values + late + 1.0 / parameter(flips, "size")
    falls = mean.sel(rule="hebb").values < 0.5 * floor
    return Evidence(
        np.concatenate([abs(stuck.values - floor) <= bound, falls]),
        (
            Number("perceptron's error", stuck, floor, bound, form=".4f"),
            Number("Hebb's", mean.sel(rule="hebb"), form=".4f"),
        ),
        f"the perceptron within {Z:g} standard errors + 1/N + what the exact course has left, "
        "Hebb's rule below half of the floor",
    )


def runs_spread_as_root_n(sizes: xr.DataTree) -> Evidence:
    """N times the variance over runs against linear noise theory."""
    draws = observable(sizes, "error").isel(record=-1)
    law = observable(sizes, "error_variance", "theory").isel(record=-1)
    found = draws.var("replica", ddof=1) * draws["size"]
    found, law = found.transpose("rule", "size"), law.transpose("rule", "size")
    n = draws.sizes["replica"]
    bound = law * (Z * np.sqrt(2.0 / (n - 1)) + 5.0 / draws["size"])
    return Evidence(
        (abs(found - law) <= bound).values,
        (Number("N times the variance of the error", found, law, bound, form=".4f"),),
        f"within {Z:g} standard errors + a share of 5/N",
    )
