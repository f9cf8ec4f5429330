"""Exact enumeration of all 2^N binary weights of one instance.

A configuration is an integer whose bit i is set where w_i = +1. The field y w.x of a pattern is
that of the low weights plus that of the high ones, both tabulated: a configuration then costs one
comparison of small integers a pattern, many of them in one instruction (measured at N = 21, P = 10:
1 ns a configuration; in Gray's order, flip by flip, 11 ns). What is kept is how many patterns each
configuration violates, two bytes; Gibbs averages are sums over that table.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.samplers.instances import Signs

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int16]

LOW_BITS = 11
STRETCH = 64


class Ensemble(NamedTuple):
    """ln Z / N (-inf where nothing is left), violated patterns on average, magnetisations (N,)."""

    free_entropy: float
    violated: float
    magnetisation: Array


@kernel
def half_fields(patterns: Signs, first: int, n_bits: int) -> Counts:
    """sum_i y x_i w_i over n_bits weights from ``first`` on, of all their states: (P, 2^n_bits).

    Patterns (N, P), labelled.
    """
    n_patterns = patterns.shape[1]
    fields = np.empty((n_patterns, 1 << n_bits), np.int16)
    for mu in range(n_patterns):
        fields[mu, 0] = 0
        for i in range(n_bits):
            fields[mu, 0] -= patterns[first + i, mu]
        for i in range(n_bits):  # the states with bit i highest are those below with w_i turned up
            for state in range(1 << i):
                fields[mu, state + (1 << i)] = fields[mu, state] + 2 * patterns[first + i, mu]
    return fields


@kernel
def violations(patterns: Signs, margin: float) -> Counts:
    """Violated patterns of every configuration, (2^N,): those with y w.x < margin * sqrt(N).

    Patterns (N, P), labelled.
    """
    n, n_patterns = patterns.shape
    n_low = min(LOW_BITS, (n + 3) // 2)
    low, high = half_fields(patterns, 0, n_low), half_fields(patterns, n_low, n - n_low)
    threshold = math.ceil(margin * math.sqrt(n))
    counts = np.zeros((1 << (n - n_low), 1 << n_low), np.int16)
    for block in range(len(counts)):
        violated = counts[block]
        for mu in range(0, n_patterns - 1, 2):  # two at once: counts are read half as often
            limit, row = np.int16(threshold - high[mu, block]), low[mu]
            other_limit, other = np.int16(threshold - high[mu + 1, block]), low[mu + 1]
            for state in range(len(violated)):
                violated[state] += np.int16(row[state] < limit) + np.int16(
                    other[state] < other_limit
                )
        for mu in range(n_patterns // 2 * 2, n_patterns):
            limit, row = np.int16(threshold - high[mu, block]), low[mu]
            for state in range(len(violated)):
                violated[state] += row[state] < limit
    return counts.reshape(-1)


@borrowing
def site_energy(state: int, fields: Array) -> float:
    """sum_i b_i w_i at fields b (N,)."""
    total = 0.0
    for i in range(len(fields)):
        total += fields[i] if (state >> i) & 1 else -fields[i]
    return total


@kernel
def solutions(counts: Counts) -> npt.NDArray[np.int64]:
    """Configurations that violate nothing, (solutions,), in order; ``counts`` (2^N,).

    Most stretches of 64 have none, which is seen 64 at a time (a tenth of the time, measured).
    """
    found = np.empty((counts == 0).sum(), np.int64)
    k = 0
    for first in range(0, len(counts), STRETCH):
        stretch = counts[first : first + STRETCH]
        here = 0
        for state in range(len(stretch)):
            here += stretch[state] == 0
        for state in range(len(stretch) if here > 0 else 0):
            if stretch[state] == 0:
                found[k] = first + state
                k += 1
    return found


@kernel
def gibbs(counts: Counts, beta: float, fields: Array) -> Ensemble:
    """Averages under exp(-beta * violated + sum_i b_i w_i); at beta = inf over solutions alone.

    ``counts`` (2^N,) as from ``violations``, fields b (N,).
    """
    n = len(fields)
    states = solutions(counts) if math.isinf(beta) else np.arange(len(counts))
    exponents = np.empty(len(states))
    for k in range(len(states)):
        cost = beta * counts[states[k]] if counts[states[k]] > 0 else 0.0
        exponents[k] = site_energy(states[k], fields) - cost
    top = exponents.max() if len(states) > 0 else -math.inf
    total = violated = 0.0
    magnetisation = np.zeros(n)
    for k in range(len(states)):
        weight = math.exp(exponents[k] - top)
        total += weight
        violated += weight * counts[states[k]]
        for i in range(n):
            magnetisation[i] += weight if (states[k] >> i) & 1 else -weight
    return Ensemble((math.log(total) + top) / n, violated / total, magnetisation / total)


@kernel
def smeared(values: Array, room: Array, coupling: float, n: int) -> Array:
    """sum_w exp(x J.w - N |x|) values_w for all J, one weight after the other: N 2^N steps.

    A round takes the lowest bit and makes it the highest, so that after n rounds all are in place:
    reads and writes stay in order (measured: half the time of one that keeps places). ``values``
    and ``room``, both (2^N,), are used up.
    """
    near, far = math.exp(coupling - abs(coupling)), math.exp(-coupling - abs(coupling))
    half = len(values) // 2
    for _ in range(n):
        for k in range(half):
            down, up = values[2 * k], values[2 * k + 1]
            room[k] = near * down + far * up
            room[k + half] = far * down + near * up
        values, room = room, values
    return values


@kernel
def franz_parisi(counts: Counts, coupling: float, n: int) -> tuple[float, float, float, float]:
    """Solutions w in the field x of a solution J of the same patterns, over all J: psi, p, q, t.

    psi = (1/N) <ln sum_w exp(x J.w)>_J, and with the magnetisations m_i(J) of w and M_i of J the
    overlaps p = <J.m(J)>/N, q = <|m(J)|^2>/N, t = <M.m(J)>/N (arXiv:1408.1784). NaN without a
    solution. ``counts`` (2^N,) as from ``violations``. By pairs of solutions where these are the
    fewer, N S^2 steps, else by all configurations, N^2 2^N.
    """
    states = solutions(counts)
    if len(states) == 0:
        return math.nan, math.nan, math.nan, math.nan
    if len(states) ** 2 < n * len(counts):
        return by_pairs(states, coupling, n)
    return by_all(states, len(counts), coupling, n)


@borrowing
def flips(a: int, b: int) -> int:
    """In how many bits two configurations differ."""
    x = np.uint64(a ^ b)
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def by_pairs(
    states: npt.NDArray[np.int64], coupling: float, n: int
) -> tuple[float, float, float, float]:
    """``franz_parisi`` from the solutions, (S,), pair by pair."""
    shares = np.exp(coupling * (n - 2.0 * np.arange(n + 1)) - n * abs(coupling))
    signs = np.empty((len(states), n))
    for k in range(len(states)):
        for i in range(n):
            signs[k, i] = 1.0 if (states[k] >> i) & 1 else -1.0
    mean = np.zeros(n)
    for k in range(len(states)):
        mean += signs[k] / len(states)
    psi = overlap = self_overlap = cross_overlap = 0.0
    for j in range(len(states)):
        total, m = 0.0, np.zeros(n)
        for k in range(len(states)):
            share = shares[flips(states[j], states[k])]
            total += share
            for i in range(n):
                m[i] += share * signs[k, i]
        psi += math.log(total)
        for i in range(n):
            overlap += signs[j, i] * m[i] / total
            self_overlap += (m[i] / total) ** 2
            cross_overlap += mean[i] * m[i] / total
    scale = 1.0 / (n * len(states))
    return psi * scale + abs(coupling), overlap * scale, self_overlap * scale, cross_overlap * scale


@kernel
def by_all(
    states: npt.NDArray[np.int64], size: int, coupling: float, n: int
) -> tuple[float, float, float, float]:
    """``franz_parisi`` from sums over all ``size`` configurations, weight by weight."""
    solved = np.zeros(size)
    for state in states:
        solved[state] = 1.0
    pulled, room = np.empty(size), np.empty(size)
    weight = smeared(solved.copy(), np.empty(size), coupling, n)
    psi = overlap = self_overlap = cross_overlap = 0.0
    for i in range(n):
        mean = 0.0
        for state in range(size):
            pulled[state] = solved[state] if (state >> i) & 1 else -solved[state]
            mean += pulled[state]
        moved = smeared(pulled, room, coupling, n)
        for state in states:
            m = moved[state] / weight[state]
            overlap += m if (state >> i) & 1 else -m
            self_overlap += m * m
            cross_overlap += m * mean / len(states)
    for state in states:
        psi += math.log(weight[state])
    scale = 1.0 / (n * len(states))
    return psi * scale + abs(coupling), overlap * scale, self_overlap * scale, cross_overlap * scale


def configuration(state: int, size: int) -> Signs:
    """The weights (size,) of a configuration's number."""
    return (2 * ((state >> np.arange(size)) & 1) - 1).astype(np.int8)
