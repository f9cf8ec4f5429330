"""What the claims about the order of training come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter

ESTIMATES = ("reference", "zeroth", "first", "first_diagonal", "second_in_step")
EXACT = 1e-12
NEAR = 0.05  # of an exponent
STANDARD_ERRORS = 4.0
TOLERATED = 0.2  # root mean square crosstalk


def order_enters_squared(effect: xr.DataTree) -> Evidence:
    """Slope of the variance in the step, below 0.001, and its ratio to the leading order."""
    square, law = (observable(effect, "order_square", side) for side in ("simulation", "theory"))
    eta = square["learning_rate"].values
    small = square.sel(learning_rate=slice(None, 0.0011)).mean("data_draw")
    slope = np.polyfit(np.log(small["learning_rate"]), np.log(small), 1)[0]
    ratio = (square.mean("data_draw") / law.mean("data_draw")).dropna("learning_rate")
    return Evidence(
        np.append(np.abs(ratio.values - 1.0) <= NEAR, abs(slope - 4.0) <= NEAR),
        (
            Number("step", eta),
            Number("root variance", np.sqrt(square.mean("data_draw")), form=".2g"),
            Number("slope of the variance", slope, 4.0, NEAR, form=".3f"),
            Number("over the leading order", ratio, 1.0, NEAR, form=".3f"),
        ),
        "variance as the fourth power, within 5 % of its leading order where steps are small",
    )


def estimate_reproduces_retraining(estimates: xr.DataTree) -> Evidence:
    """Distances of the estimates at a step of 0.01, and by the step."""
    error = observable(estimates, "estimate_error").mean("replica")
    error = error.transpose("learning_rate", "estimate").sortby("learning_rate")
    reference = error.isel(estimate=0).values
    better = error.values[:, 1:] < 0.5 * reference[:, None]
    exact = float(error.isel(estimate=2).max())
    cube = np.polyfit(np.log(error["learning_rate"]), np.log(error.isel(estimate=4)), 1)[0]
    informed = np.tile([False, True, False, True], (len(reference), 1))
    return Evidence(
        better & (exact < EXACT),
        (
            Number("step", error["learning_rate"]),
            *(Number(name, error.isel(estimate=k), form=".2g") for k, name in enumerate(ESTIMATES)),
            Number("exponent of second_in_step", cube, 3.0, form=".2f"),
        ),
        "at most half the distance of the other order's own end; with the Hessian exact",
        informed,
    )


def later_samples_are_memorised(position: xr.DataTree) -> Evidence:
    """Memorisation of the first and the last positions, and its distance from theory."""
    seen = observable(position, "memorisation")
    mean, error = mean_and_error(seen)
    law = observable(position, "memorisation", "theory")
    ends = {"first four positions": slice(4), "last four": slice(-4, None)}
    early, late = (seen.isel(position=s).mean("position") for s in ends.values())
    rise, scatter = mean_and_error(late - early)
    inside = (abs(mean - law) <= STANDARD_ERRORS * error).all("position")
    return Evidence(
        np.append((rise > STANDARD_ERRORS * scatter).values, inside.values),
        (
            *(
                Number(
                    name,
                    mean.isel(position=s).mean("position"),
                    law.isel(position=s).mean("position"),
                )
                for name, s in ends.items()
            ),
            Number("rise", rise, error=scatter),
        ),
        f"later more by {STANDARD_ERRORS:g} standard errors, all positions within as many of "
        "theory",
    )


def many_experiments_one_run(crosstalk: xr.DataTree) -> Evidence:
    """Root mean square crosstalk by the number of interventions and of weights."""
    square = observable(crosstalk, "crosstalk_square").mean("replica")
    law = observable(crosstalk, "crosstalk_square", "theory")
    square, law = (v.transpose("dimension", "n_interventions") for v in (square, law))
    share = square["n_interventions"] / square["dimension"]
    limit = (TOLERATED / parameter(crosstalk, "strength")) ** 2
    return Evidence(
        np.sqrt(square.values) <= TOLERATED,
        (
            Number("interventions", square["n_interventions"]),
            *(
                Number(
                    f"root mean square, {int(d)} weights",
                    np.sqrt(square.sel(dimension=d)),
                    np.sqrt(law.sel(dimension=d)),
                    form=".3f",
                )
                for d in square["dimension"]
            ),
        ),
        f"at most {TOLERATED:g}",
        (share < limit).transpose("dimension", "n_interventions").values,
    )
