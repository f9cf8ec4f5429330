"""Which of two coexisting saddle points is shown, and what is said of both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows
from toysim.models.perceptron.replica.saddle import Array
from toysim.models.perceptron.replica.solver_outputs import (
    BOUNDARY,
    ELSEWHERE,
    HIGH,
    LOW,
    MAX_ITER,
    OK,
)
from toysim.models.perceptron.replica.students import Student

Flags = npt.NDArray[np.bool_]


def teacher(x: Array, r_first: Array, r0: Array) -> Student:
    """w = teacher 2, one a row: no error, no entropy, overlap R1 r0 with the reference; conjugates
    are infinite there.
    """
    one, none, v = np.ones(len(x)), np.zeros(len(x)), r_first * r0
    hat = np.full(len(x), np.nan)
    return Student(one, one, v, r0, x * v, none, hat, hat, none, none, none, none + BOUNDARY)


def equilibrium(low: Student, high: Student, high_there: Flags) -> npt.NDArray[np.int64]:
    """The branch of larger free entropy; NaN is none."""
    low_wins = low.free_entropy >= high.free_entropy
    return np.where(high_there & ~low_wins, HIGH, LOW)


def known(low: Student) -> Flags:
    """Whether the low branch was found, or is known to be absent: else it may not lose."""
    found: Flags = (low.solver_status != MAX_ITER) & (low.solver_status != ELSEWHERE)
    return found


def shown(low: Student, high: Student, high_there: Flags, branch: npt.NDArray[np.str_]) -> Rows:
    """The saddle point asked for (the low one where the high one is not there), and both.

    An equilibrium has the low branch's status where that is not known.
    """
    free = branch == "equilibrium"
    asked = np.where((branch == "high") & high_there, HIGH, LOW)
    chosen = np.where(free, equilibrium(low, high, high_there), asked)
    rows = {
        name: np.where(chosen == HIGH, there, here)
        for name, here, there in zip(Student._fields, low, high, strict=True)
    }
    status = np.where(free & ~known(low), low.solver_status, rows["solver_status"]).astype(np.int8)
    return rows | {
        "solver_status": status,
        "iterations": low.iterations,
        "chosen_branch": chosen,
        "branch_present": np.stack([known(low) & ~np.isnan(low.overlap), high_there], axis=1),
        "branch_overlap": np.stack([low.overlap, high.overlap], axis=1),
        "branch_self_overlap": np.stack([low.self_overlap, high.self_overlap], axis=1),
        "branch_free_entropy": np.stack([low.free_entropy, high.free_entropy], axis=1),
        "valid": (status == OK) | (status == BOUNDARY),
    }
