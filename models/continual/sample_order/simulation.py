"""Passes in many orders, and estimates of their ends from one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.jit import inlined, kernel
from toysim.models.continual.sample_order.problem import Data, data
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ESCAPED = 1e12  # times the start


@inlined
def dot(a: Array, b: Array) -> float:
    found = 0.0
    for i in range(len(a)):
        found += a[i] * b[i]
    return found


@kernel
def run(x: Array, noise: Array, eta: float, order: Ints, course: Array) -> None:
    """delta <- delta - eta x (x.delta - s z) in an order (n,); ``course`` (n + 1, d) begins with
    the start.
    """
    for t in range(len(order)):
        k = order[t]
        step = eta * (dot(x[k], course[t]) - noise[k])
        for i in range(x.shape[1]):
            course[t + 1, i] = course[t, i] - step * x[k, i]


@kernel
def estimate(x: Array, noise: Array, eta: float, order: Ints, course: Array, ends: Array) -> None:
    """``ends`` (5, d): estimates of the end in an order from the ``course`` (n + 1, d) of another.

    The end of the course; u <- u - eta [g(w_t) + H (u - w_t)] without, with the whole, and with
    the diagonal of H = x x'; delta_0 - eta sum g + eta^2 sum_{s < t} H_t g_s.
    """
    n, d = x.shape
    gathered = np.zeros(d)
    ends[0] = course[n]
    for k in range(1, 5):
        ends[k] = course[0]
    for t in range(n):
        s, w = order[t], course[t]
        now = dot(x[s], w) - noise[s]
        first = dot(x[s], course[0]) - noise[s]
        off, back = 0.0, dot(x[s], gathered)
        for i in range(d):
            off += x[s, i] * (ends[2, i] - w[i])
        for i in range(d):
            ends[1, i] -= eta * now * x[s, i]
            ends[2, i] -= eta * (now + off) * x[s, i]
            ends[3, i] -= eta * (now + x[s, i] * (ends[3, i] - w[i])) * x[s, i]
            ends[4, i] -= eta * (first - eta * back) * x[s, i]
            gathered[i] += first * x[s, i]


@kernel
def passes(
    x: Array,
    noise: Array,
    start: Array,
    h: Array,
    label_noise: float,
    eta: float,
    orders: Ints,
    ends: Array,
    off: Array,
    memorised: Array,
) -> None:
    """Ends (P, d) of passes in ``orders`` (P, n); sums over orders of the distances of the
    estimates from them, ``off`` (5,), from the pass in the order given; and of test loss less own
    loss by position, ``memorised`` (n,). ``h`` (d,) input variances.
    """
    n, d = x.shape
    reference, course, guesses = np.empty((n + 1, d)), np.empty((n + 1, d)), np.empty((5, d))
    reference[0], course[0] = start, start
    run(x, noise, eta, np.arange(n), reference)
    for p in range(len(orders)):
        run(x, noise, eta, orders[p], course)
        estimate(x, noise, eta, orders[p], reference, guesses)
        end = course[n]
        ends[p] = end
        test = label_noise
        for i in range(d):
            test += h[i] * end[i] * end[i]
        for k in range(5):
            square = 0.0
            for i in range(d):
                square += (guesses[k, i] - end[i]) ** 2
            off[k] += np.sqrt(square)
        for t in range(n):
            s = orders[p, t]
            own = dot(x[s], end) - noise[s]
            memorised[t] += 0.5 * (test - own * own)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    rows = zip(batch.rows(), data(batch), strict=True)
    found = stacked([_row(row.p, given, row.generator("orders")) for row, given in rows])
    return found | ended(found.pop("failed_at"))


def _row(p: Any, given: Data, rng: np.random.Generator) -> dict[str, Any]:
    orders = rng.permuted(np.tile(np.arange(p.n_samples), (p.n_orders, 1)), axis=1)
    h = np.arange(1.0, p.dimension + 1.0) ** -p.spectrum
    ends, off = np.empty((p.n_orders, p.dimension)), np.zeros(5)
    memorised = np.zeros(p.n_samples)
    passes(*given, h, p.noise, p.learning_rate, orders, ends, off, memorised)
    with np.errstate(all="ignore"):
        square = np.sum(np.var(ends, axis=0, ddof=1))
    return {
        "order_square": square,
        "estimate_error": off / p.n_orders,
        "memorisation": memorised / p.n_orders,
        "failed_at": -1
        if square < ESCAPED * (1.0 + p.noise + p.start_distance**2)
        else p.n_samples,
    }
