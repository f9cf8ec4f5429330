"""Weights of convex classifiers: least squares, L-BFGS, and descent on dual coordinates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve
from scipy.optimize import minimize

from toysim.jit import kernel
from toysim.models.teacher_student.classifier.losses import CODES, slopes, values

Array = npt.NDArray[np.float64]

MOST_ROUNDS, MOST_SWEEPS = 10_000, 20_000


def square(x: Array, y: Array, penalty: float) -> Array:
    """argmin sum (1 - y x.w)^2/2 + penalty |w|^2/2, from the smaller Gram matrix."""
    n, d = x.shape
    if d <= n:
        return np.asarray(solve(x.T @ x + penalty * np.eye(d), x.T @ y, assume_a="pos"))
    return np.asarray(x.T @ solve(x @ x.T + penalty * np.eye(n), y, assume_a="pos"))


def smooth(loss: str, x: Array, y: Array, penalty: float, tolerance: float) -> tuple[Array, bool]:
    """The same of a smooth loss, until no entry of the gradient is above the tolerance."""
    signed, code = y[:, None] * x, CODES[loss]

    def objective(w: Array) -> tuple[float, Array]:
        z = signed @ w
        gradient = penalty * w - slopes(code, z) @ signed
        return float(values(code, z).sum() + 0.5 * penalty * (w @ w)), gradient

    options: dict[str, Any] = {
        "gtol": tolerance,
        "ftol": 0.0,
        "maxiter": MOST_ROUNDS,
        "maxfun": 10**6,
    }
    found = minimize(objective, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options=options)
    # Where the line search ends at rounding the gradient is as small as it gets.
    small = float(np.abs(objective(found.x)[1]).max()) <= max(tolerance, 1e-6)
    return np.asarray(found.x), small


@kernel
def descend_dual(
    signed: Array, penalty: float, most: float, tolerance: float, order: Any, w: Array, sweeps: int
) -> int:
    """w = sum_i a_i y_i x_i/penalty, a_i <- clip(a_i - (y_i h_i - 1) penalty/|x_i|^2, 0, most), in
    random order; w (d,) is overwritten. Returns the sweeps it took, or -1.

    It ends when no margin violates its condition by more than the tolerance. Samples at a bound
    that are farther inside than any violated in the sweep before are left out, until the others
    are done: with few samples at the margin that takes a third of the time (measured).
    """
    n = len(signed)
    a, turn, square = np.zeros(n), np.arange(n), np.empty(n)
    for i in range(n):
        square[i] = np.sum(signed[i] * signed[i])
    w[:] = 0.0
    active, safe = n, math.inf
    for sweep in range(sweeps):
        for i in range(active - 1, 0, -1):
            j = int(order.random() * (i + 1))
            turn[i], turn[j] = turn[j], turn[i]
        worst, k = 0.0, 0
        while k < active:
            i = turn[k]
            slope = np.dot(signed[i], w) - 1.0
            if (a[i] == 0.0 and slope > safe) or (a[i] == most and slope < -safe):
                active -= 1
                turn[k], turn[active] = turn[active], turn[k]
                continue
            if not ((a[i] == 0.0 and slope > 0.0) or (a[i] == most and slope < 0.0)):
                worst = max(worst, abs(slope))
            new = min(max(a[i] - slope * penalty / square[i], 0.0), most)
            step = (new - a[i]) / penalty
            if step != 0.0:
                a[i] = new
                for j in range(len(w)):
                    w[j] += step * signed[i, j]
            k += 1
        if worst <= tolerance and active == n:
            return sweep + 1
        active, safe = (n, math.inf) if worst <= tolerance else (active, worst)
    return -1


def of_margins(
    x: Array, y: Array, penalty: float, hard: bool, tolerance: float, order: Any
) -> tuple[Array, bool]:
    """argmin sum (1 - y x.w)_+ + penalty |w|^2/2, or the least |w| with every y x.w >= 1."""
    w = np.empty(x.shape[1])
    kept = (1.0, math.inf) if hard else (penalty, 1.0)
    signed = np.ascontiguousarray(y[:, None] * x)
    took = descend_dual(signed, *kept, math.sqrt(tolerance), order, w, MOST_SWEEPS)
    return w, took > 0
