"""The gradient flow of the product of the layers, without the layers: exact at depth 1, else
integrated.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.integrate import DOP853

from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.parameters import CompletionParameters
from toysim.models.deep_linear.completion.problem import Data

Array = npt.NDArray[Any]

# Local error of a step. Leaving a plateau amplifies it: with these, singular values are within
# 3e-10 of a solution with the tightest tolerances for depths 2 to 6 and starts of 1e-4 to 1e-2;
# with 1e-11, 1e-13 within 2e-7.
RTOL, ATOL = 1e-13, 1e-16


def powers(values: Array, depth: int) -> Array:
    """s^(2j/D) for j = 0 .. D-1, (D, N)."""
    return np.asarray(values ** (2.0 * np.arange(depth)[:, None] / depth))


def velocity(product: Array, gradient: Array, depth: int) -> Array:
    """dW/dt of the product of D balanced layers, for any loss with gradient G (arXiv:1905.13655)

        dW/dt = -sum_(j=1..D) (W W^T)^((j-1)/D) G (W^T W)^((D-j)/D) = -U [Gamma * (U^T G V)] V^T,
        Gamma_rs = sum_j s_r^(2(j-1)/D) s_s^(2(D-j)/D),   W = U diag(s) V^T

    In this form equal singular values need no care: Gamma is smooth where U and V are not.
    """
    U, values, Vt = np.linalg.svd(product)
    power = powers(values, depth)
    gamma = power.T @ power[::-1]
    return np.asarray(-U @ (gamma * (U.T @ gradient @ Vt.T)) @ Vt)


class Flow:
    """The product W (N, N) under the flow of ``velocity``; time is flow time."""

    def __init__(self, p: CompletionParameters, product: Array) -> None:
        self.p = p
        self.time = 0.0
        self.W = product

    def copy(self) -> Self:
        return copy.copy(self)

    def run(self, data: Data, times: Array, end: float) -> Array:
        """Begins anew at ``self.time``, so that no step passes over a switch."""
        follow = self._exact if self.p.depth == 1 else self._integrate
        observations = np.empty((len(times), 2 + self.p.n_singular_values))
        for i, self.W in enumerate(follow(data, [*times, end])):
            if i < len(times):
                observations[i] = measures.observe(self.W, data, self.p.n_singular_values)
        self.time = end
        return observations

    def _exact(self, data: Data, stops: list[float]) -> Iterator[Array]:
        """Depth 1: every observed entry by itself, W = M + (W0 - M) exp(-t/n)."""
        start, distance = self.W, np.where(data.mask, self.W - data.target, 0.0)
        for t in stops:
            yield start + distance * np.expm1(-(t - self.time) / max(1, data.n_observed))

    def _integrate(self, data: Data, stops: list[float]) -> Iterator[Array]:
        weight, shape = data.mask / max(1, data.n_observed), self.W.shape

        def slope(_: float, state: Array) -> Array:
            W = state.reshape(shape)
            return velocity(W, weight * (W - data.target), self.p.depth).ravel()

        solver = DOP853(slope, self.time, self.W.ravel(), stops[-1], rtol=RTOL, atol=ATOL)
        for t in stops:
            while solver.t < min(t, stops[-1]):
                solver.step()
            state = solver.dense_output()(t) if solver.t > t else solver.y
            yield state.reshape(shape)

    def arrive(self, data: Data, end: float) -> None:
        """It is there: a flow has no updates."""

    def product(self) -> Array:
        return self.W

    def balance_drift(self) -> float:
        return 0.0

    def sharpness(self, data: Data) -> float:
        """With A_l = (W W^T)^((D-l)/D) and B_l = (W^T W)^((l-1)/D), as balanced layers have."""
        U, values, Vt = np.linalg.svd(self.W)
        power = powers(values, self.p.depth)
        kernels = (
            np.array([(U * x) @ U.T for x in power[::-1]]),
            np.array([(Vt.T * x) @ Vt for x in power]),
        )
        return measures.sharpness(self.W, kernels, data)
