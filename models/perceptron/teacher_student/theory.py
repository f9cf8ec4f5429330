"""Replica-symmetric saddle points of a binary student with a binary teacher (Gyorgyi 1990)."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.given import drawn
from toysim.models.perceptron.measures import angles
from toysim.models.perceptron.replica.averages import STEP
from toysim.models.perceptron.replica.branches import Flags, shown, teacher
from toysim.models.perceptron.replica.coexistence import apart, by_distinct
from toysim.models.perceptron.replica.saddle import Array
from toysim.models.perceptron.replica.students import Reference, Student, low_branch, student
from toysim.models.perceptron.teacher_student.measures import bayes_error

NO_REFERENCE = Reference(0.0, 0.0, 0.0)


def low_saddle(
    alpha: float, temperature: float = 0.0, step: float = STEP, start: float = 0.0
) -> Student:
    """The saddle point reached from overlap 0 (``start``); FROZEN, and NaN, where that is 1."""
    return student(float(alpha), float(temperature), NO_REFERENCE, start, step)


def settled(batch: Batch) -> Flags:
    """Rows whose instances are nearly all on one branch."""

    def known(alpha: Array, temperature: Array, size: Array) -> Flags:
        return apart(low_branch(alpha, temperature).free_entropy, np.zeros(len(alpha)), size)

    of_size = by_distinct(batch, ("alpha", "temperature", "size"), known)
    return np.asarray(of_size | (batch["branch"] != "equilibrium") | (batch["alpha"] == 0.0))


def predict(batch: Batch) -> Rows:
    """The saddle point asked for, and both of them along ``saddle``.

    Valid where it exists, is stable and has no negative entropy; a low branch of negative entropy,
    metastable beyond the transition, keeps its values. Without patterns there is no high branch.
    Given patterns are not valid.
    """
    alpha, none = batch["alpha"], np.zeros(len(batch))
    low = low_branch(alpha, batch["temperature"])
    rows = shown(low, teacher(none, none, none), alpha > 0.0, batch["branch"])
    del rows["cross_overlap"], rows["overlap_1"]
    votes = zip(rows["overlap"].tolist(), rows["self_overlap"].tolist(), strict=True)
    return rows | {
        "valid": rows["valid"] & drawn(batch, "patterns"),
        "error": angles(rows["overlap"]),
        "bayes_error": np.array([bayes_error(r, q) for r, q in votes]),
    }
