"""One singular mode: what its rows are given, and what a loop leaves behind.

Each bundle holds either all rows (arrays with a leading axis n) or one of them; ``task_of_row`` and
``trajectory_of_row`` take one out, inside compiled code, as views.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from toysim.jit import kernel


class ModeTask(NamedTuple):
    """Target and deficits of a row.

    depth      int           D
    target     float         S
    goal       float         strength at which the mode counts as learned, S/2 by default
    end        float         when it ends: updates for gradient descent, flow time for the flow
    windows    (W, 3)        deficits: pathway, start, stop, in the unit of ``end``
    lesioned   (P,) bool     pathways without output and gradient
    record_at  (R,)          record times, ascending, in the unit of ``end``
    """

    depth: Any
    target: Any
    goal: Any
    end: Any
    windows: Any
    lesioned: Any
    record_at: Any


class Trajectory(NamedTuple):
    """What a loop writes; NaN where it did not get there.

    strength   (P,)          K at the end
    records    (P, R)        K at the record times
    exposure   (P,)          integral of Omega while the pathway was open (sum over updates)
    half       (1,)          when the strength was ``goal``, in the unit of the task's ``end``; 0 if
                             at the start already
    """

    strength: Any
    records: Any
    exposure: Any
    half: Any


def unwritten(tasks: ModeTask) -> Trajectory:
    """NaN for every row."""
    n, n_pathways = tasks.lesioned.shape
    records = np.full((n, n_pathways, tasks.record_at.shape[1]), np.nan)
    exposure = np.full((n, n_pathways), np.nan)
    return Trajectory(np.full((n, n_pathways), np.nan), records, exposure, np.full((n, 1), np.nan))


@kernel
def task_of_row(tasks: ModeTask, i: int) -> ModeTask:
    """Row i of a bundle of rows."""
    return ModeTask(
        tasks.depth[i],
        tasks.target[i],
        tasks.goal[i],
        tasks.end[i],
        tasks.windows[i],
        tasks.lesioned[i],
        tasks.record_at[i],
    )


@kernel
def trajectory_of_row(trajectories: Trajectory, i: int) -> Trajectory:
    """Row i of a bundle of rows."""
    return Trajectory(
        trajectories.strength[i],
        trajectories.records[i],
        trajectories.exposure[i],
        trajectories.half[i],
    )
