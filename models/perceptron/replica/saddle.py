"""Saddle points: damped iteration of the overlaps until it is seen where it goes, then Newton."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.perceptron.replica.solver_outputs import AT_UNSTABLE, FROZEN, MAX_ITER, OK

Array = npt.NDArray[np.float64]
NAN = float("nan")

DAMPING = 0.5
TOLERANCE = 1e-12  # largest change by an undamped update
MAX_EVALUATIONS = (
    5000  # a passage just beyond a spinodal, at distance e of it, takes about 10/sqrt(e)
)
CEILING = 1e-9  # closer to overlap 1 than this there is no saddle point below it
NEAR = 1e-2  # Newton steps are tried below this residual ...
PATIENCE = 10  # ... and, where one failed, again after so many damped updates
NUDGE = 1e-7  # of an overlap, for differences


class Saddle(NamedTuple):
    """Overlaps (n,) of a saddle point (NaN if there is none below 1), and how it was found."""

    overlaps: Array
    residual: float
    evaluations: int
    status: int


def judged(found: Saddle, stability: float, entropy: float) -> int:
    """Status of a saddle point with its replicon value and its entropy (or potential)."""
    if found.status != OK:
        return found.status
    return AT_UNSTABLE if stability >= 1.0 else FROZEN if entropy < -TOLERANCE else OK


def solve(update: Callable[[Array], Array], start: Array) -> Saddle:
    """The stable fixed point of ``update`` that damped iteration from ``start`` (n,) leads to.

    The first of the overlaps is the self-overlap q; where it reaches 1, the status is FROZEN.
    """
    x, new, evaluations, wait = start, update(start), 1, 0
    residual = np.inf
    while evaluations < MAX_EVALUATIONS:
        residual = float(np.max(np.abs(new - x)))
        if not (np.isfinite(residual) and max(x[0], new[0]) < 1.0 - CEILING):
            return Saddle(np.full_like(x, np.nan), np.nan, evaluations, FROZEN)
        if residual <= TOLERANCE:
            return Saddle(new, residual, evaluations, OK)
        wait -= 1
        if residual < NEAR and wait <= 0:
            polished = _newton(update, x, new)
            evaluations += len(x) + 1
            if polished is not None:
                x, new = polished
                continue
            wait = PATIENCE
        x = (1.0 - DAMPING) * x + DAMPING * new
        new = update(x)
        evaluations += 1
    return Saddle(x, residual, evaluations, MAX_ITER)


def _newton(update: Callable[[Array], Array], x: Array, new: Array) -> tuple[Array, Array] | None:
    """One Newton step from x, where ``update`` gives ``new``, and the update there.

    None unless damped iteration contracts at x, where the saddle point is its limit, and the
    residual is halved.
    """
    jacobian = np.empty((len(x), len(x)))
    for i in range(len(x)):
        shifted = x.copy()
        shifted[i] -= np.copysign(min(NUDGE, 0.1 * (1.0 - abs(x[0]))), x[i])  # inwards
        jacobian[:, i] = (update(shifted) - new) / (shifted[i] - x[i])
    if not np.all(np.isfinite(jacobian)):
        return None
    damped = (1.0 - DAMPING) * np.eye(len(x)) + DAMPING * jacobian
    if np.max(np.abs(np.linalg.eigvals(damped))) >= 1.0:
        return None
    trial = x + np.linalg.solve(np.eye(len(x)) - jacobian, new - x)
    if not np.all(np.abs(trial) < 1.0):
        return None
    renewed = update(trial)
    return (
        (trial, renewed)
        if np.max(np.abs(renewed - trial)) < 0.5 * np.max(np.abs(new - x))
        else None
    )
