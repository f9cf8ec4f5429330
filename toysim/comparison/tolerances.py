"""How far simulation may lie from theory: tolerances from the data or from the order of the method.

* stochastic, theory of the mean: 5 standard errors over replicas + the declared finite-size bound
  + the observable's declared rtol and atol, which are for rounding.
  The mean of a skewed number is not normal yet: with skewness g and n replicas an error as rare
  as t is t + |g| (2 t^2 + 1) / (6 sqrt(n)), by Edgeworth's first term.
  With few replicas the error is uncertain itself: Student's t says how many are then as rare as 5
  (5.3 at 100, 7.4 at 20, 157 at 4). Draws that are equal but for rounding have no spread to tell
  errors by: what did not occur in n draws occurs, but for odds of a normal number beyond 5, with
  probability below 15/n, and moves the mean by at most that share of the observable's span. Where
  a replica of a cell failed, ended with another status than ok, or lacks the number, the others
  are survivors, and their mean decides nothing;
  Numbers above 0 over orders of magnitude have means that rare draws rule: with a normal logarithm
  of deviation s half of the mean comes from draws more than s deviations up. Where s, seen above
  the median, exceeds 1, and fewer than 15 of the n draws are expected there, they decide nothing;
* a step of order p: with the rows' values at half and a quarter of the step (``/refinement``),
  extrapolated to step 0,
      R(h) = y(h/2) + (y(h/2) - y(h)) / (2^p - 1),
  theory must meet R(h/2) within |R(h) - R(h/2)| + (y(h) - y(h/2))^2 / scale. Both terms are of
  higher order than the error of one step, so a theory that is one update off is seen. As
  |R(h) - R(h/2)| may cross zero, it counts at least as its usual share of |y(h/2) - y(h/4)| over
  the sweep. Where the change of a halving is not smaller than that of the halving before, the
  steps are too long for their order to show, and decide nothing; nor do rows that have not been
  refined, or values that some of the three runs lack;
* else the observable's declared rtol and atol.

None of them is a fit to what came out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.model import Observable
from toysim.store.sides import Sides

Z = 5.0
ONE_SIDED = 2.866515718791939e-07  # probability above Z of a normal number
ROUNDING = 1e-13  # of draws that are the same number, reached in other orders

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Measured:
    """An observable as it is compared, by row (n, *dims).

    ``stored``: the simulation as it was run, or its mean over replicas; ``value``: what is held
    against theory, extrapolated where ``extrapolated`` (n,); ``error``: standard errors, NaN where
    there are none.
    ``beyond``: rows outside the theory's validity that are not among these.
    """

    rows: Array
    stored: Array
    value: Array
    tolerance: Array
    error: Array
    extrapolated: Array
    beyond: int = 0


def measured(sides: Sides, o: Observable) -> Measured:
    """Value and tolerance of one observable, by the rule that holds for its rows."""
    if sides.model.of_means:
        return _means(sides, o)
    chosen = sides.chosen
    if len(chosen.refine) == 0:
        return _declared(sides, o, np.flatnonzero(sides.rows_ok))
    places, found = _places(sides.refined.rows, chosen.refine)
    parts = [
        _extrapolated(sides, o, chosen.refine[found], places[found]),
        _waiting(sides, o, chosen.refine[~found]),
        _declared(sides, o, chosen.exact),
    ]
    beyond = int(sides.rows_ok.sum()) - len(sides.comparable)
    return _together([part for part in parts if len(part.rows)], beyond)


def _places(refined: Array, wanted: Array) -> tuple[Array, Array]:
    """Where the wanted rows are among the refined ones, and which of them are there."""
    if len(refined) == 0:
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    order = np.argsort(refined)
    at = np.minimum(np.searchsorted(refined[order], wanted), len(refined) - 1)
    places = order[at]
    return places, refined[places] == wanted


def _together(parts: list[Measured], beyond: int) -> Measured:
    names = ("rows", "stored", "value", "tolerance", "error", "extrapolated")
    joined = {n: np.concatenate([getattr(part, n) for part in parts]) for n in names}
    return Measured(**joined, beyond=beyond)


def _plain(sides: Sides, o: Observable, rows: Array, tolerance: Any) -> Measured:
    """The simulation as it is."""
    stored = sides.simulation[o.name][rows].astype(float)
    full = np.broadcast_to(tolerance, stored.shape)
    nothing, no = np.full(stored.shape, np.nan), np.zeros(len(rows), bool)
    return Measured(rows, stored, stored, full, nothing, no)


def _declared(sides: Sides, o: Observable, rows: Array) -> Measured:
    """With the observable's own tolerance."""
    theory, _ = sides.theory_at(o, rows)
    return _plain(sides, o, rows, o.atol + o.rtol * np.abs(theory))


def _waiting(sides: Sides, o: Observable, rows: Array) -> Measured:
    """Rows that have not been refined: nothing can be said of them yet."""
    return _plain(sides, o, rows, np.inf)


