"""The network trained, and tested on fresh points: every row from its draws to its observables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.oscillation.feature_noise.descent import Network, descend
from toysim.models.oscillation.feature_noise.measures import Run, measure
from toysim.models.oscillation.feature_noise.problem import NOISE, Problem, U, problem_of
from toysim.models.oscillation.feature_noise.state import empty_courses, empty_ledger
from toysim.records import ended

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    problem = problem_of(row)
    run, weights = train(problem)
    tested = accuracies(problem, run, weights, row.generator("test"))
    return {**measure(problem, run), **tested, **ended(np.array(run.failed_at))}


def train(problem: Problem) -> tuple[Run, Array]:
    """The run and the weights (2m, d) at its end."""
    task, patches = problem.task, problem.patches
    start = patches @ problem.weights.T
    gram = patches @ patches.T
    net = Network(
        on_weights=problem.parameters.kernel == "weights",
        z=start.copy(),
        sign=np.repeat([1.0, -1.0], problem.parameters.n_filters),
        coefficients=np.zeros_like(start),
        gram=gram,
        reach=_reach(gram),
        weights=np.ascontiguousarray(problem.weights.T),
        patches=patches,
    )
    ledger, courses = empty_ledger(), empty_courses(len(task.record_at))
    failed_at = descend(net, task, ledger, courses)
    growth = np.array([_growth(start[U], net.z[U], side) for side in range(2)])
    weights = net.weights + patches.T @ net.coefficients
    return Run(courses, ledger, growth, failed_at), weights.T


def _reach(gram: Array) -> npt.NDArray[np.int64]:
    """First k and last k plus 1 with <b_k, b_q> != 0, (n+2, 2), q itself among them."""
    met = (gram != 0.0) | np.eye(len(gram), dtype=bool)
    return np.column_stack([met.argmax(axis=1), len(gram) - met[:, ::-1].argmax(axis=1)])


def _growth(before: Array, after: Array, side: int) -> float:
    """log growth of |<w, u>| of the label's right filter with the largest overlap; NaN if none.

    ``before``, ``after`` (2m,): overlaps with u.
    """
    m, y = len(before) // 2, 1 - 2 * side
    f = side * m + int(np.argmax(y * before[side * m : (side + 1) * m]))
    if y * before[f] <= 0:
        return np.nan
    with np.errstate(all="ignore"):  # of a run that blew up
        return float(np.log(np.abs(after[f] / before[f])))


def accuracies(
    problem: Problem, run: Run, weights: Array, generator: np.random.Generator
) -> dict[str, float]:
    """Shares of fresh points with y f > 0: without and with the strong feature, and both mixed.

    Mixed as in training. Fresh noise enters by its overlaps with the 2m filters, which are jointly
    Gaussian: drawn from the triangle R of a QR decomposition of weights (2m, d), at a cost free of
    d.
    """
    p = problem.parameters
    if run.failed_at >= 0:
        return dict.fromkeys(("weak_accuracy", "strong_accuracy", "mixed_accuracy"), np.nan)
    seen = weights if p.noise == "unprojected" else weights[:, NOISE:]
    triangle = np.linalg.qr(seen.T, mode="r") * (p.noise_norm / np.sqrt(p.dimension))
    responses = (
        np.maximum(generator.standard_normal((p.n_test, len(triangle))) @ triangle, 0.0) ** 2
    )
    side = np.arange(p.n_test) % 2
    f_noise = (
        responses[:, : p.n_filters].sum(axis=1) - responses[:, p.n_filters :].sum(axis=1)
    ) / p.n_filters
    strong, weak = (
        (groups[0] - groups[1])[side, -1] for groups in (run.courses.strong, run.courses.weak)
    )
    margin = weak + (1 - 2 * side) * f_noise
    on_weak, on_strong = float(np.mean(margin > 0)), float(np.mean(margin + strong > 0))
    share_weak = p.n_weak / p.n_samples
    mixed = (1.0 - share_weak) * on_strong + share_weak * on_weak
    return {"weak_accuracy": on_weak, "strong_accuracy": on_strong, "mixed_accuracy": mixed}
