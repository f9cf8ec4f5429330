"""Reading the sweeps of task orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.stats import spearmanr

from toysim.papers.reading import observable, parameter, runs

Array = npt.NDArray[np.float64]


def orders_of(tree: xr.DataTree) -> npt.NDArray[np.int64]:
    """Tasks (orders, visits)."""
    return np.asarray(next(iter(tree.children.values()))["order_value"].values, np.int64)


def by_order(tree: xr.DataTree, name: str, side: str = "simulation") -> xr.DataArray:
    """A number of every run's end, in the mean, by samples, teachers and order."""
    found = (
        runs(tree, name).mean("replica") if side == "simulation" else observable(tree, name, side)
    )
    return found.transpose("n_samples", "teacher_draw", "order", ...)


def kept(tree: xr.DataTree) -> Array:
    """r = 1 - n/d."""
    n = by_order(tree, "final_error")["n_samples"].values
    return np.asarray(1.0 - n / parameter(tree, "dimension"))


def of_tasks(tree: xr.DataTree, name: str) -> Array:
    """What theory says of the teachers (samples, draws, orders, tasks, ...)."""
    return np.asarray(by_order(tree, name, "theory").values)


def along(values: Array, order: npt.NDArray[np.int64]) -> Array:
    """Values of tasks (..., orders, tasks) in the order of the visits (orders, visits)."""
    return np.take_along_axis(values, np.broadcast_to(order, values.shape), axis=-1)


def steps(tree: xr.DataTree) -> tuple[Array, Array]:
    """Squared distances of teachers visited in turn, summed; and of the first and the last."""
    far, order = of_tasks(tree, "distance"), orders_of(tree)
    row = np.arange(len(order))
    between = [far[:, :, row, order[:, k], order[:, k + 1]] for k in range(order.shape[1] - 1)]
    return np.sum(between, axis=0), far[:, :, row, order[:, 0], order[:, -1]]


def scores(tree: xr.DataTree) -> Array:
    """sum_k r^(T-k) R_j(k) (samples, draws, orders)."""
    visited = along(of_tasks(tree, "centrality"), orders_of(tree))
    weights = kept(tree)[:, None] ** np.arange(visited.shape[-1] - 1.0, -1.0, -1.0)
    return np.asarray(np.einsum("sdok,sk->sdo", visited, weights))


def ranked(a: Any, b: Any) -> Array:
    """Spearman's correlation over the orders (samples, draws) of two arrays with orders last."""
    pairs = zip(np.reshape(a, (-1, a.shape[-1])), np.reshape(b, (-1, b.shape[-1])), strict=True)
    return np.reshape([spearmanr(x, y).statistic for x, y in pairs], a.shape[:-1])
