"""The exact distribution of a walker on its landscape, step by step.

Not by eigenvectors: the similarity that makes the chain symmetric multiplies rounding by the
exponential of half a barrier.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.rugged.random_potential.problem import Walk, walks

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOTHING = 1e-14  # a probability at the window's ends that is dropped
REACHED = 1e-6  # probability at the walls from which on they are felt


@kernel
def evolve(right: Array, steps: Ints, distance: Array, square: Array) -> tuple[float, float]:
    """E|x| and E x^2 after ``steps`` (R,), ascending; probability near the walls and that dropped.

    p_(t+1)(x) = p_t(x-1) r(x-1) + p_t(x+1) (1 - r(x+1))
    """
    n = len(right)
    half = n // 2
    p, new = np.zeros(n + 2), np.zeros(n + 2)  # a site of nothing beyond each wall
    p[half + 1] = 1.0
    r = np.zeros(n + 2)
    r[1 : n + 1] = right
    low, high, t, lost, edge = half + 1, half + 1, 0, 0.0, 0.0
    for k in range(len(steps)):
        while t < steps[k]:
            low, high = max(low - 1, 1), min(high + 1, n)
            for i in range(low, high + 1):
                new[i] = p[i - 1] * r[i - 1] + p[i + 1] * (1.0 - r[i + 1])
            p, new = new, p
            while p[low] < NOTHING and low < high:
                lost, p[low] = lost + p[low], 0.0
                low += 1
            while p[high] < NOTHING and high > low:
                lost, p[high] = lost + p[high], 0.0
                high -= 1
            new[low - 1], new[high + 1], p[low - 1], p[high + 1] = 0.0, 0.0, 0.0, 0.0
            edge = max(edge, p[1] + p[2] + p[n - 1] + p[n])
            t += 1
        if steps[k] >= 0:
            distance[k], square[k] = 0.0, 0.0
            for i in range(low, high + 1):
                x = abs(i - half - 1)
                distance[k] += p[i] * x
                square[k] += p[i] * x * x
    return edge, lost


def free_distance(t: Ints) -> Array:
    """t C(t, t/2)/2^t, NaN before the start."""
    log = [
        math.log(n) + math.lgamma(n + 1) - 2 * math.lgamma(n / 2 + 1) - n * math.log(2.0)
        if n > 0
        else -math.inf
        for n in t.tolist()
    ]
    return np.where(t < 0, np.nan, np.exp(log))


def bottom(v: Array, depth: float) -> tuple[int, float, float]:
    """The nearest valley of a depth along v, from its first site: place of its bottom, the highest
    barrier before it, and its height; place -1 where there is none.
    """
    low, high, barrier, at = v[0], v[0], v[0], 0
    for x in range(1, len(v)):
        high = max(high, v[x])
        if v[x] < low:
            low, at, barrier = v[x], x, high
        if v[x] - low >= depth:
            return at, barrier, low
    return -1, math.inf, math.inf


def valley(given: Walk, depth: float) -> float:
    """Distance to the bottom of the valley of a depth that the walker falls into: of the nearest
    on either side, the one with the lower way over its barrier and out (Sinai's rule).
    """
    half = len(given.force) // 2
    v = np.append(0.0, np.cumsum(given.force[1:]))
    v -= v[half]
    sides = [bottom(v[half:], depth), bottom(v[half::-1], depth)]
    known = [s for s in sides if s[0] >= 0]
    best = min(known, key=lambda s: max(s[1], s[2] + depth), default=None)
    return float("nan") if best is None else float(best[0])


def predict(batch: Batch) -> Rows:
    """Every observable of the row's own landscape; valid while walls are not felt."""
    shape = batch.record_at.shape
    distance, square, valleys = np.full((3, *shape), np.nan)
    edge, lost = np.zeros((2, len(batch)))
    for i, given in enumerate(walks(batch)):
        if batch["disorder"][i] == "none":
            distance[i] = free_distance(given.steps)
            square[i] = np.where(given.steps < 0, np.nan, given.steps)
            continue
        edge[i], lost[i] = evolve(given.right, given.steps, distance[i], square[i])
        depths = given.temperature * np.log(np.maximum(given.steps, 1))
        valleys[i] = [valley(given, h) if h > 0.0 else np.nan for h in depths]
    return {
        "distance": distance,
        "square_distance": square,
        "valley": valleys,
        "edge": edge,
        "valid": (edge < REACHED) & (lost < 1e-9),
    }
