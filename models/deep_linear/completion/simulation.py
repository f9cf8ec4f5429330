"""Deep matrix completion simulated: gradient descent through every switch time of a row."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.descent import descend, multiply, part_of_update
from toysim.models.deep_linear.completion.parameters import CompletionParameters
from toysim.models.deep_linear.completion.problem import Data, problem_of
from toysim.models.deep_linear.completion.protocol import follow
from toysim.models.deep_linear.updates import in_updates
from toysim.records import ended

Array = npt.NDArray[Any]


class Pull(NamedTuple):
    """What an update descends: a target (N, N) and weights (N, N) of its entries, in the layers'
    type; see ``descend``.
    """

    target: Array
    weight: Array


class Descent:
    """Layers under gradient descent; whole updates are counted from the last change of the data.

    At a time between two updates the state has taken a share of the next one. A run goes on from
    whole updates, so that neither records nor other switch times change it.
    """

    def __init__(self, p: CompletionParameters, layers: Array) -> None:
        self.p = p
        self.layers = layers.astype(p.precision)
        self.products = np.empty_like(self.layers)
        multiply(self.layers, self.products)
        self.imbalance = measures.imbalance(layers)
        self.begin, self.n, self.earlier = 0.0, 0, 0
        self.failures: list[int] = []  # updates after which this or a copy was no longer finite

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other.__dict__.update(
            self.__dict__, layers=self.layers.copy(), products=self.products.copy()
        )
        return other

    def run(self, data: Data, times: Array, end: float) -> Array:
        pull, k = self._pull(data), self.p.n_singular_values
        observations = np.empty((len(times), 2 + k))
        for i, at in enumerate(self._updates(times)):
            self._advance(pull, math.floor(at))
            observations[i] = measures.observe(self._product_at(pull, at - self.n), data, k)
        self._advance(pull, math.floor(self._updates(end)))
        return observations

    def arrive(self, data: Data, end: float) -> None:
        share = float(self._updates(end)) - self.n
        if share > 0.0 and self._finite():
            part_of_update(self.layers, self.products, *self._pull(data), share)
            self._fail_unless(self._all_finite(), 1)
        self.begin, self.earlier, self.n = end, self.earlier + self.n + (share > 0.0), 0

    def _updates(self, times: Array | float) -> Array:
        return in_updates(np.asarray(times) - self.begin, self.p.step, np.inf)

    def _pull(self, data: Data) -> Pull:
        weight = np.where(data.mask, self.p.step / max(1, data.n_observed), 0.0)
        return Pull(data.target.astype(self.layers.dtype), weight.astype(self.layers.dtype))

    def _advance(self, pull: Pull, n: int) -> None:
        """Updates up to the n-th; a state that diverged stays NaN."""
        if n > self.n and self._finite():
            done = descend(self.layers, self.products, *pull, n - self.n)
            fine = done < 0 and self._all_finite()
            self._fail_unless(fine, done if done >= 0 else n - self.n)
        self.n = max(n, self.n)

    def _product_at(self, pull: Pull, share: float) -> Array:
        """The product after a share of the next update, which is not taken."""
        if not (share > 0.0 and self._finite()):
            return self.product()
        ahead = self.copy()
        part_of_update(ahead.layers, ahead.products, *pull, share)
        return ahead.product()

    def _finite(self) -> bool:
        return math.isfinite(self.product()[0, 0])

    def _all_finite(self) -> bool:
        return bool(np.isfinite(self.product()).all())

    def _fail_unless(self, fine: bool, done: int) -> None:
        """NaN from where the product left the finite numbers, after ``done`` more updates."""
        if not fine:
            self.failures.append(self.earlier + self.n + done)
            self.layers[:], self.products[:] = np.nan, np.nan

    def product(self) -> Array:
        return np.asarray(self.products[-1])

    def balance_drift(self) -> float:
        change = measures.imbalance(self.layers.astype(np.float64)) - self.imbalance
        return float(np.max(np.abs(change), initial=0.0))

    def sharpness(self, data: Data) -> float:
        kernels = measures.layer_kernels(self.layers.astype(np.float64))
        return measures.sharpness(self.product(), kernels, data)


def simulate(batch: Batch) -> Rows:
    """Every observable, row by row: an update costs far more than the Python around it."""
    rows, failed_at = zip(*(_simulate_row(row) for row in batch.rows()), strict=True)
    return stacked(rows) | ended(np.array(failed_at))


def _simulate_row(row: Row) -> tuple[Rows, int]:
    problem = problem_of(row)
    learner = Descent(row.p, problem.layers)
    with np.errstate(over="ignore", invalid="ignore"):
        rows = measures.as_rows(row.p, follow(learner, problem))
    rows["eta_sharpness"] = row.p.step * rows["sharpness"]
    return rows, min(learner.failures, default=-1)
