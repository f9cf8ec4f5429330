"""Deep matrix completion simulated: gradient descent through every switch time of a row."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.descent import descend, multiply
from toysim.models.deep_linear.completion.parameters import CompletionParameters
from toysim.models.deep_linear.completion.problem import Data, problem_of
from toysim.models.deep_linear.completion.protocol import follow
from toysim.models.deep_linear.updates import in_updates
from toysim.records import ended

Array = npt.NDArray[Any]


class Descent:
    """Layers under gradient descent; times are taken in updates.

    A phase ends at the nearest update. A record between two updates is the observations' linear
    mean, so that its error is of the order of the step; a record at an update is exact.
    """

    def __init__(self, p: CompletionParameters, layers: Array) -> None:
        self.p = p
        self.layers = layers.astype(p.precision)
        self.products = np.empty_like(self.layers)
        multiply(self.layers, self.products)
        self.imbalance = measures.imbalance(layers)
        self.n = 0
        self.failures: list[int] = []  # updates after which this or a copy was no longer finite

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other.__dict__.update(
            self.__dict__, layers=self.layers.copy(), products=self.products.copy()
        )
        return other

    def run(self, data: Data, times: Array, end: float) -> Array:
        first, last = self.n, max(self.n, round(end / self.p.step))
        observations = np.empty((len(times), 2 + self.p.n_singular_values))
        weight = np.where(data.mask, self.p.step / max(1, data.n_observed), 0.0)
        target, weight = data.target.astype(self.layers.dtype), weight.astype(self.layers.dtype)
        seen: dict[int, Array] = {}
        for i, at in enumerate(np.maximum(in_updates(times, self.p.step, float(last)), first)):
            low, high = math.floor(at), math.ceil(at)
            for n in (low, high):
                if n not in seen:
                    self._advance(target, weight, n)
                    seen[n] = measures.observe(self.product(), data, self.p.n_singular_values)
            observations[i] = (
                seen[low] if low == high else (high - at) * seen[low] + (at - low) * seen[high]
            )
            seen = {n: seen[n] for n in (low, high)}
        self._advance(target, weight, last)
        return observations

    def _advance(self, target: Array, weight: Array, n: int) -> None:
        """Updates up to the n-th; a state that diverged stays NaN."""
        if n > self.n and math.isfinite(self.product()[0, 0]):
            done = descend(self.layers, self.products, target, weight, n - self.n)
            if done >= 0 or not np.isfinite(self.product()).all():
                self.failures.append(self.n + done if done >= 0 else n)
                self.layers[:], self.products[:] = np.nan, np.nan
        self.n = n

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
