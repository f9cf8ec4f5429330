"""How far simulation may lie from theory: tolerances from the data or from the order of the method.

* stochastic, theory of the mean: 5 standard errors over replicas + the declared finite-size bound.
  With few replicas the error is uncertain itself: Student's t says how many are then as rare as 5
  (5.3 at 100, 7.4 at 20, 157 at 4);
* a step of order p: the rows are run again at half and a quarter of the step, extrapolated to step
  0,
      R(h) = y(h/2) + (y(h/2) - y(h)) / (2^p - 1),
  and theory must meet R(h/2) within |R(h) - R(h/2)| + (y(h) - y(h/2))^2 / scale. Both terms are of
  higher order than the error of one step, so a theory that is one update off is seen. As |R(h) -
  R(h/2)| may cross zero, it counts at least as its usual share of |y(h/2) - y(h/4)| over the sweep;
* else the observable's declared rtol and atol.

None of them is a fit to what came out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.comparison.sides import Sides
from toysim.model import Discretisation, Observable, Rows
from toysim.runner.work import compute, one_blas_thread

Z = 5.0
ONE_SIDED = 2.866515718791939e-07  # probability above Z of a normal number
MAX_RERUN_ROWS = 200  # rows run again at smaller steps, spread evenly over the sweep

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Measured:
    """An observable as it is compared: rows, value and tolerance (n_rows, *dims).

    ``discretisation``: the largest distance from theory of the rows with a step, as they were run;
    ``beyond``: rows outside the theory's validity that were not run again.
    """

    rows: Array
    value: Array
    tolerance: Array
    discretisation: float | None = None
    beyond: int = 0


@dataclass(frozen=True)
class Stepped:
    """Rows that were run again at smaller steps: which, their outputs at h, h/2, h/4, and the rows
    without a step.
    """

    rows: Array
    at: tuple[Rows, Rows, Rows]
    order: int
    exact: Array


def measured(sides: Sides, o: Observable, stepped: Stepped | None) -> Measured:
    """Value and tolerance of one observable, by the rule that holds for its rows."""
    if sides.of_means:
        return _means(sides, o)
    if stepped is None:
        return _declared(sides, o, np.flatnonzero(sides.rows_ok))
    refined = _extrapolated(sides, o, stepped)
    if len(stepped.exact) == 0:
        return refined
    exact = _declared(sides, o, stepped.exact)
    return Measured(
        np.concatenate([refined.rows, exact.rows]),
        np.concatenate([refined.value, exact.value]),
        np.concatenate([refined.tolerance, exact.tolerance]),
        refined.discretisation,
        refined.beyond,
    )


def _declared(sides: Sides, o: Observable, rows: Array) -> Measured:
    """The simulation as it is, with the observable's own tolerance."""
    theory, _ = sides.theory_at(o, rows)
    return Measured(rows, sides.simulation[o.name][rows], o.atol + o.rtol * np.abs(theory))


def run_again(sides: Sides) -> Stepped | None:
    """Rows run again at half and a quarter of the step, where the model declares an order that
    applies.
    """
    rule = sides.model.discretisation
    if rule is None or sides.of_means:
        return None
    candidates = sides.comparable
    applies = _applies(sides, rule, _spread(candidates))
    if 0 < applies.sum() < len(applies):
        applies = _applies(sides, rule, candidates)
        with_step, exact = candidates[applies], candidates[~applies]
    else:
        with_step, exact = candidates if applies.any() else candidates[:0], candidates[:0]
    if len(with_step) == 0:
        return None
    rows = _spread(with_step)
    few = sides.batch.take(rows)
    outputs = [{n: v[rows] for n, v in sides.simulation.items()}]
    parameters = sides.model.validate(sides.batch.values(int(rows[0])))
    with one_blas_thread():
        for factor in (2, 4):
            finer = Batch(
                sides.model,
                {**few.columns, rule.parameter: few[rule.parameter] / factor},
                few.fixed,
                few.replica,
                few.seed,
                few.common_random_numbers,
            )
            outputs.append(compute(sides.model, "simulation", finer, parameters).rows)
    return Stepped(rows, (outputs[0], outputs[1], outputs[2]), rule.order, exact)


