"""Plasticities of the least mean final error."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.continual.fresh_tasks.moments import Data, mean_error

Array = npt.NDArray[np.float64]

LEAST, MOST = 1e-6, 2.0


@kernel
def final_error(
    start: Array, far: Array, chances: Array, kappa: Array, data: Data, slope: Array
) -> float:
    """Mean error over tasks at the end and its slope in kappa (T,), written to ``slope``, by the
    adjoint of the exact means. start (K,), far (K, K), chances (T, K).
    """
    tasks, visits = len(start), len(kappa)
    e = np.empty((visits + 1, tasks))
    e[0] = start
    aside = chances @ far  # mean distance to the visited task
    for k in range(visits):
        visited = np.sum(chances[k] * e[k])
        for i in range(tasks):
            e[k + 1, i] = mean_error(e[k, i], visited, aside[k, i], kappa[k], data)
    pull = np.full(tasks, 1.0 / tasks)
    for k in range(visits - 1, -1, -1):
        visited, total, x = np.sum(chances[k] * e[k]), np.sum(pull), kappa[k]
        own = np.sum(pull * (aside[k] - e[k])) - (1.0 - 2.0 * x) * visited * total
        slope[k] = data.q * own + 2.0 * x * data.s1 * total
        pull = (1.0 - data.q * x) * pull - data.q * x * (1.0 - x) * total * chances[k]
    return float(np.mean(e[visits]))


def best_plasticity(start: Array, far: Array, chances: Array, data: Any) -> float:
    """One kappa for all visits, by search around the best of a grid."""

    from scipy.optimize import minimize_scalar  # 0.2 s to import, and seldom needed

    def error(kappa: float) -> float:
        every = np.full(len(chances), kappa)
        return final_error(start, far, chances, every, data, np.empty(len(chances)))

    grid = np.linspace(LEAST, MOST, 41)
    best = int(np.argmin([error(kappa) for kappa in grid]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(minimize_scalar(error, bounds=around, method="bounded", options={"xatol": 1e-9}).x)


def best_plasticities(start: Array, far: Array, chances: Array, data: Any, first: float) -> Array:
    """One kappa a visit (T,), by L-BFGS within the bounds from ``first`` for all."""

    from scipy.optimize import minimize

    def error(kappa: Array) -> tuple[float, Array]:
        slope = np.empty(len(kappa))
        return final_error(start, far, chances, kappa, data, slope), slope

    begin, bounds = np.full(len(chances), first), [(LEAST, MOST)] * len(chances)
    options = {"ftol": 1e-15, "gtol": 1e-11, "maxiter": 1000}
    found = minimize(error, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(found.x)
