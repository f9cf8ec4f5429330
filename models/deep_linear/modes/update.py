"""One update of all lanes: what the pathways move by, and what their numbers multiply to.

Derived from gradient descent of aligned layers (after arXiv:1312.6120, arXiv:2308.12221).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EQUAL, REDUCED, LAYERS = 0, 1, 2  # what the numbers of a pathway are, see ``multiply``
FACTORS = 4  # of a power in one lane loop


@inlined
def take_residual(
    now: int, target: Array, totals: Array, live: Array, residual: Array, residual_sum: Array
) -> None:
    """Omega = S - sum of K, and its sum over the updates of the phase."""
    for lane in range(len(residual)):
        residual[lane] = target[lane] - totals[now, lane]
        residual_sum[lane] += live[lane] * residual[lane]


@inlined
def move(rate: Array, residual: Array, others: Array, numbers: Array) -> None:
    """a_pl <- a_pl + step * prod_(m != l) a_pm * Omega, all of them at once."""
    for j in range(numbers.shape[0]):
        for k in range(numbers.shape[1]):
            for lane in range(numbers.shape[2]):
                change = rate[j, lane] * (others[j, k, lane] * residual[lane])
                numbers[j, k, lane] += change if rate[j, lane] > 0.0 else 0.0


@inlined
def moved(
    p: float, f: float, rate: float, residual: float, exponent: int, factors: int
) -> tuple[float, float]:
    """p <- p + step f Omega and f = p^(D-1) of a pathway, D - 1 at most ``factors``."""
    change, product = rate * (f * residual), 1.0
    p += change if rate > 0.0 else 0.0
    for m in range(factors):
        product *= p if m < exponent else 1.0
    return p, product


@inlined
def advance_equal(
    now: int,
    factors: int,
    rate: Array,
    residual: Array,
    exponent: Ints,
    weight: Array,
    numbers: Array,
    others: Array,
    strength: Array,
    totals: Array,
) -> None:
    """``move``, ``multiply_equal`` of at most ``factors``, which the caller writes as a constant,
    and the sum in one pass over the lanes of a pathway: p <- p + step f Omega,  f = p^(D-1),
    K = p f.
    """
    for j in range(numbers.shape[0]):
        for lane in range(numbers.shape[2]):
            p, product = moved(
                numbers[j, 0, lane],
                others[j, 0, lane],
                rate[j, lane],
                residual[lane],
                exponent[lane],
                factors,
            )
            numbers[j, 0, lane], others[j, 0, lane] = p, product
            strength[j, lane] = p * product
            counted = p * product if weight[j, lane] > 0.0 else 0.0
            totals[now, lane] = (totals[now, lane] if j > 0 else 0.0) + counted


@inlined
def advance_few(
    before: int,
    now: int,
    target: Array,
    live: Array,
    rate: Array,
    exponent: Ints,
    weight: Array,
    numbers: Array,
    others: Array,
    strength: Array,
    totals: Array,
    residual_sum: Array,
) -> None:
    """``take_residual`` and ``advance_equal`` lane by lane: in a few lanes a loop over each array
    takes longer to begin than to do.
    """
    for lane in range(numbers.shape[2]):
        residual, total = target[lane] - totals[before, lane], 0.0
        residual_sum[lane] += live[lane] * residual
        for j in range(numbers.shape[0]):
            p, product = moved(
                numbers[j, 0, lane],
                others[j, 0, lane],
                rate[j, lane],
                residual,
                exponent[lane],
                FACTORS,
            )
            numbers[j, 0, lane], others[j, 0, lane] = p, product
            strength[j, lane] = p * product
            total += p * product if weight[j, lane] > 0.0 else 0.0
        totals[now, lane] = total


@inlined
def multiply_equal(
    exponent: Ints, factors: int, numbers: Array, others: Array, strength: Array
) -> None:
    """f = p^(D-1) and K = p f;  ``exponent`` is D - 1, ``factors`` the largest of them."""
    for j in range(numbers.shape[0]):
        for lane in range(numbers.shape[2]):
            product = 1.0
            for m in range(FACTORS):
                product *= numbers[j, 0, lane] if m < exponent[lane] else 1.0
            others[j, 0, lane] = product
            strength[j, lane] = numbers[j, 0, lane] * product
        for m in range(FACTORS, factors):
            for lane in range(numbers.shape[2]):
                others[j, 0, lane] *= numbers[j, 0, lane] if m < exponent[lane] else 1.0
        for lane in range(numbers.shape[2] if factors > FACTORS else 0):
            strength[j, lane] = numbers[j, 0, lane] * others[j, 0, lane]


@inlined
def multiply_reduced(
    depth: Ints,
    exponent: Ints,
    factors: int,
    c: Array,
    numbers: Array,
    others: Array,
    strength: Array,
) -> None:
    """f = (p^2 + c)^((D-1)/2) and K = p f;  ``exponent`` is the whole part of (D - 1)/2."""
    for j in range(numbers.shape[0]):
        for lane in range(numbers.shape[2]):
            p = numbers[j, 0, lane]
            w, product = p * p + c[j, lane], 1.0
            for m in range(FACTORS):
                product *= w if m < exponent[lane] else 1.0
            others[j, 0, lane], strength[j, lane] = product, w
        for m in range(FACTORS, factors):
            for lane in range(numbers.shape[2]):
                others[j, 0, lane] *= strength[j, lane] if m < exponent[lane] else 1.0
        for lane in range(numbers.shape[2]):
            others[j, 0, lane] *= math.sqrt(strength[j, lane]) if depth[lane] % 2 == 0 else 1.0
            strength[j, lane] = numbers[j, 0, lane] * others[j, 0, lane]


@inlined
def multiply_layers(depth: Ints, numbers: Array, others: Array, strength: Array) -> None:
    """prod_(m != l) a_m, the product before times that after, and K = prod_m a_m."""
    for j in range(numbers.shape[0]):
        strength[j, :] = 1.0
        for k in range(numbers.shape[1]):
            for lane in range(numbers.shape[2]):
                others[j, k, lane] = strength[j, lane] if k < depth[lane] else 0.0
                strength[j, lane] *= numbers[j, k, lane]
        strength[j, :] = 1.0
        for k in range(numbers.shape[1] - 1, -1, -1):
            for lane in range(numbers.shape[2]):
                others[j, k, lane] *= strength[j, lane]
                strength[j, lane] *= numbers[j, k, lane]


@inlined
def multiply(
    kind: int,
    depth: Ints,
    exponent: Ints,
    factors: int,
    c: Array,
    numbers: Array,
    others: Array,
    strength: Array,
) -> None:
    """Products of the other layers and strengths, from one number a pathway or one a layer."""
    if kind == LAYERS:
        multiply_layers(depth, numbers, others, strength)
    elif kind == REDUCED:
        multiply_reduced(depth, exponent, factors, c, numbers, others, strength)
    else:
        multiply_equal(exponent, factors, numbers, others, strength)


@inlined
def add_up(now: int, strength: Array, weight: Array, totals: Array) -> None:
    """Sum of the pathways that are not lesioned, in their order, into ``totals[now]``."""
    for lane in range(totals.shape[1]):
        totals[now, lane] = 0.0 + (strength[0, lane] if weight[0, lane] > 0.0 else 0.0)
    for j in range(1, strength.shape[0]):
        for lane in range(totals.shape[1]):
            totals[now, lane] += strength[j, lane] if weight[j, lane] > 0.0 else 0.0


@inlined
def count_events(now: int, totals: Array, watched: Array) -> int:
    """In how many lanes the sum has reached ``watched`` or is not finite."""
    events = 0
    for lane in range(len(watched)):
        events += not -math.inf < totals[now, lane] < watched[lane]
    return events
