"""Fourth moments of a few modes for many rows, side by side: do losses spread widely?

As ``least_squares.fourth_moments``, weighted by how many modes are alike: of n_i modes
m_i = n_i M_i, R_ij = n_i n_j Q_ij of two different ones (n_i (n_i - 1) Q_ii where i = j),
O_i = n_i Q_ii of one and Z_i = O_i + sum_j R_ij; then E S = sum_i m_i and E S^2 = sum_i Z_i. With
A_i = eta h_i, W_i = n_i A_i^2, fresh = (S + s2)/B and kick = (B + 2)/B^3 (E S^2 + 2 s2 E S + s2^2):

    P_i = F_i (Z_i + s2 m_i) + W_i kick/2,    m_i <- m_i (1 - 2 A_i + A_i^2 (1 + 1/B)) + W_i fresh
    R_ij <- D_ij R_ij + W_i P_j + W_j P_i,    O_i <- D_i O_i + 6 A_i^2 P_i
    R_ii <- D_ii R_ii + 2 (n_i - 1) A_i^2 P_i

Modes stand in a circle, and a pair is a mode and one up to half a circle ahead: all pairs at one
distance are one loop over modes and rows, 28 ns a row and update in place of 150.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.numerics.aligned import aligned_zeros
from toysim.numerics.least_squares import own_coefficient, pair_coefficients

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LOSS_SPREADS, MODE_SPREADS = 9.0, 30.0  # E L^2/(E L)^2 and kurtosis beyond which means say little

MODES, WIDE = 8, 16  # of the circle, and rows side by side
N, HALF_CIRCLE = MODES * WIDE, MODES // 2

# Where blocks of lanes (MODES, WIDE) begin in one array: at constant distances loops vectorise.
A, W, P, AHEAD = (2 * N * k for k in range(4))  # twice around
C0, C1, C2, M, Z, OWN, SAME, H, COUNT, ETA, INVERSE, NOISE, FRESH, KICK, SUM, SQUARE, PAIRS = (
    2 * N * 4 + N * k for k in range(17)
)
BLOCKS = PAIRS // N + HALF_CIRCLE


def shown_by_rows(
    h: Array,
    signal: Array,
    alike: Array,
    noise: Array,
    batch: Array,
    unit: Array,
    which: Ints,
    shares: Array,
    n_steps: Ints,
    keep_at: Ints,
) -> Flags:
    """Whether means over replicas show the mean loss at the records and the end, and that of every
    mode at the end: (n,).

    ``h``, ``signal`` and ``alike``, at most MODES; ``noise``, ``batch``, ``unit``, ``which``,
    ``shares``, ``n_steps`` and ``keep_at`` of rows as in ``moments_of_rows``.
    """
    x, shown = aligned_zeros(BLOCKS * N), np.empty(len(unit), np.bool_)
    order = np.argsort(n_steps, kind="stable")
    for first in range(0, len(unit), WIDE):
        rows = order[first : first + WIDE]
        begin(h, signal, alike, noise[rows], batch[rows], x.reshape(BLOCKS, MODES, WIDE))
        told = np.ones(len(rows), np.bool_)
        follow(unit[rows], which[rows], shares, n_steps[rows], keep_at[rows], x, told)
        shown[rows] = told
    return shown


def begin(h: Array, signal: Array, alike: Array, noise: Array, batch: Array, blocks: Array) -> None:
    """The certain start. Lanes without a row stay there."""
    blocks[:], blocks[INVERSE // N] = 0.0, 1.0
    n = len(h)
    for place, values in ((H, h), (COUNT, alike), (M, alike * signal)):
        blocks[place // N, :n] = values[:, None]
    for place, of_rows in ((INVERSE, 1.0 / batch), (NOISE, noise)):
        blocks[place // N, :, : len(batch)] = of_rows
    m = blocks[M // N]
    blocks[OWN // N, :n] = m[:n] * signal[:, None]
    blocks[SAME // N] = m * m - blocks[OWN // N]
    blocks[Z // N] = m * m.sum(axis=0)
    for ahead in range(1, HALF_CIRCLE + 1):
        blocks[PAIRS // N + ahead - 1] = m * np.roll(m, -ahead, axis=0)


@kernel
def follow(
    unit: Array, which: Ints, shares: Array, n_steps: Ints, keep_at: Ints, x: Array, shown: Flags
) -> None:
    """All updates of a block of rows; ``x`` is its lanes, flat."""
    kept, soonest, steps = np.zeros(len(unit), np.int64), 0, np.max(n_steps)
    for t in range(steps + 1):
        add_up(x)
        if t == soonest:
            soonest = note(t, n_steps, keep_at, kept, x, shown)
        if t < steps:
            for lane in range(len(unit)):
                x[ETA + lane] = unit[lane] * shares[which[lane], t]
            bring_fresh(x)
            step_modes(x)
            step_pairs(x)


@borrowing
def add_up(x: Array) -> None:
    """E S and E S^2 of every row, in the first WIDE of their blocks."""
    for k in range(N // 2):
        x[SUM + k] = x[M + k] + x[M + N // 2 + k]
    for k in range(N // 2):
        x[SQUARE + k] = x[Z + k] + x[Z + N // 2 + k]
    for half in (N // 4, N // 8):
        for k in range(half):
            x[SUM + k] += x[SUM + half + k]
        for k in range(half):
            x[SQUARE + k] += x[SQUARE + half + k]


@borrowing
def note(t: int, n_steps: Ints, keep_at: Ints, kept: Ints, x: Array, shown: Flags) -> int:
    """Rows whose record or end is after ``t`` updates, held against the limits; returns when the
    next one is, of any row.
    """
    soonest = int(np.max(n_steps))
    for lane in range(len(shown)):
        due = t == n_steps[lane]
        while kept[lane] < keep_at.shape[1] and keep_at[lane, kept[lane]] == t:
            due, kept[lane] = True, kept[lane] + 1
        if due:
            s = x[SUM + lane]
            shown[lane] &= x[SQUARE + lane] < LOSS_SPREADS * (s * s)
        if t == n_steps[lane]:
            for k in range(lane, N, WIDE):
                m, count = x[M + k], x[COUNT + k]
                shown[lane] &= count == 0.0 or x[OWN + k] * count < MODE_SPREADS * (m * m)
        if t < n_steps[lane]:
            soonest = min(soonest, n_steps[lane])
        if kept[lane] < keep_at.shape[1]:
            soonest = min(soonest, keep_at[lane, kept[lane]])
    return soonest


@borrowing
def bring_fresh(x: Array) -> None:
    """Rates of the rows, and what their samples bring, to every mode."""
    for lane in range(WIDE):
        r, noise, s = x[INVERSE + lane], x[NOISE + lane], x[SUM + lane]
        x[FRESH + lane] = r * (s + noise)
        x[KICK + lane] = (0.5 + r) * r * r * (x[SQUARE + lane] + noise * (2.0 * s + noise))
    for k in range(WIDE, N):
        x[ETA + k] = x[ETA + k - WIDE]
    for k in range(WIDE, N):
        x[FRESH + k] = x[FRESH + k - WIDE]
    for k in range(WIDE, N):
        x[KICK + k] = x[KICK + k - WIDE]


@borrowing
def step_modes(x: Array) -> None:
    """What is a mode's alone: m_i, O_i, R_ii, and what its pairs need."""
    for k in range(N):
        r, count, m = x[INVERSE + k], x[COUNT + k], x[M + k]
        a = x[H + k] * x[ETA + k]
        square = a * a
        weight = count * square
        spread = 1.0 - a * (2.0 - a) + a * r * ((5.0 * a - 4.0) + 6.0 * a * r)
        push = spread * r * (x[Z + k] + x[NOISE + k] * m) + weight * x[KICK + k]
        c0, c1, c2 = pair_coefficients(a, r)
        pushed = 2.0 * square * push
        other = (c0 + a * (c1 + a * c2)) * x[SAME + k] + (count - 1.0) * pushed
        own = own_coefficient(a, r) * x[OWN + k] + 3.0 * pushed
        x[A + k], x[W + k], x[P + k] = a, weight, push
        x[C0 + k], x[C1 + k], x[C2 + k] = c0, c1, c2
        x[M + k] = m * (1.0 - a * (2.0 - a * (1.0 + r))) + weight * x[FRESH + k]
        x[OWN + k], x[SAME + k], x[Z + k] = own, other, other + own
    for k in range(N):
        x[A + N + k] = x[A + k]
    for k in range(N):
        x[W + N + k] = x[W + k]
    for k in range(N):
        x[P + N + k] = x[P + k]


@borrowing
def step_pairs(x: Array) -> None:
    """R_ij of every pair, and Z_i of both."""
    for k in range(2 * N):
        x[AHEAD + k] = 0.0
    for ahead in range(1, HALF_CIRCLE + 1):
        shift, pairs = WIDE * ahead, PAIRS + N * (ahead - 1)
        for k in range(N if 2 * ahead < MODES else N // 2):
            a = x[A + shift + k]
            held = x[C0 + k] + a * (x[C1 + k] + a * x[C2 + k])
            push = x[W + k] * x[P + shift + k] + x[P + k] * x[W + shift + k]
            both = held * x[pairs + k] + push
            x[pairs + k] = both
            x[Z + k] += both
            x[AHEAD + shift + k] += both
    for k in range(N):
        x[Z + k] += x[AHEAD + k] + x[AHEAD + N + k]
