"""``toysim.numerics.ode`` for n equations at once: arrays have one axis more, the last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.numerics.elementary import exp, log
from toysim.numerics.ode import ERROR_WEIGHTS, ORDER, STAGES, TABLEAU

Array = npt.NDArray[np.float64]


# Row by row of the tableau, each a tuple: their lengths are known to the compiler, which unrolls.
STAGE_WEIGHTS = tuple(tuple(TABLEAU[stage, :stage].tolist()) for stage in range(1, STAGES))


@borrowing
def stage_states(y: Array, slopes: Array, weights: tuple[float, ...], h: Array, out: Array) -> None:
    """States at which slopes number len(weights) are taken: out = y + h sum_j w_j slopes[j].

    y, out (m, n); slopes (STAGES, m, n); h (n,).
    """
    for k in range(y.shape[0]):
        for i in range(y.shape[1]):
            increment = 0.0
            for j in range(len(weights)):
                increment += weights[j] * slopes[j, k, i]
            out[k, i] = y[k, i] + h[i] * increment


@borrowing
def take_errors(
    y: Array, y_new: Array, slopes: Array, h: Array, rtol: float, atol: Array, out: Array
) -> None:
    """``error_norm`` of steps of sizes h (n,), into ``out`` (n,); atol as y."""
    out[:] = 0.0
    for k in range(y.shape[0]):
        for i in range(len(h)):
            error = 0.0
            for j in range(STAGES):
                error += ERROR_WEIGHTS[j] * slopes[j, k, i]
            largest = max(abs(y[k, i]), abs(y_new[k, i]))
            ratio = abs(h[i] * error) / (atol[k, i] + rtol * largest)
            out[i] = max(out[i], ratio if ratio < np.inf else np.inf)  # not a number too


@borrowing
def next_sizes(h: Array, error: Array, out: Array) -> None:
    """``next_step`` after steps of sizes h (n,), into ``out`` (n,)."""
    for i in range(len(h)):
        factor = 0.9 * exp(-log(min(max(error[i], 1e-9), 1e9)) / ORDER)
        out[i] = h[i] * min(5.0, max(0.2, factor))


@borrowing
def guess(bracket: Array, out: Array) -> None:
    """Where n straight lines through the ends of their ``bracket`` (5, n) are 0: low, high, the
    values there, and which end moved last.
    """
    low, high, below, above, _ = bracket
    for i in range(len(out)):
        out[i] = low[i] + (high[i] - low[i]) * below[i] / (below[i] - above[i])


@kernel
def narrow(bracket: Array, at: Array, value: Array, enough: Array, closest: Array) -> bool:
    """False position (Illinois) for n rising functions with ``value`` (n,) at the guesses ``at``:
    brackets shrink, to a point where the value is within ``enough`` of 0 or the bracket is as
    narrow as ``closest``; whether any is still open.
    """
    low, high, below, above, side = bracket
    for i in range(len(at)):
        if abs(value[i]) <= enough[i] or high[i] - low[i] <= closest[i]:
            low[i], high[i] = at[i], at[i]
        elif value[i] < 0.0:
            low[i], below[i] = at[i], value[i]
            above[i] *= 0.5 if side[i] == 1.0 else 1.0
            side[i] = 1.0
        else:
            high[i], above[i] = at[i], value[i]
            below[i] *= 0.5 if side[i] == -1.0 else 1.0
            side[i] = -1.0
    return bool(np.any(high > low))
