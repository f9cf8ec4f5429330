"""Saddle points: damped iteration of the overlaps until it is seen where it goes, then Newton.

The search asks for the equations at one point after the other, so that those of any model fit in:

    search, status = begin(start), GOING
    while status == GOING:
        status = advance(search, equations at search.x, their slopes)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.replica.solver_outputs import AT_UNSTABLE, FROZEN, MAX_ITER, OK
from toysim.numerics.copies import put

Array = npt.NDArray[np.float64]
NAN = float("nan")

GOING = -1
DAMPING = 0.5
TOLERANCE = 1e-12  # largest change by an undamped update
MAX_EVALUATIONS = (
    5000  # a passage just beyond a spinodal, at distance e of it, takes about 10/sqrt(e)
)
CEILING = 1e-9  # closer to overlap 1 than this there is no saddle point below it
NEAR = 1e-2  # Newton steps are tried below this residual ...
PATIENCE = 10  # ... and, where one failed, again after so many damped updates
MOST = 0.9  # of the way to overlap 1 by one Newton step
ROUND = 8.0  # steps away that a cycle goes at least
RETURNS = 3  # marks that it comes back to, one after the other, ...
NARROWER = 0.5  # ... while its width stays this share of what it was
NUDGE = 1e-7  # of an overlap, for differences


class Saddle(NamedTuple):
    """Overlaps (n,) of a saddle point (NaN if there is none below 1), and how it was found."""

    overlaps: Array
    residual: float
    evaluations: int
    status: int


class Search(NamedTuple):
    """Overlaps x (n,), n <= 3, where the equations are wanted, or which solve them at the end.

    ``last`` and ``image``: a point passed before and what the equations made of it. ``counts``:
    evaluations, updates to wait before Newton, whether x is Newton's. ``residual`` (1,).
    """

    x: Array
    last: Array
    image: Array
    counts: npt.NDArray[np.int64]
    residual: Array


@kernel
def begin(start: Array) -> Search:
    """A search from overlaps ``start`` (n,); the first is the self-overlap q."""
    return Search(
        start.copy(), start.copy(), start.copy(), np.zeros(3, np.int64), np.full(1, np.inf)
    )


@borrowing
def distance(a: Array, b: Array) -> float:
    """Largest |a_i - b_i|, NaN where one is."""
    largest = 0.0
    for i in range(len(a)):
        apart = abs(a[i] - b[i])
        if apart > largest or math.isnan(apart):
            largest = apart
    return largest


@borrowing
def damp(last: Array, image: Array, x: Array) -> None:
    """Into x: from a point part of the way to what the equations made of it, all (n,)."""
    for i in range(len(x)):
        x[i] = (1.0 - DAMPING) * last[i] + DAMPING * image[i]


@borrowing
def wants_slopes(search: Search, new: Array) -> bool:
    """Whether ``advance`` would try Newton's method on this answer."""
    wait = 0 if search.counts[2] else search.counts[1] - 1
    return bool(distance(new, search.x) < NEAR and wait <= 0)


@kernel
def advance(search: Search, new: Array, slopes: Array) -> int:
    """Take the equations' answer ``new`` (n,) at x, and ``slopes`` (n, n) there; set the next x.

    GOING, or the status at the end: x is the stable fixed point that damped iteration leads to;
    FROZEN where that is overlap 1, MAX_ITER where it is not known, for lack of steps or digits.
    Newton's step must halve the residual, and start where damped iteration contracts; otherwise it
    goes back to where that step began.
    """
    x, last, image, count, residual = search
    count[0] += 1
    change = distance(new, x)
    if count[2] and not change < 0.5 * residual[0]:
        damp(last, image, x)
        count[1], count[2] = PATIENCE, 0
        return GOING if count[0] < MAX_EVALUATIONS else MAX_ITER
    residual[0] = change
    put(x, last)
    put(new, image)
    if not (math.isfinite(change) and max(x[0], new[0]) < 1.0 - CEILING):
        x[:], residual[0] = np.nan, np.nan
        return FROZEN if math.isfinite(change) else MAX_ITER
    if change <= TOLERANCE:
        put(new, x)
        return OK
    if count[0] >= MAX_EVALUATIONS:
        return MAX_ITER
    newton = wants_slopes(search, new)
    count[1], count[2] = count[1] - 1, 0
    if newton and contracts(slopes):
        step = solution(np.eye(len(x)) - slopes, new - x)
        x += inside_share(x, step) * step
        count[2] = np.max(np.abs(x)) < 1.0
    if not count[2]:
        count[1] = PATIENCE if newton else count[1]
        damp(last, new, x)
    return GOING


@kernel
def settled(search: Search, new: Array) -> int:
    """The end at load 0, where the equations' answer does not depend on x, and may be overlap 1."""
    for into in (search.x, search.last, search.image):
        put(new, into)
    search.counts[0], search.residual[0] = 1, 0.0
    return OK


