"""The experiment of the family: every sample drawn afresh, one row after the other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.jit import kernel
from toysim.numerics.least_squares import LANES, padded, product
from toysim.numerics.normals import fill_normals

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 16_384  # numbers drawn at once: they stay in the cache
ESCAPED = 1e12  # times the start: a squared residual that does not come back


@kernel
def descend(
    key: Any,
    stream: Any,
    delta: Array,
    target: Array,
    h: Array,
    d: int,
    batch: int,
    noise: float,
    beta: float,
    decay: float,
    rates: Array,
    keep_at: Ints,
    z: Floats,
    loss: Array,
    square: Array,
) -> int:
    """One row of minibatch SGD on d modes, in units u = sqrt(h) w that make all inputs alike:

        g = mean of x (x . delta - s z) over B samples,  x, z ~ N(0, 1)
        v <- beta v + eta_t (h g + lambda (delta + target)),   delta <- delta - v

    ``delta``, ``target``, ``h`` (n,), padded; delta is overwritten by the end. ``rates`` (T,).
    ``z`` (4, m) is room for a block of numbers, block k of the key from counter ``stream`` + k.
    ``loss`` and ``square``, |g|^2 of the update that follows, (R,) at ``keep_at``, ascending.
    Returns -1, or the update before which a residual left the finite numbers.
    """
    x, wide, n = z.reshape(z.size), d + 1, len(delta)
    held = max(1, (len(x) - LANES) // wide)
    v, g, room = np.zeros_like(delta), np.empty_like(delta), np.empty(LANES)
    deviation, kept, used = np.sqrt(noise), 0, held
    limit = ESCAPED * (1.0 + noise + np.sum(delta * delta))
    for t in range(len(rates) + 1):
        first = kept
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * np.sum(delta * delta)
            kept += 1
        g[:] = 0.0
        residual = 0.0
        for _ in range(batch):
            if used == held:
                fill_normals(key, stream, z)
                stream, used = stream + np.uint64(1), 0
            begin = used * wide
            sample = x[begin : begin + n]  # and the next one's first, of no effect where h = 0
            residual = product(sample, delta, room) - deviation * x[begin + d]
            for i in range(n):
                g[i] += residual * sample[i]
            used += 1
        if first < kept:
            square[first:kept] = np.sum(h * g * g) / batch**2
        if not residual * residual < limit:
            return t
        if t < len(rates):
            eta, mean = rates[t], rates[t] / batch
            # Loops of few arrays: LLVM leaves one of all of them as it is.
            for i in range(n):
                g[i] *= mean * h[i]
            if decay > 0.0:
                for i in range(n):
                    g[i] += eta * decay * (delta[i] + target[i])
            if beta > 0.0:
                for i in range(n):
                    v[i] = beta * v[i] + g[i]
                    g[i] = v[i]
            for i in range(n):
                delta[i] -= g[i]
    return -1


class Run(NamedTuple):
    """Excess losses and |g|^2 at the records (R,), the loss at the end, the modes' distances from
    the minimum there in units of the loss (d,), and the update at which it was given up or -1.
    """

    loss: Array
    final_loss: float
    square: Array
    delta: Array
    failed_at: int


def sgd(
    row: Row,
    h: Array,
    signal: Array,
    rates: Array,
    at: Ints,
    beta: float = 0.0,
    decay: float = 0.0,
) -> Run:
    """One row from w = 0 at ``rates`` (T,), recorded after ``at`` (R,) updates, ascending."""
    p, d = row.p, len(h)
    delta = -np.sqrt(padded(signal))
    target = -delta
    held = max(1, BLOCK // (d + 1))
    z = np.empty((4, -(-(held * (d + 1) + LANES) // 4)), np.float32)
    keep_at = np.append(at, len(rates))
    loss, square = np.full((2, len(keep_at)), np.nan)
    key, stream = row.generator("inputs").integers(2**64, size=2, dtype=np.uint64)
    told = (d, p.batch_size, p.label_noise, beta, decay, rates, keep_at, z, loss, square)
    failed_at = descend(key, stream, delta, target, padded(h), *told)
    return Run(loss[:-1], float(loss[-1]), square[:-1], delta[:d], failed_at)
