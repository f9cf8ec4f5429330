"""ln H from a table: what a Metropolis step evaluates for every pattern.

ln H is a quintic Hermite interpolant (value and two derivatives at both ends) on panels of 1/16
from -8.5 to 24: off by at most 6e-13 (measured against ``log_tail``). Below -8.5 it is ln H(-8.5) =
-1e-17, above 24 ``log_tail`` itself. A chain is reversible for exactly the energy it evaluates, so
its stationary distribution has ln H off by this much per pattern, and no other error.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.numerics.gaussian import inverse_mills, log_tail

Array = npt.NDArray[np.float64]

LOW, HIGH, PER_UNIT = -8.5, 24.0, 16
N_PANELS = int((HIGH - LOW) * PER_UNIT)


@borrowing
def _fill(coefficients: Array) -> None:
    """Panel k: ln H(LOW + (k + s)/PER_UNIT) as coefficients (panels, 6) in s.

    From f, f' = -lambda and f'' = -lambda (lambda - t) at both ends.
    """
    h = 1.0 / PER_UNIT
    for k in range(len(coefficients)):
        left, right = LOW + k * h, LOW + (k + 1) * h
        mills_left, mills_right = inverse_mills(left), inverse_mills(right)
        value, slope, bend = (
            log_tail(left),
            -h * mills_left,
            -h * h * mills_left * (mills_left - left),
        )
        slope_right, bend_right = -h * mills_right, -h * h * mills_right * (mills_right - right)
        a = log_tail(right) - value - slope - 0.5 * bend
        b = slope_right - slope - bend
        c = bend_right - bend
        coefficients[k, 0], coefficients[k, 1], coefficients[k, 2] = value, slope, 0.5 * bend
        coefficients[k, 3] = 10.0 * a - 4.0 * b + 0.5 * c
        coefficients[k, 4] = -15.0 * a + 7.0 * b - c
        coefficients[k, 5] = 6.0 * a - 3.0 * b + 0.5 * c


class Scratch(NamedTuple):
    """Room for one value a pattern: the panel its argument falls in and where in the panel."""

    panel: npt.NDArray[np.int32]
    fraction: Array


@cache
def log_tail_table() -> Array:
    """The coefficients of every panel, and past them the constant ln H(HIGH): (521, 6), 25 kB."""
    coefficients = np.zeros((N_PANELS + 1, 6))
    _fill(coefficients[:-1])
    coefficients[-1, 0] = log_tail(HIGH)
    return coefficients


@kernel
def log_tail_sum(u: Array, scale: float, table: Array, scratch: Scratch) -> float:
    """sum_mu ln H(scale * u_mu) over u (P,), each to 1e-12; ``table`` (521, 6).

    Where the arguments fall is found first, in a loop that vectorises: 1.8 ns a pattern, 4 in a
    single loop (measured).
    """
    panel, fraction = scratch
    total, far = 0.0, 0
    for mu in range(len(u)):
        position = min(max((scale * u[mu] - LOW) * PER_UNIT, 0.0), float(N_PANELS))
        panel[mu] = np.int32(position)
        fraction[mu] = position - panel[mu]
        far += panel[mu] == N_PANELS
    for mu in range(len(u)):
        k, s = np.uint32(panel[mu]), fraction[mu]
        low = table[k, 0] + s * table[k, 1]
        middle = table[k, 2] + s * table[k, 3]
        high = table[k, 4] + s * table[k, 5]
        total += low + s * s * (middle + s * s * high)
    if far > 0:
        for mu in range(len(u)):
            if panel[mu] == N_PANELS:
                total += log_tail(scale * u[mu]) - table[N_PANELS, 0]
    return total
