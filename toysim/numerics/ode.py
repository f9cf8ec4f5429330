"""Explicit Runge-Kutta 5(4) of Dormand and Prince (1980), in pieces that a kernel drives itself.

The right side stays in the caller's loop (a kernel that takes a function compiles anew in every
process):

    slopes[0] = f(y)
    for stage in range(1, STAGES):
        stage_state(y, slopes, stage, h, y_new);  slopes[stage] = f(y_new)
    error = error_norm(y, y_new, slopes, h, rtol, atol)      accept y_new if error <= 1
    h = next_step(h, error)

The last stage is the solution itself, so after an accepted step slopes[STAGES - 1] is the next
slopes[0].
"""

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]

STAGES = 7
ORDER = 5

# Butcher tableau; the last row is also the fifth-order solution.
TABLEAU = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [1 / 5, 0, 0, 0, 0, 0],
        [3 / 40, 9 / 40, 0, 0, 0, 0],
        [44 / 45, -56 / 15, 32 / 9, 0, 0, 0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
# Fifth-order minus embedded fourth-order weights.
ERROR_WEIGHTS = np.array(
    [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]
)


@kernel
def stage_state(y: Array, slopes: Array, stage: int, h: float, out: Array) -> None:
    """State at which slope number ``stage`` is taken: out = y + h sum_j A[stage, j] slopes[j].

    Shapes: y, out (m,); slopes (STAGES, m), of which the first ``stage`` rows are known.
    """
    for i in range(len(y)):
        increment = 0.0
        for j in range(stage):
            increment += TABLEAU[stage, j] * slopes[j, i]
        out[i] = y[i] + h * increment


@kernel
def error_norm(y: Array, y_new: Array, slopes: Array, h: float, rtol: float, atol: float) -> float:
    """Largest component of the embedded error estimate in units of atol + rtol |y|; inf if not
    finite.
    """
    worst = 0.0
    for i in range(len(y)):
        error = 0.0
        for j in range(STAGES):
            error += ERROR_WEIGHTS[j] * slopes[j, i]
        ratio = abs(h * error) / (atol + rtol * max(abs(y[i]), abs(y_new[i])))
        if not math.isfinite(ratio):
            return math.inf
        worst = max(worst, ratio)
    return worst


@kernel
def next_step(h: float, error: float) -> float:
    """Step after one of size h whose error norm was ``error``: h * 0.9 error**(-1/5), by a factor
    in [0.2, 5].
    """
    if error == 0.0:
        return 5.0 * h
    if not math.isfinite(error):
        return 0.2 * h
    factor: float = 0.9 * error ** (-1.0 / ORDER)
    return h * min(5.0, max(0.2, factor))


@kernel
def first_step(y: Array, slope: Array) -> float:
    """A cautious first step: a hundredth of the time in which the largest slope makes up the
    largest component.
    """
    largest, fastest = 0.0, 0.0
    for i in range(len(y)):
        largest = max(largest, abs(y[i]))
        fastest = max(fastest, abs(slope[i]))
    return 0.01 * largest / fastest if fastest > 0.0 else math.inf
