"""Claims and figures on how to split a budget between model size and updates."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.figure import Figure
from scipy.optimize import least_squares

from toysim.paper import Evidence, Number
from toysim.papers.drawing import line, new_figure
from toysim.papers.reading import landmark, observable, parameter

Array = npt.NDArray[np.float64]

EQUAL = 0.1  # of an exponent
FROM = 1e4  # compute of the slopes, which still move
FIXED = 1.25  # factor around the mean ratio
FITTED = 32  # largest size of the fit
LONG = 100  # samples a mode from which on the fit holds
FORETOLD = 0.01  # of the total loss
COLOURS = {0.25: "C0", 0.0: "C1"}


class Best(NamedTuple):
    """At each compute (C,): the best size, between those tried, and the excess loss there."""

    compute: Array
    size: Array
    loss: Array

    def slope(self, of: Array) -> float:
        """Exponent over the compute from FROM on, by least squares."""
        late = self.compute >= FROM
        return float(np.polyfit(np.log(self.compute[late]), np.log(of[late]), 1)[0])

    @property
    def ratio(self) -> Array:
        """Samples a mode."""
        return np.asarray(self.compute / self.size**2)


def budget(curve: xr.DataArray) -> Array:
    """p T of every run, to the half decade that it was meant to be."""
    spent = curve["n_modes"].values * curve["n_steps"].values
    return np.asarray(10.0 ** (np.round(2.0 * np.log10(spent)) / 2.0))


def best(curve: xr.DataArray) -> Best:
    """The least of each budget's losses, by a parabola of the logarithms through the three."""
    spent, size = budget(curve), curve["n_modes"].values
    found = []
    for compute in np.unique(spent):
        at = np.flatnonzero(spent == compute)
        at = at[np.argsort(size[at])]
        log_p, log_loss = np.log(size[at]), np.log(curve.values[at])
        k = int(np.clip(np.argmin(log_loss), 1, len(log_p) - 2))
        parabola = np.polynomial.Polynomial.fit(log_p[k - 1 : k + 2], log_loss[k - 1 : k + 2], 2)
        top = float(parabola.deriv().roots()[0])
        found.append((compute, np.exp(top), np.exp(parabola(top))))
    return Best(*np.array(found).T)


def curves(tree: xr.DataTree) -> dict[float, xr.DataArray]:
    """Final losses (run,) by label noise, most noise first."""
    loss = observable(tree, "final_loss", "theory")
    noises = sorted(loss["label_noise"].values.tolist(), reverse=True)
    return {noise: loss.sel(label_noise=noise) for noise in noises}


def law(name: str, noise: float) -> float:
    return float(landmark("scaling.allocation", name, label_noise=noise))


def size_law(tree: xr.DataTree) -> Evidence:
    """Exponents of the best size and of its loss over the compute against the law's."""
    found = {noise: best(curve) for noise, curve in curves(tree).items()}
    sizes = np.array([at.slope(at.size) for at in found.values()])
    losses = np.array([-at.slope(at.loss) for at in found.values()])
    expected = [np.array([law(n, s) for s in found]) for n in ("size_exponent", "loss_exponent")]
    laws = np.array(expected)
    measured = np.array([sizes, losses])
    return Evidence(
        abs(measured / laws - 1.0) <= EQUAL,
        (
            Number("exponent of the best size", sizes, laws[0], EQUAL * laws[0]),
            Number("exponent of its loss", losses, laws[1], EQUAL * laws[1]),
        ),
        "slopes from a compute of 10^4 on within a tenth of the law's; label noise "
        + _listed(found),
    )


def _listed(found: dict[float, Best]) -> str:
    return ", ".join(f"{noise:g}" for noise in found)


def shuffled(loss: xr.DataArray) -> Any:
    """Losses of the runs in reverse, so that no budget keeps its own."""
    return loss.isel(run=slice(None, None, -1)).values


def fixed_ratio(tree: xr.DataTree) -> Evidence:
    """Samples a mode at the best size of every budget, with label noise."""
    noise, curve = next(iter(curves(tree).items()))
    ratio = best(curve).ratio
    mean = np.exp(np.mean(np.log(ratio)))
    return Evidence(
        abs(np.log(ratio / mean)) <= np.log(FIXED),
        (Number("samples a mode at the best size", ratio, mean, form=".1f"),),
        f"within a factor {FIXED:g} of their geometric mean; label noise {noise:g}",
    )


def best_at_a_ratio(loss: xr.DataArray) -> Any:
    """Losses that are least at p = sqrt(C)/4, 16 samples a mode."""
    off = np.log(loss["n_modes"] / (0.25 * np.sqrt(loss["n_modes"] * loss["n_steps"])))
    return (xr.ones_like(loss) * (1.0 + off**2)).transpose(*loss.dims)


