"""What the claims about branches, transitions and stability come to, read off sweeps of the theory
alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from toysim.figures.binary_continual_learning.reading import both_present, crossing
from toysim.paper import Evidence, Number
from toysim.papers.reading import observable

LOW_BREAKS = 0.7289  # alpha where the low branch of one task has replicon value 1, by its equation


class Jump(NamedTuple):
    """Loads by their equations: where the overlap's curve alpha(r) turns around, and where free
    entropies agree. Landmarks of ``perceptron.field_space``; each takes 4 to 10 s, so they are
    written down, and a test holds them together.
    """

    high_begins: float
    low_ends: float
    crossing: float


FLAT = Jump(1.4989, 1.9058, 1.6502)  # beta = 20
WITH_PRIOR = Jump(1.5002, 2.2158, 2.0035)  # beta = 100 and kl = 1
CURVED = 4e-3  # of a load: a straight line between neighbouring points of these grids
# Second task at gamma = 0.1, by task_overlap: up to where the low branch is stable, and where it
# ends; from where the high one is stable.
SECOND_TASK = {-0.5: (0.698, 2.064, 1.783), 0.0: (0.728, 1.893, 1.660), 0.5: (0.762, 1.465, 1.456)}
WINDOW = (1.6, 2.2)  # loads of the power law
STEEP, STEEPEST = -11.0, -14.5


def flat_jumps(one_task: xr.DataTree) -> Evidence:
    return learning_jumps(one_task, FLAT)


def prior_jumps(one_task: xr.DataTree) -> Evidence:
    return learning_jumps(one_task, WITH_PRIOR)


def learning_jumps(tree: xr.DataTree, jump: Jump) -> Evidence:
    """The grid's window of two branches encloses the exact one to a step, and the crossing lies
    where it should.
    """
    both = both_present(tree)
    alpha = both["alpha"].values
    step, inside = alpha[1] - alpha[0], alpha[both.values]
    first, last, cross = float(inside.min()), float(inside.max()), crossing(tree, "alpha")
    return Evidence(
        holds=np.array(
            [
                0 <= first - jump.high_begins <= step,
                0 <= jump.low_ends - last <= step,
                abs(cross - jump.crossing) < CURVED,
            ]
        ),
        numbers=(
            Number("two branches from alpha =", first, jump.high_begins, step, form="g"),
            Number("to alpha =", last, jump.low_ends, step, form="g"),
            Number("free entropies cross at alpha =", cross, jump.crossing, CURVED, form=".4f"),
        ),
        criterion="the ends inside the exact window, to the grid's step; the crossing on a line "
        "between grid points",
    )


def replica_symmetry_holds(one_task: xr.DataTree) -> Evidence:
    """Replicon values of both branches, load by load; the limits say where they are below 1."""
    stability = observable(one_task, "stability", "theory")
    alpha, high = stability["alpha"], both_present(one_task) & (stability["branch"] == "high")
    within = (alpha < LOW_BREAKS) | high | (alpha > FLAT.low_ends)
    low = stability.sel(branch="low")
    early = low.where(alpha < 1, drop=True)
    breaks = float(np.interp(1.0, early, early["alpha"]))
    return Evidence(
        holds=(stability < 1).values,
        within=within.transpose(*stability.dims).values,
        numbers=(
            Number("replicon value of the low branch 1 at alpha =", breaks, LOW_BREAKS, form=".4f"),
            Number("at most, low branch", low.max()),
            Number("at most, high branch", stability.where(high).max()),
        ),
        criterion="replicon value below 1; where it is 1, on a line between grid points",
    )


def prior_is_stable(one_task: xr.DataTree) -> Evidence:
    """Replicon values of both branches where the task is learned with a prior."""
    stability = observable(one_task, "stability", "theory")
    return Evidence(
        holds=(stability < 1).values.ravel(),
        numbers=(
            Number("replicon value at most, low and high branch", stability.max("alpha"), 1.0),
        ),
        criterion="replicon value below 1",
    )


def second_task_is_stable(
    strong: xr.DataTree, weak: xr.DataTree, after_prior: xr.DataTree
) -> Evidence:
    """Replicon values of the second task, load by load; the limits say where those at gamma = 0.1
    are below 1.
    """
    held = [
        observable(tree, "stability", "theory").values.ravel() for tree in (strong, after_prior)
    ]
    loose = observable(weak, "stability", "theory")
    values = np.concatenate([*held, loose.values.ravel()])
    stiff = np.ones(values.size - loose.size, bool)
    return Evidence(
        holds=values < 1,
        within=np.concatenate([stiff, weakly_stable(loose).values.ravel()]),
        numbers=(
            Number("replicon value at gamma = 1 at most", np.concatenate(held).max(), 1.0),
            Number("at gamma = 0.1 at most", loose.max()),
            Number("points of it that break replica symmetry", int((loose >= 1).sum()), form="d"),
            Number("of", loose.size, form="d"),
        ),
        criterion="replicon value below 1",
    )


def weakly_stable(stability: xr.DataArray) -> xr.DataArray:
    """Where replica symmetry is to hold at gamma = 0.1, by SECOND_TASK."""
    alpha, r0 = stability["alpha_2"], stability["task_overlap"]
    loads = np.transpose([SECOND_TASK[float(overlap)] for overlap in r0])
    breaks, ends, begins = (r0.copy(data=load) for load in loads)
    high = (alpha > begins) & (stability["branch"] == "high")
    return ((alpha < breaks) | (alpha > ends) | high).transpose(*stability.dims)


def error_falls_steeply(one_task: xr.DataTree) -> Evidence:
    """Slope of log error over log alpha on the high branch, over the whole window and between its
    neighbours.
    """
    error = observable(one_task, "error", "theory").sel(branch="high")
    inside = (error["alpha"] > WINDOW[0] - 1e-9) & (error["alpha"] < WINDOW[1] + 1e-9)
    error = error.where(inside, drop=True)
    x, y = np.log(error["alpha"].values), np.log(error.values)
    slope, local = float(np.polyfit(x, y, 1)[0]), np.diff(y) / np.diff(x)
    return Evidence(
        holds=np.array([STEEPEST <= slope <= STEEP]),
        numbers=(
            Number("exponent", slope, -13.1, form=".2f"),
            Number("over alpha from and to", WINDOW, form="g"),
            Number("between neighbours, first and last", [local[0], local[-1]], form=".1f"),
        ),
        criterion=f"{STEEP:g} to {STEEPEST:g} counts, as the exponent depends on the window: it is "
        "no constant",
    )


def second_task_jumps(strong: xr.DataTree, weak: xr.DataTree) -> Evidence:
    """Two branches at every strength of the divergence and overlap of the teachers, in an earlier
    window for larger.
    """
    numbers, holds = [], []
    for tree, gamma in ((strong, "gamma = 1"), (weak, "gamma = 0.1")):
        both = both_present(tree)
        loads = both["alpha_2"].where(both)
        first, last = loads.min("alpha_2"), loads.max("alpha_2")
        crosses = [crossing(tree, "alpha_2", task_overlap=r0) for r0 in both["task_overlap"].values]
        numbers += [
            Number(f"{gamma}: two branches from alpha_2 =", first, form="g"),
            Number("to", last, form="g"),
            Number("free entropies cross at", crosses, form=".2f"),
        ]
        holds.append((np.diff([first, last]) < 0).all())  # false if a window is empty
    overlaps = Number("overlaps of the teachers", both["task_overlap"], form="g")
    return Evidence(
        holds=np.array(holds),
        numbers=(overlaps, *numbers),
        criterion="loads with two branches at every gamma and overlap, earlier ones for larger "
        "overlap; windows to the grid's step, crossings on a line between grid points, nan where "
        "they are not on the grid",
    )