def _extrapolated(sides: Sides, o: Observable, rows: Array, places: Array) -> Measured:
    """Value at step 0 and its tolerance: the largest over the inner dimensions of a row and a
    cell's replicas.

    Single changes of the extrapolated value are no bound: along a course, between draws or cells
    they cross zero.
    """
    if len(rows) == 0:
        return _waiting(sides, o, rows)
    rule = sides.model.discretisation
    assert rule is not None
    theory, _ = sides.theory_at(o, rows)
    y0 = _finite(sides.simulation[o.name][rows])
    y1, y2 = np.moveaxis(_finite(sides.refined.outputs[o.name][places]), 1, 0)
    gain = 2.0**rule.order - 1.0
    first, second = y1 + (y1 - y0) / gain, y2 + (y2 - y1) / gain
    declared = o.atol + o.rtol * np.abs(theory)
    change, halving = np.abs(first - second), np.abs(y2 - y1)
    usual = _usual_share(change, halving, declared) * halving
    bound = np.maximum(change, usual) + (y1 - y0) ** 2 / sides.scale(o)
    unknown = (np.isfinite(y0) | np.isfinite(second)) & ~np.isfinite(second + bound)
    unknown |= (halving >= np.abs(y1 - y0)) & (halving > declared)
    bound = _largest_of_cell(bound, rows // sides.n_replicas)
    tolerance = np.where(unknown, np.inf, bound + declared)
    nothing, yes = np.full(y0.shape, np.nan), np.ones(len(rows), bool)
    return Measured(rows, y0, second, tolerance, nothing, yes)


def _finite(values: Array) -> Array:
    """Missing where infinite: such numbers have no differences."""
    return np.where(np.isfinite(values.astype(float)), values, np.nan)


def _largest_of_cell(bound: Array, cells: Array) -> Array:
    """Bounds (n, *dims) at their largest over inner dimensions and rows of a cell."""
    inner = tuple(range(1, bound.ndim))
    by_row = np.nanmax(bound, axis=inner, keepdims=True, initial=0.0) if inner else bound
    _, cell = np.unique(cells, return_inverse=True)
    largest = np.zeros((int(cell.max()) + 1, *by_row.shape[1:]))
    np.fmax.at(largest, cell, by_row)
    return largest[cell]


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

    n, mean, error, skewness = _moments(_draws(sides, o))
    rows = np.arange(0, len(sides.batch), sides.n_replicas)
    with np.errstate(invalid="ignore"):
        enough = np.where(n > 1, -stdtrit(np.maximum(n - 1, 1), ONE_SIDED), np.inf)
        enough = enough + skewness * (2.0 * enough**2 + 1.0) / (6.0 * np.sqrt(n))
        tolerance = np.where(n > 1, enough * error, np.inf) + finite_size(sides, o, rows)
        declared = o.atol + o.rtol * np.abs(sides.theory_at(o, rows)[0])
        unseen = np.where(error == 0.0, -np.log(ONE_SIDED) / np.maximum(n, 1) * o.span, 0.0)
        tolerance = tolerance + unseen + declared
    tolerance = np.where(_survivors(sides, o) | _heavy(sides, o), np.inf, tolerance)
    return Measured(rows, mean, mean, tolerance, error, np.zeros(len(rows), bool))


def _draws(sides: Sides, o: Observable) -> Array:
    """Values (n_cells, replicas, *dims) of the replicas that ran to an end, NaN for the others."""
    values = sides.simulation[o.name].astype(float)
    ok = sides.rows_ok.reshape(-1, *[1] * (values.ndim - 1))
    return np.where(ok, values, np.nan).reshape(-1, sides.n_replicas, *values.shape[1:])


def _moments(values: Array) -> tuple[Array, Array, Array, Array]:
    """Count, mean, standard error and size of the skewness (n_cells, *dims) of draws."""
    n = np.sum(np.isfinite(values), axis=1)
    lowest, highest = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=1) / n, np.nan).clip(lowest, highest)
        off = values - mean[:, None]
        equal = highest - lowest <= ROUNDING * np.abs(mean)
        variance = np.where(equal, 0.0, np.nansum(off**2, axis=1) / (n - 1))
        spread = np.where(variance > 0.0, np.sqrt(variance), np.inf)
        skewness = np.abs(np.nansum((off / spread[:, None]) ** 3, axis=1)) / np.maximum(n, 1)
        return n, mean, np.where(n > 1, np.sqrt(variance / n), np.inf), skewness


def _heavy(sides: Sides, o: Observable) -> Array:
    """Cells (n_cells, *dims) whose draws are too few to have met those that rule the mean."""
    from scipy.special import ndtr

    values = _draws(sides, o)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.sort(np.where(values > 0.0, np.log(values), np.nan), axis=1)  # NaN last
        n = np.sum(np.isfinite(size), axis=1)
        middle = np.take_along_axis(size, np.maximum(n - 1, 0)[:, None] // 2, axis=1)
        above = np.where(size > middle, size - middle, 0.0)
        deviation = np.sqrt(np.sum(above**2, axis=1) / np.sum(above > 0.0, axis=1))
        few = n * ndtr(-deviation) < -np.log(ONE_SIDED)
        least = np.fmin.reduce(values, axis=1)
    heavy: Array = (least >= 0.0) & (deviation > 1.0) & few
    return heavy


def _survivors(sides: Sides, o: Observable) -> Array:
    """Cells (n_cells, *dims) where replicas ran and have no number of their own."""
    values = sides.simulation[o.name]
    inner = [1] * (values.ndim - 1)
    ok, dropped = (mask.reshape(-1, *inner) for mask in (sides.rows_ok, sides.dropped))
    lost = dropped | (ok & ~np.isfinite(values.astype(float)))
    some: Array = (ok & np.isfinite(values.astype(float))) | dropped
    by_cell = (len(lost) // sides.n_replicas, sides.n_replicas, *values.shape[1:])
    survivors: Array = lost.reshape(by_cell).any(axis=1) & some.reshape(by_cell).any(axis=1)
    return survivors


def finite_size(sides: Sides, o: Observable, rows: Array) -> Any:
    """The declared bound at each cell's size."""
    if o.finite_size is None:
        return 0.0
    inner = [1] * (sides.simulation[o.name].ndim - 1)
    size = sides.batch[o.finite_size.parameter][rows].astype(float)
    bound = o.finite_size.constant * size**-o.finite_size.power
    if o.finite_size.known is not None:
        bound = np.where(o.finite_size.known(sides.batch)[rows], bound, np.inf)
    return bound.reshape(-1, *inner)
