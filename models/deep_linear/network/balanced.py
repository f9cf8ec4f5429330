"""Rows of one balanced pathway of two layers: its flow at any orientation, by the matrix Riccati
solution (arXiv:2409.14623).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows
from toysim.models.deep_linear.closed_forms import balanced_flow
from toysim.models.deep_linear.network.parameters import NetworkParameters
from toysim.models.deep_linear.network.problem import Layers
from toysim.models.deep_linear.network.task import Task

Array = npt.NDArray[np.float64]


class BalancedCourse:
    """The flow of one pathway, from stop to stop at most an e-fold of the fastest rate apart."""

    def __init__(self, task: Task, layers: Layers, balance: float, duration: float) -> None:
        self.task, self.balance = task, balance
        rate = float(np.hypot(task.S[0], 0.5 * balance))
        self.stops = np.linspace(0.0, duration, 1 + int(np.ceil(duration * rate)))
        self.roots = [np.concatenate([layers[0].T, layers[1]])]
        for length in np.diff(self.stops):
            self.roots.append(
                balanced_flow(self.roots[-1], task.input_output, balance, float(length))
            )

    def product(self, t: float) -> Array:
        """Q Q' at time t."""
        k = min(int(np.searchsorted(self.stops, t, "right")), len(self.stops)) - 1
        Q = balanced_flow(
            self.roots[k], self.task.input_output, self.balance, t - float(self.stops[k])
        )
        return np.asarray(Q @ Q.T)

    def map_at(self, t: float) -> Array:
        """U' W2 W1 V at time t."""
        n_in = self.task.input_output.shape[1]
        return self.task.U.T @ self.product(t)[n_in:, :n_in] @ self.task.V

    def learning_time(self, mode: int, level: float) -> float:
        """When a mode first reaches this share of S, between the first two stops around it."""
        from scipy.optimize import brentq  # 0.2 s to import, and seldom needed

        def missing(t: float) -> float:
            return float(self.map_at(t)[mode, mode] - level * self.task.S[mode])

        before = self.stops[0]
        if missing(before) >= 0:
            return 0.0
        for stop in self.stops[1:]:
            if missing(stop) >= 0:
                return float(brentq(missing, before, stop, xtol=1e-13, rtol=1e-13))
            before = stop
        return np.nan


def predict_balanced(task: Task, layers: Layers, p: NetworkParameters, times: Array) -> Rows:
    """Observables of one row; ``times`` (R,) of the records."""
    duration = p.duration
    course = BalancedCourse(task, layers, p.balance, duration)
    n_in, n_modes = task.input_output.shape[1], len(task.S)
    maps = np.array([course.map_at(t) for t in (*times, duration)])[:, None]
    loss = 0.5 * np.sum((task.in_modes[1] - maps[:, 0]) ** 2, axis=(1, 2))
    strengths = np.diagonal(maps, axis1=2, axis2=3)
    product = course.product(duration)
    # (W2 W2') kron I + I kron (W1' W1)
    sharpness = np.linalg.norm(product[:n_in, :n_in], 2) + np.linalg.norm(product[n_in:, n_in:], 2)
    return {
        "loss": loss[:-1],
        "mode_strength": np.moveaxis(strengths[:-1], 0, -1),
        "final_strength": strengths[-1],
        "final_share": strengths[-1] / task.S,
        "final_map": maps[-1],
        "final_loss": loss[-1],
        "half_learning_time": np.array(
            [course.learning_time(mode, p.level) for mode in range(n_modes)]
        ),
        "off_diagonal": np.abs(maps[:, :, task.blocks_apart]).max(initial=0.0),
        "balance_drift": 0.0,
        "sharpness": sharpness,
    }
