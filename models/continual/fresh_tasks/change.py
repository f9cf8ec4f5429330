"""Moments of how much the errors of old tasks grow: of errors at two times."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.continual.fresh_tasks.moments import Data, mean_error
from toysim.models.continual.fresh_tasks.problem import blocks

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def increase(
    kept: Array, far: Array, task: Ints, kappa: Array, data: Data
) -> tuple[float, float, float]:
    """Mean and mean square of F = mean over old tasks of e_i(T) - e_i(end_i), and the mean of
    e_i(0) - e_i(first_i) over all but the first task; NaN of fewer than two tasks. Derived.

    G = sum of e_i(end_i) up to now is carried along: given the state, e after a visit is affine in
    e, so that E G e' is the map of the means with E G in the place of 1. ``kept`` (T+1, K+1, K+1)
    are the moments of (1, e) after 0..T visits.
    """
    tasks = len(far)
    first, end, newest = blocks(task, tasks)
    with_e, mean_g, square = np.zeros(tasks), 0.0, 0.0
    seen, transfer = 0, 0.0
    for j in range(tasks):
        if first[j] >= 0:
            seen += 1
            transfer += kept[0, 0, j + 1] - kept[first[j], 0, j + 1]
    if seen < 2:
        return np.nan, np.nan, np.nan
    for k in range(1, len(task) + 1):
        j, before = task[k - 1], with_e.copy()
        for i in range(tasks):
            # kappa^2 S1 and D_ij stand beside 1, whose mean with G is E G
            alone = mean_error(0.0, 0.0, far[i, j], kappa[k - 1], data)
            linear = mean_error(before[i], before[j], 0.0, kappa[k - 1], data)
            linear -= mean_error(0.0, 0.0, 0.0, kappa[k - 1], data)
            with_e[i] = linear + alone * mean_g
        for j in range(tasks):
            if end[j] == k and j != newest:
                square += 2.0 * with_e[j] + kept[k, j + 1, j + 1]
                for i in range(tasks):
                    with_e[i] += kept[k, j + 1, i + 1]
                mean_g += kept[k, 0, j + 1]
    now, both, across = 0.0, 0.0, 0.0
    for i in range(tasks):
        if first[i] >= 0 and i != newest:
            now += kept[len(task), 0, i + 1]
            across += with_e[i]
            for k in range(tasks):
                if first[k] >= 0 and k != newest:
                    both += kept[len(task), i + 1, k + 1]
    n = seen - 1.0
    return (now - mean_g) / n, (both - 2.0 * across + square) / (n * n), transfer / n
