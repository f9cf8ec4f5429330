"""The experiment of the family: every minibatch drawn afresh, one row after the other.

In units u = sqrt(h) w all inputs are alike, x ~ N(0, 1) in every mode; delta is the distance from
the minimum. A gradient of one sample is r x of the residual r = x . delta - s z. Of a minibatch it
is drawn whole, exactly in law, with d + 3 numbers in place of (d + 1) B: with p = x . delta/|delta|
sums over samples of p^2, p z and z^2 make those of r p and r^2, and given these the gradient across
delta is sqrt(sum r^2) times a normal number in every mode.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel
from toysim.numerics.draws import Words, begin, chi_squared_into, normals_into
from toysim.numerics.least_squares import LANES, padded, product
from toysim.numerics.normals import fill_normals

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BLOCK = 16_384  # numbers drawn at once: they stay in the cache
SUMS = 512  # minibatches whose sums are drawn at once
BUFFER = 3072
ESCAPED = 1e12  # times the start: a squared residual that does not come back


@kernel
def descend_rows(
    words: Words,
    sums: Words,
    signal: Array,
    h: Array,
    d: int,
    noise: Array,
    batch: Ints,
    beta: Array,
    decay: Array,
    unit: Array,
    which: Ints,
    shares: Array,
    n_steps: Ints,
    keep_at: Ints,
    loss: Array,
    square: Array,
    end: Array,
    failed_at: Ints,
) -> None:
    """Minibatch SGD on d modes from w = 0, rows (n,) with modes of their own only in the mean:

        g = mean of x (x . delta - s z) over B samples,  x, z ~ N(0, 1)
        v <- beta v + eta_t (h g + lambda (delta + target)),   delta <- delta - v

    ``words`` and ``sums`` (n, 2): streams of inputs, and of sums over minibatches; ``signal`` and
    ``h`` (m,), d padded; rates are unit times the shares (T,) of that index; ``keep_at`` (n, R)
    ascending, the last the end; ``loss`` and ``square``, |g|^2 of the update that follows, (n, R);
    ``end`` (n, m) is delta there. ``failed_at`` (n,): -1, or the update before which a residual
    left the finite numbers.
    """
    z = np.empty((4, -(-(max(1, BLOCK // (d + 1)) * (d + 1) + LANES) // 4)), np.float32)
    target = np.sqrt(signal)
    for row in range(len(unit)):
        rates = unit[row] * shares[which[row], : n_steps[row]]
        delta = end[row]
        delta[:] = -target
        at, kept, squares = keep_at[row], loss[row], square[row]
        key, stream, s2 = words[row, 0], words[row, 1], noise[row]
        if batch[row] == 1 and beta[row] == 0.0 and decay[row] == 0.0:
            failed_at[row] = descend(key, stream, delta, h, d, s2, rates, at, z, kept, squares)
        else:
            kind = (s2, batch[row], beta[row], decay[row], rates, at)
            modes = (delta, target, h, d)
            failed_at[row] = descend_by_batches(
                key, stream, sums[row], *modes, *kind, z, kept, squares
            )


@kernel
def descend(
    key: Any,
    stream: Any,
    delta: Array,
    h: Array,
    d: int,
    noise: float,
    rates: Array,
    keep_at: Ints,
    z: Floats,
    loss: Array,
    square: Array,
) -> int:
    """A row of plain SGD, one sample an update: delta <- delta - eta_t h r x. ``z`` (4, m) is room
    for a block of numbers, block k of the key from counter ``stream`` + k.
    """
    x, wide, n = z.reshape(z.size), d + 1, len(delta)
    held, room = max(1, (len(x) - LANES) // wide), np.empty(LANES)
    deviation, kept, used = np.sqrt(noise), 0, held
    limit = ESCAPED * (1.0 + noise + np.sum(delta * delta))
    for t in range(len(rates) + 1):
        if used == held:
            fill_normals(key, stream, z)
            stream, used = stream + np.uint64(1), 0
        first = used * wide
        sample = x[first : first + n]  # and the next one's first, of no effect where h = 0
        residual = product(sample, delta, room) - deviation * x[first + d]
        used += 1
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * np.sum(delta * delta)
            square[kept] = residual**2 * np.sum(h * sample * sample)
            kept += 1
        if not residual * residual < limit:
            return t
        if t < len(rates):
            eta = rates[t]
            for i in range(n):
                delta[i] -= residual * sample[i] * (eta * h[i])
    return -1


@kernel
def descend_by_batches(
    key: Any,
    stream: Any,
    sums: Any,
    delta: Array,
    target: Array,
    h: Array,
    d: int,
    noise: float,
    batch: int,
    beta: float,
    decay: float,
    rates: Array,
    keep_at: Ints,
    z: Floats,
    loss: Array,
    square: Array,
) -> int:
    """A row of any kind; arguments as in ``descend`` and ``descend_rows``."""
    x, n = z.reshape(z.size), len(delta)
    held, room = max(1, (len(x) - LANES) // d), np.empty(LANES)
    v, g = np.zeros_like(delta), np.empty_like(delta)
    state, buffer = np.empty(3, np.int64), np.empty(BUFFER)
    begin(state, sums, buffer)
    ahead = min(SUMS, len(rates) + 1)
    pp, pz, zz = np.empty((3, ahead))
    deviation, kept, used = np.sqrt(noise), 0, held
    limit = batch * ESCAPED * (1.0 + noise + np.sum(delta * delta))
    for t in range(len(rates) + 1):
        k = t % ahead
        if k == 0:
            draw_sums(state, buffer, batch, pp, pz, zz)
        if used == held:
            fill_normals(key, stream, z)
            stream, used = stream + np.uint64(1), 0
        across = x[used * d : used * d + n]
        used += 1
        size = np.sqrt(np.sum(delta * delta))
        residuals = max(0.0, size * (size * pp[k] - 2.0 * deviation * pz[k]) + noise * zz[k])
        wide, along = np.sqrt(residuals), 0.0
        if size > 0.0:
            shift = wide * product(across, delta, room) / size
            along = (size * pp[k] - deviation * pz[k] - shift) / size
        for i in range(n):
            g[i] = (wide * across[i] + along * delta[i]) / batch
        while kept < len(keep_at) and keep_at[kept] == t:
            loss[kept] = 0.5 * size * size
            square[kept] = np.sum(h * g * g)
            kept += 1
        if not residuals < limit:
            return t
        if t < len(rates):
            eta = rates[t]
            # Loops of few arrays: LLVM leaves one of all of them as it is.
            for i in range(n):
                g[i] *= eta * h[i]
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


@kernel
def draw_sums(state: Ints, buffer: Array, batch: int, pp: Array, pz: Array, zz: Array) -> None:
    """Sums of p^2, p z and z^2 over ``batch`` pairs of normal numbers, as many as there is room
    for; a Wishart matrix by its triangular factor (Bartlett).
    """
    chi_squared_into(state, buffer, batch, pp)
    chi_squared_into(state, buffer, batch - 1, zz)
    normals_into(state, buffer, pz)
    for k in range(len(pz)):
        normal = pz[k]
        pz[k] = np.sqrt(pp[k]) * normal
        zz[k] += normal * normal


class Runs(NamedTuple):
    """Excess losses and |g|^2 at the records (n, R), the loss at the end (n,), the modes' distances
    from the minimum there in units of the loss (n, d), and updates at which rows were given up or
    -1.
    """

    loss: Array
    final_loss: Array
    square: Array
    delta: Array
    failed_at: Ints


def sgd(
    batch: Batch,
    h: Array,
    signal: Array,
    unit: Array,
    which: Ints,
    shares: Array,
    n_steps: Ints,
    at: Ints,
    beta: Array | None = None,
    decay: Array | None = None,
) -> Runs:
    """Rows (n,) of the same modes from w = 0, at rates of unit times the shares (T,) of their
    index, ``n_steps`` (n,) of them, recorded after ``at`` (n, R) updates, ascending; momentum and
    weight decay 0 unless given.
    """
    n = len(batch)
    keep_at = np.column_stack((at, n_steps))
    loss, square = np.full((2, *keep_at.shape), np.nan)
    curvature, start = padded(h), padded(signal)
    end, failed_at = np.empty((n, len(start))), np.empty(n, np.int64)
    descend_rows(
        batch.words("inputs"),
        batch.words("sums"),
        start,
        curvature,
        len(h),
        batch["label_noise"].astype(float),
        batch["batch_size"].astype(np.int64),
        np.zeros(n) if beta is None else beta,
        np.zeros(n) if decay is None else decay,
        unit,
        which,
        shares,
        n_steps,
        keep_at,
        loss,
        square,
        end,
        failed_at,
    )
    return Runs(loss[:, :-1], loss[:, -1], square[:, :-1], end[:, : len(h)], failed_at)


def sgd_at(batch: Batch, h: Array, signal: Array, rates: Array, at: Ints) -> Runs:
    """All rows at ``rates`` (T,)."""
    n = len(batch)
    which, n_steps = np.zeros(n, np.int64), np.full(n, len(rates))
    return sgd(batch, h, signal, np.ones(n), which, rates[None], n_steps, at)
