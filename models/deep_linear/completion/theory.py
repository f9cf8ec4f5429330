"""Deep matrix completion predicted: the flow of the product from the row's own start and data."""

from __future__ import annotations

from toysim.batch import Batch, Row, Rows
from toysim.models.deep_linear.completion.flow import Flow
from toysim.models.deep_linear.completion.measures import as_rows, balanced, product_of
from toysim.models.deep_linear.completion.problem import problem_of
from toysim.models.deep_linear.completion.protocol import follow
from toysim.models.deep_linear.validity import stacked_where_valid


def predict(batch: Batch) -> Rows:
    """Every observable but eta_sharpness, to 1e-9, where the layers start balanced: all at depth 1,
    above it not gaussian ones (arXiv:1905.13655).

    Nothing is computed for rows outside validity, nor
    at precision float32, whose rounding errors no order of the step covers.
    """
    return stacked_where_valid([_predicted(row) for row in batch.rows()])


def _predicted(row: Row) -> Rows | None:
    problem = problem_of(row)
    if row.p.precision != "float64" or not balanced(problem.layers):
        return None
    return as_rows(row.p, follow(Flow(row.p, product_of(problem.layers)), problem))
