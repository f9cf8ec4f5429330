"""Deep matrix completion simulated: gradient descent through every switch time of a row."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.course import as_rows, follow, observe
from toysim.models.deep_linear.completion.descent import descend, multiply
from toysim.models.deep_linear.completion.parameters import CompletionParameters
from toysim.models.deep_linear.completion.problem import Data, problem_of
from toysim.outcomes import Status

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
        for i, time in enumerate(times):
            at = min(max(time / self.p.step, first), last)
            at = round(at) if abs(at - round(at)) <= 1e-9 * max(1.0, at) else at
            low, high = math.floor(at), math.ceil(at)
            for n in (low, high):
                if n not in seen:
                    self._advance(target, weight, n)
                    seen[n] = observe(self.product(), data, self.p.n_singular_values)
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
        return float(
            np.max(
                np.abs(measures.imbalance(self.layers.astype(np.float64)) - self.imbalance),
                initial=0.0,
            )
        )

    def sharpness(self, data: Data) -> float:
        kernels = measures.layer_kernels(self.layers.astype(np.float64))
        return measures.sharpness(self.product(), kernels, data)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row, row by row: an update costs far more than the Python around
    it.
    """
    rows = [_simulate_row(batch, i) for i in range(len(batch))]
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _simulate_row(batch: Batch, i: int) -> Rows:
    problem = problem_of(batch, i)
    learner = Descent(problem.parameters, problem.layers)
    with np.errstate(over="ignore", invalid="ignore"):
        rows = as_rows(problem.parameters, follow(learner, problem))
    failed_at = min(learner.failures, default=-1)
    return {
        **rows,
        "eta_sharpness": problem.parameters.step * rows["sharpness"],
        "status": np.array(Status.DIVERGED if learner.failures else 0),
        "status_step": np.array(failed_at),
    }
