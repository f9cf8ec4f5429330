"""The rates that make the mean final loss least: exact descent, one rate after the other.

The loss J at the end is a quadratic function of each rate. With M and S as in
``numerics.least_squares`` and the costate Lambda, J = sum_i Lambda_i M_i at every update.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.numerics.least_squares import LANES, padded, total
from toysim.numerics.mean_square import largest_stable_rate

Array = npt.NDArray[np.float64]

STILL = 1e-13  # relative fall of the loss in a pass


class Problem(NamedTuple):
    """Modes (d,), label noise, batch, whether noise is that of samples (1) or additive (0), and the
    largest rate allowed.
    """

    h: Array
    signal: Array
    noise: float
    batch: float
    sampled: float
    limit: float


class Best(NamedTuple):
    """Rates (T,), their mean loss, passes made, and the largest |eta dJ/deta|/J in the last."""

    rates: Array
    loss: float
    passes: int
    residual: float


@kernel
def forward(
    states: Array, twice: Array, h: Array, noise: float, batch: float, sampled: float, rates: Array
) -> float:
    """M (T, n) from its first row on, and S (T,), before every update; returns the loss at the end.

    M <- M (1 - 2A + A^2 (1 + 1/B)) + A^2 (S + s2)/B   sampled = 1
    M <- M (1 - A)^2 + A^2 s2/B                        sampled = 0
    """
    room, more, n_steps = np.empty(LANES), 1.0 + sampled / batch, len(rates)
    last = np.empty(len(h))
    for t in range(n_steps):
        twice[t] = total(states[t], room)
        eta, fresh = rates[t], (sampled * twice[t] + noise) / batch
        after = states[t + 1] if t + 1 < n_steps else last
        for i in range(len(h)):
            a = eta * h[i]
            after[i] = states[t, i] * (1.0 - a * (2.0 - a * more)) + a * a * fresh
    return 0.5 * total(last, room)


@kernel
def backward(
    states: Array,
    twice: Array,
    h: Array,
    noise: float,
    batch: float,
    sampled: float,
    limit: float,
    rates: Array,
) -> float:
    """Puts every rate, the last first, where J is least with the others fixed; derived.

        eta_t = sum Lambda h M/[(1 + 1/B) sum Lambda h^2 M + (S + s2) (sum Lambda h^2)/B]
        Lambda <- Lambda (1 - 2A + A^2 (1 + 1/B)) + (eta^2/B) sum Lambda h^2,  1/2 at the end

    (additive: 1/B of the first and the last term, and S, are 0). Returns the largest
    |eta dJ/deta| of the rates before.
    """
    costate, more, residual = np.full(len(h), 0.5), 1.0 + sampled / batch, 0.0
    slope, bend, push = np.empty((3, LANES))
    for t in range(len(rates) - 1, -1, -1):
        for lane in range(LANES):
            slope[lane] = bend[lane] = push[lane] = 0.0
        for first in range(0, len(h), LANES):
            for lane in range(LANES):
                i = first + lane
                pushed = costate[i] * h[i]
                moved = pushed * states[t, i]
                slope[lane] += moved
                bend[lane] += moved * h[i]
                push[lane] += pushed * h[i]
        kick = np.sum(push)
        gain, fresh = np.sum(slope), (sampled * twice[t] + noise) / batch
        curvature = more * np.sum(bend) + fresh * kick
        residual = max(residual, abs(2.0 * rates[t] * (rates[t] * curvature - gain)))
        eta = min(gain / curvature, limit) if curvature > 0.0 else 0.0
        rates[t], coupled = eta, sampled * eta * eta / batch * kick
        for i in range(len(h)):
            a = eta * h[i]
            costate[i] = costate[i] * (1.0 - a * (2.0 - a * more)) + coupled
    return residual


def best_rates(problem: Problem, n_steps: int, start_share: float, passes_limit: int) -> Best:
    """Passes until the loss falls no more; it never rises, and no step size is needed."""
    h, _, noise, batch, sampled, limit = problem
    stable = largest_stable_rate(h, batch if sampled else np.inf, 0.0)
    rates = np.full(n_steps, min(start_share * stable, limit))
    curvature = padded(h)
    states, twice = np.empty((n_steps, len(curvature))), np.empty(n_steps)
    states[0] = padded(problem.signal)
    told = (curvature, noise, batch, sampled)
    loss, residual, passes = forward(states, twice, *told, rates), np.inf, 0
    for passes in range(1, passes_limit + 1):  # noqa: B007
        residual = backward(states, twice, *told, limit, rates)
        before, loss = loss, forward(states, twice, *told, rates)
        if before - loss <= STILL * loss:
            break
    return Best(rates, loss, passes, residual / loss if loss > 0.0 else 0.0)
