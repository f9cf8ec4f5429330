"""What both sides are given: the plasticity of every visit, and blocks of visits to one task."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def plasticities(p: Any) -> Array:
    """kappa of every visit (T,)."""
    return np.array(p.plasticities, float) if p.plasticities else np.full(p.n_visits, p.plasticity)


@kernel
def blocks(task: Ints, n_tasks: int) -> tuple[Ints, Ints, int]:
    """Visits before and up to the end of each task's first contiguous block (K,), -1 of a task that
    is not visited; and the task first seen last. ``task`` (T,).
    """
    first, end, newest = np.full(n_tasks, -1), np.full(n_tasks, -1), -1
    for k in range(len(task)):
        j = task[k]
        if first[j] < 0:
            first[j], newest = k, j
        if end[j] < 0 and (k + 1 == len(task) or task[k + 1] != j):
            end[j] = k + 1
    return first, end, newest
