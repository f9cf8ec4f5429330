"""Output and kernel of the network, and the observables of a course of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows
from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Course(NamedTuple):
    """f and eta lambda (n_rows, R + 1) at the records and, last, the end; largest |f| (n_rows,)."""

    output: Any
    eta_kernel: Any
    peak: Any


def empty_course(keep_at: Ints) -> Course:
    """NaN for every row."""
    shapes = (keep_at.shape, keep_at.shape, len(keep_at))
    return Course(*(np.full(shape, np.nan) for shape in shapes))


# Theory starts from these two, too; a slip in them shows, for its recursion then does not close.
@kernel
def output_and_kernel(u: Array, v: Array) -> tuple[float, float]:
    """f = u.v/sqrt(n) and lambda = (|u|^2 + |v|^2)/n of weights (n,) (arXiv:2003.02218)."""
    product = squares = 0.0
    for k in range(len(u)):
        product += u[k] * v[k]
        squares += u[k] * u[k] + v[k] * v[k]
    return product / np.sqrt(len(u)), squares / len(u)


def measured(course: Course) -> Rows:
    """Observables from the states kept; the loss is f^2/2."""
    courses = {
        "output": course.output,
        "eta_kernel": course.eta_kernel,
        "loss": 0.5 * course.output**2,
    }
    at_records = {name: values[:, :-1] for name, values in courses.items()}
    at_end = {f"final_{name}": values[:, -1] for name, values in courses.items()}
    return {**at_records, **at_end, "peak_loss": 0.5 * course.peak**2}