def _applies(sides: Sides, rule: Discretisation, rows: Array) -> npt.NDArray[np.bool_]:
    typed = sides.model.parameters_class
    return np.array([rule.applies(typed(**sides.batch.values(int(i)))) for i in rows], bool)


def _spread(rows: Array) -> Array:
    """At most MAX_RERUN_ROWS of the rows, evenly spread, the first and the last among them."""
    if len(rows) <= MAX_RERUN_ROWS:
        return rows
    return rows[np.unique(np.linspace(0, len(rows) - 1, MAX_RERUN_ROWS).astype(np.int64))]


def _extrapolated(sides: Sides, o: Observable, stepped: Stepped) -> Measured:
    """Value at step 0 and its tolerance: the largest over the inner dimensions of a row and a
    cell's replicas.

    Single changes of the extrapolated value are no bound: along a course, between draws or cells
    they cross zero. A value that the coarser runs lack decides nothing.
    """
    theory, _ = sides.theory_at(o, stepped.rows)
    y0, y1, y2 = (outputs[o.name].astype(float) for outputs in stepped.at)
    gain = 2.0**stepped.order - 1.0
    first, second = y1 + (y1 - y0) / gain, y2 + (y2 - y1) / gain
    declared = o.atol + o.rtol * np.abs(theory)
    change, halving = np.abs(first - second), np.abs(y2 - y1)
    bound = np.maximum(change, _usual_share(change, halving, declared) * halving) + (
        y1 - y0
    ) ** 2 / sides.scale(o)
    unknown = np.isfinite(second) & ~np.isfinite(bound)
    inner = tuple(range(1, bound.ndim))
    bound = np.nanmax(bound, axis=inner, keepdims=True, initial=0.0) if inner else bound
    _, cell = np.unique(stepped.rows // sides.n_replicas, return_inverse=True)
    largest = np.zeros((int(cell.max()) + 1, *bound.shape[1:]))
    np.fmax.at(largest, cell, bound)
    bound = largest[cell]
    off = np.abs(y0 - theory)
    raw = float(np.nanmax(off)) if np.isfinite(off).any() else None
    beyond = int(sides.rows_ok.sum()) - len(sides.comparable)
    return Measured(stepped.rows, second, np.where(unknown, np.inf, bound + declared), raw, beyond)


def _usual_share(change: Array, halving: Array, declared: Array) -> float:
    """Median over the sweep of the extrapolated value's change against the last halving's, above
    rounding.
    """
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(change) & (halving > declared)
    return min(float(np.median(change[seen] / halving[seen])), 1.0) if seen.any() else 0.0


def _means(sides: Sides, o: Observable) -> Measured:
    """Mean over replicas and its tolerance per cell: standard errors as rare as Z, plus the
    finite-size bound.
    """
    from scipy.special import stdtrit

    values = sides.simulation[o.name].astype(float)
    ok = sides.rows_ok.reshape(-1, *[1] * (values.ndim - 1))
    values = np.where(ok, values, np.nan).reshape(-1, sides.n_replicas, *values.shape[1:])
    n = np.sum(np.isfinite(values), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=1) / n, np.nan)
        variance = np.nansum((values - mean[:, None]) ** 2, axis=1) / (n - 1)
        error = np.where(n > 1, np.sqrt(variance / n), np.inf)
    bound: Any = 0.0
    if o.finite_size is not None:
        size = sides.batch[o.finite_size.parameter][:: sides.n_replicas].astype(float)
        bound = (
            o.finite_size.constant
            * size.reshape(-1, *[1] * (mean.ndim - 1)) ** -o.finite_size.power
        )
    with np.errstate(invalid="ignore"):
        enough = np.where(n > 1, -stdtrit(np.maximum(n - 1, 1), ONE_SIDED), np.inf)
        tolerance = np.where(n > 1, enough * error, np.inf) + bound + o.atol
    return Measured(np.arange(0, len(sides.batch), sides.n_replicas), mean, tolerance)
