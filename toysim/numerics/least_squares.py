"""Exact moments of one-pass SGD on Gaussian least squares, any schedule, finite sizes.

Modes have curvature and input variance h_i, and delta_i is their distance from the minimum. A
minibatch of B fresh samples has label noise of variance s2. Everything is kept in units of the
loss: M_i = h_i E delta_i^2 and S = sum_i M_i, twice the excess loss; A_i = eta h_i. Derived.
Arrays of modes are padded with h = 0 to whole vectors (``padded``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel
from toysim.numerics.aligned import aligned_zeros

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LANES = 16
ROWS = 32  # side by side; ns an update of a mode: 8 rows .77, 16 .21, 32 .175


def padded(values: Array) -> Array:
    """The modes (n,), copied, with zeros up to a multiple of LANES."""
    room = np.zeros(-(-len(values) // LANES) * LANES)
    room[: len(values)] = values
    return room


@kernel
def total(terms: Array, room: Array) -> float:
    """Sum of ``terms`` (n,), n a multiple of LANES, by as many sums side by side in ``room``."""
    for lane in range(LANES):
        room[lane] = 0.0
    for first in range(0, len(terms), LANES):
        for lane in range(LANES):
            room[lane] += terms[first + lane]
    return folded(room)


@inlined
def folded(room: Array) -> float:
    """Sum of LANES numbers, in place."""
    for lane in range(8):
        room[lane] += room[lane + 8]
    for lane in range(4):
        room[lane] += room[lane + 4]
    return float((room[0] + room[1]) + (room[2] + room[3]))


@inlined
def product(x: npt.NDArray[np.float32], delta: Array, room: Array) -> float:
    """x . delta, both (n,), n a multiple of LANES."""
    for lane in range(LANES):
        room[lane] = 0.0
    for first in range(0, len(delta), LANES):
        for lane in range(LANES):
            room[lane] += x[first + lane] * delta[first + lane]
    return folded(room)


@kernel
def gradient_square(
    h: Array, signal: Array, twice_loss: float, noise: float, batch: float
) -> float:
    """E|g|^2 = sum_i h_i [(1 + 1/B) M_i + (S + s2)/B] of a minibatch's gradient."""
    fresh = (twice_loss + noise) / batch
    square = 0.0
    for i in range(len(h)):
        square += h[i] * ((1.0 + 1.0 / batch) * signal[i] + fresh)
    return square


@kernel
def moments(
    signal: Array,
    h: Array,
    noise: float,
    batch: float,
    rates: Array,
    course: Array,
    keep_at: Ints,
    square: Array,
) -> None:
    """Plain SGD: M_i <- M_i (1 - 2 A + A^2 (1 + 1/B)) + A^2 (S + s2)/B.

    ``signal`` (n,) is M at the start and is overwritten by its end; ``rates`` (T,), ``course``
    (T + 1,) the loss S/2 after every number of updates, ``square`` (R,) E|g|^2 of the update that
    follows those of ``keep_at``, ascending.
    """
    more, kept, room = 1.0 + 1.0 / batch, 0, np.empty(LANES)
    for t in range(len(rates) + 1):
        now = total(signal, room)
        course[t] = 0.5 * now
        while kept < len(keep_at) and keep_at[kept] == t:
            square[kept] = gradient_square(h, signal, now, noise, batch)
            kept += 1
        if t == len(rates):
            return
        eta, fresh = rates[t], (now + noise) / batch
        for i in range(len(h)):
            a = eta * h[i]
            signal[i] = signal[i] * (1.0 - a * (2.0 - a * more)) + a * a * fresh


class Expected(NamedTuple):
    """Mean excess loss after 0..T updates (T + 1,), E|g|^2 at the records (R,), and twice the loss
    of every mode at the end (d,).
    """

    course: Array
    square: Array
    signal: Array


def plain(
    h: Array, signal: Array, noise: float, batch: float, rates: Array, keep_at: Ints | None = None
) -> Expected:
    """The course without momentum and weight decay, from ``signal`` (d,)."""
    at = np.empty(0, np.int64) if keep_at is None else keep_at
    course, square, kept = np.empty(len(rates) + 1), np.empty(len(at)), padded(signal)
    moments(kept, padded(h), noise, batch, rates, course, at, square)
    return Expected(course, square, kept[: len(h)])