@kernel
def inside(x: Array) -> Array:
    """Overlaps with q held below 1, where averages over patterns are numbers (for load 0)."""
    x = x.copy()
    x[0] = min(x[0], 1.0 - CEILING)
    return x


@kernel
def product(a: Array, b: Array) -> Array:
    """a b, (n, n): by a loop, whose order of sums no library chooses."""
    c = np.zeros(a.shape)
    for i in range(len(a)):
        for k in range(len(a)):
            for j in range(len(a)):
                c[i, k] += a[i, j] * b[j, k]
    return c


@borrowing
def inside_share(x: Array, step: Array) -> float:
    """The share of a step that stays inside |x_i| < 1: where it leaves, most of the way there.

    Beyond the last saddle point every full step would lead out, and creeping is slow.
    """
    share = 1.0
    for i in range(len(x)):
        if abs(x[i] + step[i]) >= 1.0:
            share = min(share, MOST * (math.copysign(1.0, step[i]) - x[i]) / step[i])
    return share


@kernel
def contracts(slopes: Array) -> bool:
    """Whether the damped map's eigenvalues lie inside the unit circle: Jury's conditions on z^3 + a
    z^2 + b z + c; a map of fewer overlaps has zeros beside its own.
    """
    n = len(slopes)
    m = np.zeros((3, 3))
    for i in range(n):
        for j in range(n):
            m[i, j] = DAMPING * slopes[i, j] + (1.0 - DAMPING if i == j else 0.0)
    a, b = -(m[0, 0] + m[1, 1] + m[2, 2]), 0.0
    for i in range(3):
        j = (i + 1) % 3
        b += m[i, i] * m[j, j] - m[i, j] * m[j, i]
    c = -(
        m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
        + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
    )
    inside = abs(a + c) < 1.0 + b and abs(a - 3.0 * c) < 3.0 - b and c * c + b - a * c < 1.0
    return bool(inside)


@kernel
def solution(matrix: Array, right: Array) -> Array:
    """x (n,) with matrix x = right; both are used up. A vanishing pivot makes it infinite or
    NaN.
    """
    n = len(right)
    for i in range(n):
        for j in range(n):
            if j != i:
                share = matrix[j, i] / matrix[i, i]
                for k in range(i + 1, n):
                    matrix[j, k] -= share * matrix[i, k]
                right[j] -= share * right[i]
    for i in range(n):
        right[i] /= matrix[i, i]
    return right


@borrowing
def judged(status: int, stability: float, entropy: float) -> int:
    """Status of a saddle point with its replicon value and its entropy (or potential)."""
    if status != OK:
        return status
    return AT_UNSTABLE if stability >= 1.0 else FROZEN if entropy < -TOLERANCE else OK


class Orbit:
    """Whether damped iteration goes round for ever: it comes back to a mark, set after 1, 2, 4, ...
    points, from many steps away, to ``RETURNS`` marks in turn, and does not get narrower. A slow
    passage does not come back, and a spiral inwards gets narrower.
    """

    def __init__(self, start: Array) -> None:
        self.mark, self.far, self.n = start.copy(), 0.0, 0
        self.back, self.widths = False, list[float]()

    def closed(self, x: Array, change: float) -> bool:
        """Take the next point, which the equations would change by so much."""
        self.n += 1
        away = float(np.max(np.abs(x - self.mark)))
        self.back |= away < change and self.far > ROUND * change
        self.far = max(self.far, away)
        if self.n & (self.n - 1) == 0:
            self.widths = [*self.widths, self.far] if self.back else []
            self.mark, self.far, self.back = x.copy(), 0.0, False
        recent = self.widths[-RETURNS:]
        return len(recent) == RETURNS and recent[-1] > NARROWER * recent[0]


def solve(update: Callable[[Array], Array], start: Array) -> Saddle:
    """The search on equations without slopes: these are taken by differences, where wanted.

    They are dear: one that goes round in a cycle ends as MAX_ITER (it did so after minutes).
    """
    search, orbit, status = begin(start), Orbit(start), GOING
    slopes, more = np.empty((len(start), len(start))), 0
    while status == GOING:
        new = update(search.x.copy())
        change = float(np.max(np.abs(new - search.x)))
        if not search.counts[2] and orbit.closed(search.x, change):
            status = MAX_ITER
            break
        if wants_slopes(search, new):
            more += len(start)
            slopes = differences(update, search.x, new)
        status = advance(search, new, slopes)
    return Saddle(search.x, float(search.residual[0]), int(search.counts[0]) + more, status)


def differences(update: Callable[[Array], Array], x: Array, new: Array) -> Array:
    """Slopes (n, n) of ``update`` at x, where it gives ``new``."""
    slopes = np.empty((len(x), len(x)))
    for i in range(len(x)):
        shifted = x.copy()
        shifted[i] -= np.copysign(min(NUDGE, 0.1 * (1.0 - abs(x[0]))), x[i])  # inwards
        slopes[:, i] = (update(shifted) - new) / (shifted[i] - x[i])
    return slopes
