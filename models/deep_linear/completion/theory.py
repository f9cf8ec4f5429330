"""Deep matrix completion predicted: the flow of the product from the row's own start and data."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.completion.course import as_rows, follow
from toysim.models.deep_linear.completion.flow import Flow
from toysim.models.deep_linear.completion.measures import product_of
from toysim.models.deep_linear.completion.problem import problem_of


def predict(batch: Batch) -> Rows:
    """Every observable but eta_sharpness, to 1e-9, where the layers start balanced: not gaussian
    above depth 1.

    Switch times and ends are taken as written; gradient descent rounds them to whole updates, and
    that is part of its error of order ``step``. Nothing is computed for rows outside validity, nor
    at precision float32, whose rounding errors no order of the step covers.
    """
    balanced = (batch["start"] != "gaussian") | (batch["depth"] == 1)
    valid = balanced & (batch["precision"] == "float64")
    rows: Rows = {"valid": valid}
    for i in np.flatnonzero(valid).tolist():
        problem = problem_of(batch, i)
        flow = Flow(problem.parameters, product_of(problem.layers))
        for name, values in as_rows(problem.parameters, follow(flow, problem)).items():
            rows.setdefault(name, np.full((len(batch), *values.shape), np.nan))[i] = values
    return rows
