"""What the claims about convex classification come to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter, sides

Array = npt.NDArray[np.float64]

Z = 4.0
CLOSE = 1.01  # times Bayes' error
POWERS = {"logistic": 1.0, "hinge": 1.0, "square": 0.5}
NEAR = 0.05  # of an exponent
SOLVED = 1e-3  # of the error at the largest margin
OF_SIZE = 1.5  # over d: how far a finite dimension may be off, in shares
CROSSING = 0.05  # how far from alpha* half of the draws may be separable


def a_twentieth_more(error: xr.DataArray) -> xr.DataArray:
    return 1.05 * error


def a_tenth_more(error: xr.DataArray) -> xr.DataArray:
    return 1.1 * error


def smaller(overlap: xr.DataArray) -> xr.DataArray:
    return overlap / 1.2


def losses_exchanged(error: xr.DataArray) -> Any:
    """Losses change places: the points of the sweep in the opposite order of losses."""
    loss = error["loss"].values
    names = list(dict.fromkeys(loss.tolist()))
    order = np.concatenate([np.flatnonzero(loss == name) for name in reversed(names)])
    back = np.concatenate([np.flatnonzero(loss == name) for name in names])
    moved = np.empty(len(loss), np.int64)
    moved[back] = order
    return error.isel(tuned=moved).values


def shifted_penalties(error: xr.DataArray) -> Any:
    """Errors of penalties two steps larger."""
    return np.roll(error.values, 2, error.get_axis_num("penalty"))


def less_at_the_least(error: xr.DataArray) -> xr.DataArray:
    """Errors of the hinge loss at the smallest penalty 3 % lower."""
    lower = (error["loss"] == "hinge") & (error["penalty"] == error["penalty"].min())
    return error.where(~lower, 0.97 * error)


def later(separable: xr.DataArray) -> Any:
    """Shares of separable draws as of fewer samples: those two steps before."""
    per_teacher = separable.transpose("labels", ...).values.reshape(
        4, -1, separable.sizes["replica"]
    )
    moved = per_teacher[:, np.maximum(np.arange(per_teacher.shape[1]) - 2, 0)]
    return moved.reshape(separable.transpose("labels", ...).shape)


def curve(curves: xr.DataTree, name: str, of: str = "error") -> tuple[Array, Array]:
    """Samples per input, and an exact number there, of one loss; ascending."""
    values = observable(curves, of, "theory")
    chosen = np.flatnonzero(values["loss"].values == name)
    alpha = values["sample_ratio"].values[chosen]
    order = np.argsort(alpha)
    return alpha[order], values.values[chosen][order]


def distances(losses: xr.DataTree) -> tuple[list[str], Array, Array]:
    """Errors of runs over the limit's less 1, mean over the loads: by loss, with standard errors.

    One cell's noise is as large as what is claimed.
    """
    draws, law = sides(losses, "error")
    off = draws / law - 1.0
    names = list(dict.fromkeys(off["loss"].values.tolist()))
    found = [mean_and_error(off.isel(tuned=off["loss"].values == n).mean("tuned")) for n in names]
    return names, np.array([m for m, _ in found]), np.array([e for _, e in found])


def near_bayes(curves: xr.DataTree, losses: xr.DataTree) -> Evidence:
    """Labels without noise."""
    return beside_bayes(curves, losses, {"logistic": math.inf, "hinge": 0.0})


def near_bayes_with_noise(noise: xr.DataTree) -> Evidence:
    """Noisy labels: the square loss has its limit in the number of samples."""
    ends = {"logistic": math.inf, "probit": math.inf, "square": 3.0, "hinge": 0.5}
    return beside_bayes(noise, noise, ends)


def beside_bayes(exact: xr.DataTree, runs: xr.DataTree, ends: dict[str, float]) -> Evidence:
    """Exact errors over Bayes', near it up to ``ends`` samples per input by loss; runs against
    exact errors.
    """
    found = {name: curve(exact, name) for name in ends}
    best = {name: curve(exact, name, "bayes_error")[1] for name in ends}
    share = np.array([found[name][1] / best[name] for name in ends])
    near = np.array([found[name][0] <= end for name, end in ends.items()])
    names, off, noise = distances(runs)
    bound = Z * noise + OF_SIZE / parameter(runs, "dimension")
    return Evidence(
        np.append(share <= CLOSE, abs(off) <= bound),
        (
            Number("samples per input", found["hinge"][0], form="g"),
            *(
                Number(f"{name} error over Bayes'", row, form=".5f")
                for name, row in zip(ends, share, strict=True)
            ),
            Number(f"runs over the limit less 1, {', '.join(names)}", off, 0.0, bound, form=".4f"),
        ),
        f"at most {CLOSE:g} times Bayes' error; runs, averaged over the loads, within {Z:g} "
        f"standard errors + {OF_SIZE:g}/d of the limit",
        np.append(near, np.ones(len(off), bool)),
    )


def rates(curves: xr.DataTree) -> Evidence:
    """Local exponents between 10 and 30 samples per input."""
    found = []
    for name in POWERS:
        alpha, error = curve(curves, name)
        found.append(-np.log(error[-1] / error[-2]) / np.log(alpha[-1] / alpha[-2]))
    known = list(POWERS.values())
    return Evidence(
        np.abs(np.array(found) - known) <= NEAR,
        (Number(f"exponents of {', '.join(POWERS)}", found, known, NEAR),),
        f"between 10 and 30 samples per input, within {NEAR:g}",
    )


def best_square_penalty(penalties: xr.DataTree) -> Evidence:
    """Where the mean error is least, with the same draws at every penalty."""
    draws, _ = sides(penalties, "error")
    mean = draws.mean("replica").transpose("sample_ratio", "penalty")
    grid = mean["penalty"].values
    best = math.pi / 2.0 - 1.0
    nearest = int(np.argmin(np.abs(np.log(grid / best))))
    least = mean.values.argmin(axis=1)
    return Evidence(
        np.abs(least - nearest) <= 1,
        (Number("penalty of the least error", grid[least], best, form=".3g"),),
        "within one step of the grid",
    )


def vanishing(limit: xr.DataTree, runs: xr.DataTree) -> Evidence:
    """Exact errors at small penalties against the largest margin's; of the hinge loss also runs,
    the same draws at two penalties.
    """
    law = observable(limit, "error", "theory")
    loss, hard = law["loss"].values, law[law["loss"].values == "hard_margin"].item()
    share = {name: law.values[loss == name] / hard for name in ("hinge", "logistic")}
    error = observable(runs, "error").sel(loss="hinge")
    paired = error.sel(penalty=1e-5) / error.sel(penalty=0.01) - 1.0
    mean, noise = mean_and_error(paired)
    bound = Z * float(noise) + SOLVED
    return Evidence(
        np.concatenate([*(abs(s - 1.0) <= SOLVED for s in share.values()), [abs(mean) <= bound]]),
        (
            Number("error at the largest margin", hard, form=".6f"),
            Number(
                "hinge over it, penalties 1e-5, 1e-4, 0.01", share["hinge"], 1.0, SOLVED, "", ".5f"
            ),
            Number("logistic, 1e-8, 1e-6, 1e-4, 0.01", share["logistic"], 1.0, SOLVED, "", ".4f"),
            Number("hinge, runs at 1e-5 over 0.01 less 1", float(mean), 0.0, bound, "", ".2g"),
        ),
        f"within {SOLVED:g}, runs + {Z:g} standard errors of paired differences",
        np.concatenate([[name == "hinge"] * len(s) for name, s in share.items()] + [[True]]),
    )


def bias_and_spread(m: Any, q: Any, rho: float) -> tuple[Any, Any]:
    """m/rho and sqrt(q - m^2/rho)."""
    return m / rho, np.sqrt(q - m**2 / rho)


def likelihood_is_biased(likelihood: xr.DataTree) -> Evidence:
    """Bias and spread against the limit, and above those of classic theory."""
    (m, law_m), (q, law_q) = sides(likelihood, "overlap"), sides(likelihood, "self_overlap")
    rho = parameter(likelihood, "signal")
    bias, spread = bias_and_spread(m, q, rho)
    known_bias, known_spread = bias_and_spread(law_m, law_q, rho)
    held, numbers = [], []
    for name, draws, law in (("bias", bias, known_bias), ("spread", spread, known_spread)):
        mean, error = mean_and_error(draws.transpose("sample_ratio", "replica"))
        bound = Z * error + 4.0 * OF_SIZE / parameter(likelihood, "dimension") * law
        held.append((abs(mean - law) <= bound).values)
        numbers.append(Number(name, mean, law, bound))
        if name == "bias":
            held.append((mean - Z * error > 1.0).values)
    return Evidence(
        np.concatenate(held),
        (Number("samples per parameter", bias["sample_ratio"], form="g"), *numbers),
        f"within {Z:g} standard errors + {4 * OF_SIZE:g}/d of the limit, and the bias above 1",
    )


def crossings(threshold: xr.DataTree) -> tuple[list[str], Array]:
    """Samples over alpha* at which half of the draws are separable, by teacher."""
    share = observable(threshold, "separable").mean("replica")
    star = observable(threshold, "critical_ratio", "theory").values
    teachers = share["teacher"].values
    ratio = share["sample_ratio"].values / star
    names = list(dict.fromkeys(teachers.tolist()))
    found = []
    for name in names:
        at = np.flatnonzero(teachers == name)
        at = at[np.argsort(ratio[at])]
        # A line through shares between the ends: they fall, but for noise.
        slope, height = np.polyfit(ratio[at], share.values[at], 1)
        found.append((0.5 - height) / slope)
    return names, np.array(found)


def likelihood_ends(threshold: xr.DataTree, cover: xr.DataTree) -> Evidence:
    """Where half of the draws are separable, against alpha*; random labels against Cover's law."""
    names, found = crossings(threshold)
    draws, law = sides(cover, "separable")
    law = law.transpose("dimension", "sample_ratio")
    share = draws.mean("replica").transpose(*law.dims)
    noise = np.sqrt(law * (1.0 - law) / draws.sizes["replica"])
    z = (abs(share - law) / noise).values
    return Evidence(
        np.append(np.abs(found - 1.0) <= CROSSING, z.ravel() <= Z),
        (
            Number(f"half separable at, of alpha*, {', '.join(names)}", found, 1.0, CROSSING),
            Number("farthest from Cover's count", z.max(), 0.0, Z, "s.e."),
        ),
        f"within {CROSSING:.0%} of the threshold; random labels within {Z:g} standard errors of "
        "Cover's count",
    )


def two_moments(laws: xr.DataTree) -> Evidence:
    """Errors of three laws of the inputs against the limit for Gaussian ones."""
    draws, law = sides(laws, "error")
    mean, error = mean_and_error(draws.transpose("loss", "input_law", "replica"))
    law = law.transpose("loss", "input_law")
    bound = Z * error + OF_SIZE / parameter(laws, "dimension") * law
    return Evidence(
        (abs(mean - law) <= bound).values,
        (Number("error", mean, law, bound, form=".4f"),),
        f"within {Z:g} standard errors + {OF_SIZE:g}/d",
    )
