"""Output and kernel of the network, and the observables of a course of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows

Array = npt.NDArray[np.float64]


def measured(output: Array, eta_kernel: Array, peak: Array) -> Rows:
    """From f and eta lambda (n_rows, R + 1) at the records and, last, the end; largest |f|
    (n_rows,). The loss is f^2/2.
    """
    courses = {"output": output, "eta_kernel": eta_kernel, "loss": 0.5 * output**2}
    at_records = {name: values[:, :-1] for name, values in courses.items()}
    at_end = {f"final_{name}": values[:, -1] for name, values in courses.items()}
    return {**at_records, **at_end, "peak_loss": 0.5 * peak**2}
