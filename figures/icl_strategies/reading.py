"""Reading the sweeps of strategies in context."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.papers.reading import mean_and_error, observable, parameter, runs

Array = npt.NDArray[np.float64]

CLEAR = 5.0  # standard errors
BITS = 64.0  # of a stored chance: an array of random numbers cannot be compressed


@dataclass(frozen=True)
class Gains:
    """Gains of memorising by the number of tasks, means over sets with errors; bounds and law."""

    tasks: Array
    mean: Array
    error: Array
    lower: Array
    upper: Array
    exact: Array


def gains(*trees: xr.DataTree) -> Gains:
    """Of sweeps over ``n_tasks``, one after the other."""
    parts: dict[str, list[Array]] = {name: [] for name in Gains.__dataclass_fields__}
    for tree in trees:
        mean, error = mean_and_error(runs(tree, "gain"))
        parts["tasks"].append(mean["n_tasks"].values.astype(float))
        parts["mean"].append(mean.values)
        parts["error"].append(error.values)
        for name, of in (("lower", "gain_lower"), ("upper", "gain_upper"), ("exact", "gain_mean")):
            parts[name].append(observable(tree, of, "theory").values)
    return Gains(**{name: np.concatenate(values) for name, values in parts.items()})


@dataclass(frozen=True)
class Law:
    """Exponents of evidence and bits, and the bits of the generaliser."""

    alpha: float
    beta: float
    code: float


LAWS = (Law(0.6, 0.2, 8000.0), Law(0.3, 0.5, 8000.0), Law(0.0, 0.5, 8000.0), Law(0.6, 0.2, 0.0))


def transition_times(law: Law, tasks: Array, gain: Array, colours: int, length: int) -> Array:
    """N_GM at gamma = 1, from gains in nats a sequence."""
    bits = law.code + BITS * colours * tasks
    cost = math.log(2.0) * (bits**law.beta - law.code**law.beta)
    return np.asarray((cost * length / gain) ** (1.0 / (1.0 - law.alpha)))


def slopes(tasks: Array, times: Array, relative: Array) -> tuple[Array, Array]:
    """Local exponents between neighbouring numbers of tasks, and their errors from ``relative``
    ones of the times.
    """
    step = np.diff(np.log(tasks))
    return np.diff(np.log(times)) / step, np.hypot(relative[1:], relative[:-1]) / step


def exponents(law: Law, tree: xr.DataTree) -> tuple[Array, Array, Array]:
    """Tasks between, exponents and errors of the sweep's mean gains, from two tasks on."""
    found = gains(tree)
    use = found.tasks > 0
    tasks, mean, error = found.tasks[use], found.mean[use], found.error[use]
    V, C = parameter(tree, "n_colours"), parameter(tree, "context_length")
    times = transition_times(law, tasks, mean, V, C)
    slope, size = slopes(tasks, times, error / mean / (1.0 - law.alpha))
    return np.sqrt(tasks[1:] * tasks[:-1]), slope, size


def marks(tree: xr.DataTree) -> tuple[float, float]:
    """e^I and N_eff."""
    known = observable(tree, "task_information", "theory").values.flat[0]
    return math.exp(known), float(
        observable(tree, "distinguishable_tasks", "theory").values.flat[0]
    )


def along(values: xr.DataArray, **at: Any) -> xr.DataArray:
    """Values at named choices."""
    for name, choice in at.items():
        places = [k for k, v in enumerate(values[name].values) if v == choice]
        values = values.isel({name: places[0]})
    return values
