"""The mean field of the head as observables, at the same updates and records as the simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.models.induction_head.crossings import jump
from toysim.models.induction_head.head.mean_field import OBSERVABLES, Setting, follow
from toysim.models.induction_head.head.parameters import HeadParameters
from toysim.models.induction_head.head.problem import start_scores


def predict(batch: Batch) -> Rows:
    """Courses and crossing times without any constant fitted; valid for contents at right angles,
    up to O(1/S).

    It needs a linear classifier started at 0, novel classes and one copy of each. With Gaussian
    contents the same numbers are the limit of large D: ``mean_field_t50`` gives their crossing time
    there too.
    """
    rows = stacked([_solved(row.p, row.record_at) for row in batch.rows()])
    crossings = jump(batch.record_at, rows["p_right"])
    return {**rows, **crossings, "mean_field_t50": crossings["t50"]}


def _solved(p: HeadParameters, at: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Courses (R,) of a row, NaN where there is no mean field, and whether its bounds hold."""
    given = p.items or p.label_vectors or p.start_weights
    simple = p.n_hidden == 0 and p.weight_scale == 0.0 and not given
    solvable = simple and p.burst == 1 and p.p_novel == 1.0
    courses = np.full((len(at), len(OBSERVABLES)), np.nan)
    if solvable:
        _solve(p, at, courses)
    valid = solvable and p.contents == "orthonormal" and _bounded(p)
    return {**dict(zip(OBSERVABLES, courses.T, strict=True)), "valid": valid}


def _solve(p: HeadParameters, at: npt.NDArray[np.int64], courses: npt.NDArray[np.float64]) -> None:
    overlap = 1.0 / (1.0 + p.item_noise**2)
    setting = Setting(p.n_pairs, p.n_labels, overlap, p.learning_rate, p.learn_beta2)
    follow(np.append(start_scores(p), 0.0), at, setting, courses)


def _bounded(p: HeadParameters) -> bool:
    """The O(1/S) bounds were measured for N <= 8 at learning rate 1, and with room for the noise of
    items.
    """
    room = p.dimension - p.n_labels
    return p.n_pairs <= 8 and p.learning_rate <= 1 and room >= 4 * p.n_pairs
