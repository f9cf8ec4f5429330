"""What the claims about structured starts come to, measured on the sweeps' data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from toysim.models.deep_linear.structured_start.closed_forms import recruit_time
from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable, parameter, runs

MODEL = "deep_linear.structured_start"
LAZY = 0.25  # change of the kernel below which a start is lazy
STRONG = 3.0  # norm of the start above which it is held to be strong
UNCLEAR = (0.85, 1.2)  # ratios of the two times that decide nothing
Z = 5.0


def rms(tree: xr.DataTree, spectrum: str = "flat") -> tuple[xr.DataArray, xr.DataArray]:
    """Root of the mean square change of the kernel over tasks, and its standard error."""
    mean, error = mean_and_error(observable(tree, "kernel_change").sel(spectrum=spectrum) ** 2)
    root = mean**0.5
    return root, 0.5 * error / root


def law(tree: xr.DataTree) -> xr.DataArray:
    """The same as a closed form."""
    root, _ = rms(tree)
    fixed = {name: parameter(tree, name) for name in ("n_inputs", "teacher_norm")}

    def one(norm: float, rank: int) -> float:
        at: dict[str, Any] = {"start_norm": float(norm), "rank": int(rank)}
        return float(landmark(MODEL, "mean_kernel_change", **fixed, **at))

    values = [[one(f, r) for f in root["start_norm"].values] for r in root["rank"].values]
    return root.transpose("rank", "start_norm").copy(data=np.array(values))


def by_norm(*values: xr.DataArray) -> Iterator[tuple[Any, ...]]:
    """Each norm of the start with the values there."""
    for f in values[0]["start_norm"].values:
        yield (f, *(v.sel(start_norm=f) for v in values))


def higher_rank_less_change(tree: xr.DataTree) -> Evidence:
    """Falls from rank to rank + 1, and whether the closed form still falls there."""
    root, error = (values.transpose("rank", "start_norm") for values in rms(tree))
    exact, gaussian = law(tree), rms(tree, "gaussian")[0].transpose("rank", "start_norm")
    return Evidence(
        (root.diff("rank") < 0.0).values,
        (
            *(
                Number(f"change, F^2 = {float(f) ** 2:.0f}", *parts)
                for f, *parts in by_norm(root, exact, error)
            ),
            Number("change, gaussian spectrum, stronger start", gaussian.isel(start_norm=-1)),
        ),
        "the rms change falls to the next rank; expected: the closed form's rms over tasks",
        (exact.diff("rank") < 0.0).values,
    )


def aligned_is_lazy(aligned: xr.DataTree, rank: xr.DataTree) -> Evidence:
    """Aligned starts against random tasks."""
    lazy = observable(aligned, "kernel_change").isel(replica=0).transpose("start_norm", "rank")
    mean, error = mean_and_error(observable(rank, "kernel_change").sel(spectrum="flat"))
    mean, error = (v.sel(rank=lazy["rank"]).transpose(*lazy.dims) for v in (mean, error))
    below = (lazy < mean - Z * error) & (lazy < LAZY)
    return Evidence(
        below.all("rank").values,
        tuple(
            Number(f"change, aligned, F^2 = {float(f) ** 2:.0f}", *parts)
            for f, *parts in by_norm(lazy, mean, error)
        ),
        f"below the mean over random tasks, which is expected, by five standard errors and below "
        f"{LAZY:g}, at every rank below that of the inputs",
        (lazy["start_norm"] > STRONG).values,
    )


def closed_form(tree: xr.DataTree) -> Evidence:
    """Every flat run against its own closed form."""
    ok = runs(tree, "status") == 0
    found = runs(tree, "kernel_change").where(ok).sel(spectrum="flat")
    exact = observable(tree, "kernel_change", "theory").sel(spectrum="flat")
    apart = abs(found - exact).max(["replica", "start_norm"]).transpose("rank")
    step = 2.0 * float(parameter(tree, "learning_rate"))
    return Evidence(
        (apart < step).values,
        (
            Number("largest difference by rank", apart, 0.0, step, form=".2g"),
            Number("runs that entered", int(found.notnull().sum()), form="d"),
        ),
        "within twice the learning rate, the order of the method",
    )


def times_ratio(tree: xr.DataTree) -> xr.DataArray:
    """Time to recruit over time to learn directly."""
    share = observable(tree, "recruited_share")
    p = {name: parameter(tree, name) for name in ("rank", "overlap", "teacher_norm")}
    width, s = int(parameter(tree, "width")), float(p["teacher_norm"])

    def ratio(norm: float, eps: float) -> float:
        direct = float(landmark(MODEL, "direct_time", start_norm=float(norm), **p))
        return recruit_time(s, width, int(p["rank"]), float(eps)) / direct

    norms, sizes = share["start_norm"].values, share["perturbation"].values
    values = [[ratio(f, e) for e in sizes] for f in norms]
    dims = ("start_norm", "perturbation")
    return xr.DataArray(values, dims=dims, coords={dims[0]: norms, dims[1]: sizes})


def recruited(tree: xr.DataTree) -> Evidence:
    """Which starts recruit, against which time is shorter."""
    ratio = times_ratio(tree)
    share = runs(tree, "recruited_share").mean("replica").transpose(*ratio.dims)
    clear = ((ratio < UNCLEAR[0]) | (ratio > UNCLEAR[1])).values
    right = ((share > 0.5) == (ratio < 1.0)).values
    return Evidence(
        right[clear],
        (
            Number("recruited share", share, form=".2f"),
            Number("time to recruit over direct time", ratio, form=".2f"),
        ),
        "more than half is recruited iff recruiting takes less time, outside ratios of 0.85 to 1.2",
    )


def reversed_ranks(values: xr.DataArray) -> Any:
    return values.isel(rank=slice(None, None, -1)).values