class SumOfPowers(NamedTuple):
    """A p^-x + B T^-y, fitted to logarithms of the excess loss."""

    log_a: float
    x: float
    log_b: float
    y: float

    def at(self, loss: xr.DataArray) -> Array:
        """Its values at the sizes and updates of ``loss``."""
        log_p, log_t = (np.log(loss[name].values) for name in ("n_modes", "n_steps"))
        parts = self.log_a - self.x * log_p, self.log_b - self.y * log_t
        return np.asarray(np.exp(np.logaddexp(*parts)))

    @classmethod
    def through(cls, loss: xr.DataArray) -> SumOfPowers:
        """By least squares from x = y = 1/2."""

        def missed(unknowns: Array) -> Array:
            return np.asarray(np.log(cls(*unknowns).at(loss) / loss.values))

        return cls(*least_squares(missed, [0.0, 0.5, 0.0, 0.5]).x.tolist())


def foretold(tree: xr.DataTree) -> tuple[xr.DataArray, Array]:
    """Excess losses of the sizes beyond the fit, and what the fit says of them."""
    loss = observable(tree, "final_loss", "theory")
    small = loss["n_modes"] <= FITTED
    large = loss[~small]
    return large, SumOfPowers.through(loss[small]).at(large)


def trajectory(tree: xr.DataTree) -> Evidence:
    """Total losses of larger models against the law fitted to small ones."""
    large, said = foretold(tree)
    noise: float = parameter(tree, "label_noise")
    off = (said - large.values) / (large.values + 0.5 * noise)
    ratio = large["n_steps"].values / large["n_modes"].values
    return Evidence(
        abs(off) <= FORETOLD,
        (
            Number("size", large["n_modes"], form="g"),
            Number("samples a mode", ratio, form="g"),
            Number("foretold over total loss, per cent", 100.0 * off, 0.0, 100.0 * FORETOLD),
        ),
        f"within 1 % of the total loss, the label noise's half in it; fitted to sizes <= {FITTED}",
        ratio >= LONG,
    )


def lowered(loss: xr.DataArray) -> Any:
    """Excess losses beyond the fit for total losses 2 % lower, at label noise 1/4."""
    return loss.where(loss["n_modes"] <= FITTED, 0.98 * (loss + 0.125) - 0.125)


def draw(tree: xr.DataTree) -> Figure:
    """Loss over size at every compute; the best size and its samples a mode over compute."""
    figure = new_figure()
    losses, sizes = figure.subplots(1, 2)
    noise, curve = next(iter(curves(tree).items()))
    spent, at = budget(curve), best(curve)
    for k, compute in enumerate(at.compute):
        run = curve[spent == compute].sortby("n_modes")
        line(losses, run["n_modes"], run, f"{compute:g}", color=f"C{k}", marker=".", ms=4)
        at_end = (float(run["n_modes"][-1]), float(run[-1]))
        losses.annotate(f"{np.log10(compute):g}", at_end, (3, -3), textcoords="offset points")
    losses.plot(at.size, at.loss, "k--", lw=1, gid="best")
    losses.set(xscale="log", yscale="log", xlabel="kept modes p", ylabel="excess loss")
    losses.set_title(f"Compute $10^k$, k at the curve; label noise {noise:g}")
    for noise, curve in curves(tree).items():
        at, look = best(curve), {"color": COLOURS[noise]}
        sizes.plot(at.compute, at.size, "o", ms=4, gid=f"size:{noise:g}", **look)
        middle = len(at.size) // 2
        power = at.size[middle] * (at.compute / at.compute[middle]) ** law("size_exponent", noise)
        name = f"p, label noise {noise:g}"
        sizes.plot(at.compute, power, "--", lw=1, gid=f"law:{noise:g}", label=name, **look)
        name = f"T/p, label noise {noise:g}"
        sizes.plot(at.compute, at.ratio, "s-", ms=3, lw=0.8, mfc="none", label=name, **look)
    sizes.set(xscale="log", yscale="log", xlabel="compute p T", ylabel="best size, samples a mode")
    sizes.set_title("Best size p, dashed: its law")
    sizes.legend()
    return figure


def draw_trajectory(tree: xr.DataTree) -> Figure:
    """Excess losses over updates, by size, and the law fitted to the small ones."""
    figure = new_figure()
    axes = figure.subplots()
    loss = observable(tree, "final_loss", "theory")
    power = SumOfPowers.through(loss[loss["n_modes"] <= FITTED])
    for k, size in enumerate(np.unique(loss["n_modes"])):
        run = loss[loss["n_modes"] == size].sortby("n_steps")
        color = f"C{k}" if k < 8 else "k"  # the house has eight
        look: dict[str, Any] = {"color": color, "gid": f"loss:{size}", "label": f"p = {size}"}
        axes.plot(run["n_steps"], run, "o" if size <= FITTED else "s", ms=4, **look)
        dash = "-" if size <= FITTED else "--"
        axes.plot(run["n_steps"], power.at(run), dash, lw=1, color=color, gid=f"fit:{size}")
    axes.set(xscale="log", yscale="log", xlabel="updates", ylabel="excess loss")
    axes.set_title("Lines: fit to p <= 32; dashed: its forecast")
    axes.legend(ncols=2)
    return figure