@kernel
def record_rows(
    t: int,
    rows: Ints,
    now: Array,
    modes: Array,
    h: Array,
    noise: Array,
    batch: Array,
    keep_at: Ints,
    kept: Ints,
    loss: Array,
    square: Array,
) -> int:
    """Keeps the loss and E|g|^2 of the rows whose record is due after ``t`` updates; returns when
    the next one is, of any row.
    """
    soonest = np.iinfo(np.int64).max
    for lane in range(len(rows)):
        row, k = rows[lane], kept[lane]
        while k < keep_at.shape[1] and keep_at[row, k] == t:
            own = np.ascontiguousarray(modes[lane::ROWS])[: len(h)]
            loss[row, k] = 0.5 * now[lane]
            square[row, k] = gradient_square(h, own, now[lane], noise[row], batch[row])
            k += 1
        kept[lane] = k
        if k < keep_at.shape[1]:
            soonest = min(soonest, keep_at[row, k])
    return soonest


@kernel
def moments_of_rows(
    signal: Array,
    h: Array,
    noise: Array,
    batch: Array,
    unit: Array,
    which: Ints,
    shares: Array,
    n_steps: Ints,
    order: Ints,
    keep_at: Ints,
    loss: Array,
    square: Array,
    end: Array,
    peak: Array,
) -> None:
    """``moments`` of many rows on the same modes, ROWS of them side by side.

    ``signal`` and ``h`` (d,), start and curvatures of all; ``noise``, ``batch``, ``unit``,
    ``which``, ``n_steps`` (n,): rates are unit times the shares (T,) of that index, 0 after the end
    of the row; ``order`` (n,) puts rows that end together side by side; ``keep_at``, ``loss`` and
    ``square`` (n, R); ``end`` (n, d) is M after all updates, ``peak`` (n,) the largest loss.
    """
    d = len(h)
    curvature, modes = np.zeros(d + d % 2), aligned_zeros((d + d % 2) * ROWS)
    curvature[:d] = h
    now = aligned_zeros(4 * ROWS)  # S, (eta^2/B)(S + s2), 2 eta, eta^2 (1 + 1/B)
    given = aligned_zeros(3 * ROWS)  # s2, 1/B and the largest S so far
    for first in range(0, len(order), ROWS):
        rows = order[first : first + ROWS]
        kept, unit_of, shape = np.zeros(ROWS, np.int64), np.zeros(ROWS), np.zeros(ROWS, np.int64)
        last, soonest = 0, 0
        for lane in range(len(rows)):
            row = rows[lane]
            unit_of[lane], shape[lane] = unit[row], which[row]
            given[lane], given[ROWS + lane] = noise[row], 1.0 / batch[row]
            last = max(last, n_steps[row])
        for i in range(d):
            for lane in range(ROWS):
                modes[i * ROWS + lane] = signal[i]
        now[:ROWS] = np.sum(signal)
        given[2 * ROWS :] = 0.0
        for t in range(last + 1):
            for lane in range(ROWS):
                largest = given[2 * ROWS + lane]
                given[2 * ROWS + lane] = largest if now[lane] <= largest else now[lane]
            if t == soonest:
                soonest = record_rows(
                    t, rows, now, modes, h, noise, batch, keep_at, kept, loss, square
                )
            if t == last:
                break
            for lane in range(ROWS):
                now[2 * ROWS + lane] = unit_of[lane] * shares[shape[lane], t]
            for lane in range(ROWS):
                eta, per_sample = now[2 * ROWS + lane], given[ROWS + lane]
                now[ROWS + lane] = eta * eta * per_sample * (now[lane] + given[lane])
                now[2 * ROWS + lane] = 2.0 * eta
                now[3 * ROWS + lane] = eta * eta * (1.0 + per_sample)
                now[lane] = 0.0
            for pair in range(len(curvature) // 2):  # two at once: sums are read half as often
                i = 2 * pair
                x, y = curvature[i], curvature[i + 1]
                xx, yy, at = x * x, y * y, i * ROWS
                for lane in range(ROWS):
                    fresh, twice = now[ROWS + lane], now[2 * ROWS + lane]
                    more = now[3 * ROWS + lane]
                    first_held = 1.0 - x * (twice - x * more)
                    then_held = 1.0 - y * (twice - y * more)
                    one = modes[at + lane] * first_held + xx * fresh
                    other = modes[at + ROWS + lane] * then_held + yy * fresh
                    modes[at + lane] = one
                    modes[at + ROWS + lane] = other
                    now[lane] += one + other
        for lane in range(len(rows)):
            peak[rows[lane]] = 0.5 * given[2 * ROWS + lane]
            for i in range(d):
                end[rows[lane], i] = modes[i * ROWS + lane]


@kernel
def additive_moments(
    signal: Array, h: Array, noise: float, batch: float, rates: Array, course: Array
) -> None:
    """Noise of variance s2 h_i/B whatever the state: M_i <- M_i (1 - A)^2 + A^2 s2/B.

    Arrays as in ``moments``.
    """
    room = np.empty(LANES)
    for t in range(len(rates)):
        course[t] = 0.5 * total(signal, room)
        for i in range(len(h)):
            a = rates[t] * h[i]
            signal[i] = signal[i] * (1.0 - a) ** 2 + a * a * noise / batch
    course[len(rates)] = 0.5 * total(signal, room)


@kernel
def momentum_moments(
    signal: Array,
    h: Array,
    noise: float,
    batch: float,
    beta: float,
    rates: Array,
    course: Array,
    keep_at: Ints,
    square: Array,
) -> None:
    """Heavy ball, v <- beta v - eta g: M, b = h E delta v and q = h E v^2, from b = q = 0.

        q <- beta^2 q - 2 beta A b + A^2 [(1 + 1/B) M + (S + s2)/B]
        b <- beta b - A M + q,    M <- M + 2 (beta b - A M) + q

    with b and M on the right as they were before; arrays as in ``moments``.
    """
    b, q = np.zeros_like(h), np.zeros_like(h)
    more, kept, room = 1.0 + 1.0 / batch, 0, np.empty(LANES)
    for t in range(len(rates) + 1):
        now = total(signal, room)
        course[t] = 0.5 * now
        while kept < len(keep_at) and keep_at[kept] == t:
            square[kept] = gradient_square(h, signal, now, noise, batch)
            kept += 1
        if t == len(rates):
            return
        eta, fresh = rates[t], (now + noise) / batch
        for i in range(len(h)):
            a = eta * h[i]
            drift = beta * b[i] - a * signal[i]
            kick = a * a * (more * signal[i] + fresh)
            q[i] = beta * (beta * q[i] - 2.0 * a * b[i]) + kick
            b[i] = drift + q[i]
            signal[i] += 2.0 * drift + q[i]


@kernel
def decayed_moments(
    signal: Array,
    target: Array,
    h: Array,
    noise: float,
    batch: float,
    decay: float,
    rates: Array,
    course: Array,
    keep_at: Ints,
    square: Array,
) -> None:
    """Weight decay, w <- w - eta (g + lam w), c = 1 - eta lam, U = sqrt(h) E delta from -target:

        M <- c^2 M - 2 c A M + A^2 [(1 + 1/B) M + (S + s2)/B]
             - 2 eta lam target (c - A) U + (eta lam target)^2
        U <- (c - A) U - eta lam target

    ``target`` (n,) is sqrt(h) w*; other arrays as in ``moments``.
    """
    mean = -target
    more, kept, room = 1.0 + 1.0 / batch, 0, np.empty(LANES)
    for t in range(len(rates) + 1):
        now = total(signal, room)
        course[t] = 0.5 * now
        while kept < len(keep_at) and keep_at[kept] == t:
            square[kept] = gradient_square(h, signal, now, noise, batch)
            kept += 1
        if t == len(rates):
            return
        eta, fresh = rates[t], (now + noise) / batch
        c = 1.0 - eta * decay
        for i in range(len(h)):
            a, pull = eta * h[i], eta * decay * target[i]
            left = c * (c - 2.0 * a) * signal[i] + a * a * (more * signal[i] + fresh)
            signal[i] = left - 2.0 * pull * (c - a) * mean[i] + pull * pull
            mean[i] = (c - a) * mean[i] - pull


@kernel
def fourth_moments(
    signal: Array,
    h: Array,
    count: Array,
    noise: float,
    batch: float,
    rates: Array,
    keep_at: Ints,
    second: Array,
    fourth: Array,
    own: Array,
) -> None:
    """Plain SGD from a certain start: E S and E S^2, with Q_ij = h_i h_j E delta_i^2 delta_j^2.

    Given delta, a gradient is a sum of Gaussian quadratic forms, whose even moments close. With
    C = eta h_j, q_i = sum_j Q_ij over all modes, SS = sum_i q_i, RR = SS + 2 s2 S + s2^2 and
    F_i = [1 - 2A + A^2 + (5A^2 - 4A)/B + 6A^2/B^2]/B,

        Q_ij <- D_ij Q_ij + C^2 F_i (q_i + s2 M_i) + A^2 F_j (q_j + s2 M_j) + A^2 C^2 (B+2) RR/B^3
        Q_ii <- D_i Q_ii + 6 A^2 F_i (q_i + s2 M_i) + 3 A^4 (B+2) RR/B^3

    D_ij as in ``pair_coefficients``, D_i as in ``own_coefficient``. h_i stands for ``count[i]``
    modes alike (n,); Q_ii of two different ones of them and of one are two numbers. ``second`` and
    ``fourth`` (R,): E S and E S^2 at ``keep_at``, ascending; ``own`` (n,) and ``signal`` are
    overwritten by Q_ii of one mode and M_i at the end.
    """
    n, t = len(h), 0
    pairs = signal.reshape(n, 1) * signal.reshape(1, n)
    row, ahead, push, square = np.empty((4, n))
    own[:] = signal * signal
    for i in range(n):
        row[i] = np.sum(count * pairs[i]) + own[i] - pairs[i, i]
    r = 1.0 / batch
    more, fourfold = 1.0 + r, (batch + 2.0) * r**3
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            eta, s, ss = rates[t], 0.0, 0.0
            for i in range(n):
                s += count[i] * signal[i]
                ss += count[i] * row[i]
            fresh, kick = (s + noise) / batch, fourfold * (ss + noise * (2.0 * s + noise))
            for i in range(n):
                a = eta * h[i]
                spread = 1.0 - a * (2.0 - a) + a * r * ((5.0 * a - 4.0) + 6.0 * a * r)
                push[i] = spread * r * (row[i] + noise * signal[i])
                square[i], ahead[i] = a * a, 0.0
            for i in range(n):
                c0, c1, c2 = pair_coefficients(eta * h[i], r)
                for j in range(n):
                    c = eta * h[j]
                    pairs[i, j] = (c0 + c * (c1 + c * c2)) * pairs[i, j] + (
                        square[j] * (push[i] + square[i] * kick) + square[i] * push[j]
                    )
                    ahead[j] += count[i] * pairs[i, j]
            for i in range(n):
                a = eta * h[i]
                own[i] = own_coefficient(a, r) * own[i] + square[i] * (
                    6.0 * push[i] + 3.0 * square[i] * kick
                )
                row[i] = ahead[i] + own[i] - pairs[i, i]
                signal[i] = signal[i] * (1.0 - a * (2.0 - a * more)) + a * a * fresh
            t += 1
        second[k], fourth[k] = np.sum(count * signal), np.sum(count * row)


@kernel
def pair_coefficients(a: Any, r: Any) -> tuple[float, float, float]:
    """D_ij = c0 + C (c1 + C c2): A^2C^2 - 2A^2C - 2AC^2 + A^2 + 4AC + C^2 - 2A - 2C + 1
    + (6A^2C^2 - 6A^2C - 6AC^2 + A^2 + 4AC + C^2)/B + (11A^2C^2 - 4A^2C - 4AC^2)/B^2 + 6A^2C^2/B^3;
    r = 1/B.
    """
    across = -2.0 - r * (6.0 + 4.0 * r)
    c0 = 1.0 - a * (2.0 - a * (1.0 + r))
    c1 = -2.0 + a * (4.0 * (1.0 + r) + a * across)
    c2 = 1.0 + r + a * (across + a * (1.0 + r * (6.0 + r * (11.0 + 6.0 * r))))
    return c0, c1, c2


@kernel
def own_coefficient(a: Any, r: Any) -> Any:
    """D_i = 1 - 4A + 6A^2 - 4A^3 + A^4 + (6A^2 - 12A^3 + 6A^4)/B + (11A^4 - 8A^3)/B^2
    + 6A^4/B^3; r = 1/B.
    """
    cubic = -4.0 - r * (12.0 + 8.0 * r)
    quartic = 1.0 + r * (6.0 + r * (11.0 + 6.0 * r))
    return 1.0 + a * (-4.0 + a * (6.0 * (1.0 + r) + a * (cubic + a * quartic)))
