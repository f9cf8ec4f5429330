"""Replica-symmetric saddle points of a second task on binary weights, coupled to the first's.

Derived, after arXiv:2212.02846; see the model's equations.
"""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.given import drawn
from toysim.models.perceptron.measures import angles
from toysim.models.perceptron.replica.averages import STEP
from toysim.models.perceptron.replica.branches import Flags, equilibrium, known, shown, teacher
from toysim.models.perceptron.replica.coexistence import apart, by_distinct
from toysim.models.perceptron.replica.saddle import Array
from toysim.models.perceptron.replica.students import Reference, Student, low_branch, student


def low_saddle(alpha: float, x: float, r_first: float, r0: float, step: float = STEP) -> Student:
    """The saddle point reached from overlap 0; FROZEN, and NaN, where that is teacher 2."""
    return student(float(alpha), 0.0, Reference(x, r_first, r0), 0.0, step)


def settled(batch: Batch) -> Flags:
    """Rows whose instances are nearly all on one branch, in both tasks."""

    def first(alpha: Array, size: Array) -> Flags:
        low = low_branch(alpha).free_entropy
        return np.asarray(apart(low, np.zeros(len(alpha)), size) | (alpha == 0.0))

    def second(alpha: Array, x: Array, before: Array, r0: Array, size: Array) -> Flags:
        r_first, _ = first_overlap(before)
        low = low_branch(alpha, 0.0, x, r_first, r0).free_entropy
        high = teacher(x, r_first, r0).free_entropy
        return np.asarray(apart(low, high, size) | (alpha == 0.0))

    names = ("alpha_2", "coupling", "alpha_1", "task_overlap", "size")
    free = batch["branch"] == "equilibrium"
    both = ~free | by_distinct(batch, names, second)
    return np.asarray(both & by_distinct(batch, ("alpha_1", "size"), first))


def predict(batch: Batch) -> Rows:
    """The saddle point asked for, and both along ``saddle``.

    Valid where it is stable and the first task's was found, for random patterns.
    """
    alpha, x, r0 = batch["alpha_2"], batch["coupling"], batch["task_overlap"]
    r_first, found = first_overlap(batch["alpha_1"])
    low = low_branch(alpha, 0.0, x, r_first, r0)
    rows = shown(low, teacher(x, r_first, r0), alpha > 0.0, batch["branch"])
    rows["overlap_2"] = rows.pop("overlap")
    return rows | {
        "error_1": angles(rows["overlap_1"]),
        "error_2": angles(rows["overlap_2"]),
        "valid": rows["valid"] & found & drawn(batch, "patterns_1", "patterns_2"),
    }


def first_overlap(alpha: Array) -> tuple[Array, Flags]:
    """Overlap R1 of a student of task 1 with its teacher, and whether it is known; (rows,)."""
    low, none = low_branch(alpha), np.zeros(len(alpha))
    high = teacher(none, none, none)
    there = equilibrium(low, high, alpha > 0.0)
    return np.where(there, high.overlap, low.overlap), known(low)
