"""Exact courses of both residuals at a switch, step by step, and the gap of the flow."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.jit import kernel
from toysim.models.continual.stability_gap import flow
from toysim.models.continual.stability_gap.measures import observed
from toysim.models.continual.stability_gap.problem import Problem, problem

Array = npt.NDArray[np.float64]


@kernel
def responses(rate: Array, beta: float, n_steps: int) -> Array:
    """f_t = (1 - u_t)/lambda of every mode, times eta^-1, (T+1, modes): of eta lambda = ``rate``
    u_0 = 1, u_1 = 1 - eta lambda, u_(t+1) = (1 + beta - eta lambda) u_t - beta u_(t-1), so that
    f_(t+1) = f_t + d_t, d_t = beta d_(t-1) + 1 - eta lambda f_t also where lambda is 0.

    Not from f_t and f_(t-1): a difference of theirs would be taken times 1/(1 - beta), which left 7
    digits of 10^5 steps at beta = 0.999.
    """
    f = np.zeros((n_steps + 1, len(rate)))
    for k in range(len(rate)):
        d = 0.0
        for t in range(n_steps):
            d = beta * d + 1.0 - rate[k] * f[t, k]
            f[t + 1, k] = f[t, k] + d
    return f


def quadratic(p: Any, given: Problem) -> tuple[Array, float]:
    """Residuals (2, P, T+1) of descent on one quadratic, e(t) = x' M^-1 (1 - u_t(M)) b, M its
    Hessian and b = (weight of the new loss) E x2; and the largest eigenvalue of M.
    """
    e, fastest = np.empty((2, len(given.residual), p.n_steps + 1)), 0.0
    for k, (x1, x2, size) in enumerate(zip(given.old, given.new, given.residual, strict=True)):
        hessian = given.old_weight * np.outer(x1, x1) + given.new_weight * np.outer(x2, x2)
        curvature, modes = np.linalg.eigh(hessian + given.penalty)
        curvature = np.maximum(curvature, 0.0)
        f = responses(p.learning_rate * curvature, p.momentum, p.n_steps)
        pull = p.learning_rate * given.new_weight * size * (modes.T @ x2)
        e[0, k] = f @ (pull * (modes.T @ x1))
        e[1, k] = f @ (pull * (modes.T @ x2)) - size
        fastest = max(fastest, float(curvature[-1]))
    return e, fastest


def kept_apart(p: Any, given: Problem) -> tuple[Array, float]:
    """The same across x1 alone: e2 shrinks by 1 - eta g2 (1-c^2) a step, e1 stays; in gem from the
    first step on, which is taken whole.
    """
    across = given.new[:, 1] ** 2
    t = np.arange(p.n_steps + 1.0)
    e = np.zeros((2, len(across), len(t)))
    if p.method == "projection":
        e[1] = -given.residual[:, None] * (1.0 - p.learning_rate * across[:, None]) ** t
        return e, float(across.max())
    first = p.learning_rate * given.residual * given.new[:, 0] * given.old[:, 0]
    left = -given.residual * (1.0 - p.learning_rate * p.new_curvature)
    e[0, :, 1:] = first[:, None]
    e[1, :, 0] = -given.residual
    e[1, :, 1:] = left[:, None] * (1.0 - p.learning_rate * across[:, None]) ** t[:-1]
    return e, float(across.max())


def predicted(row: Row) -> Rows:
    """Every observable and diagnostic of one row."""
    p, given = row.p, problem(row.p)
    apart = p.method in ("gem", "projection")
    with np.errstate(over="ignore", invalid="ignore"):
        e, fastest = (kept_apart if apart else quadratic)(p, given)
        losses = 0.5 * np.sum(e[0] ** 2, axis=0)
        found = observed(e[:, :, row.record_at], losses, given.residual)
    stable = p.learning_rate * fastest < 2.0 * (1.0 + p.momentum)
    whole = p.method != "gem" or (
        len(given.residual) == 1 and p.learning_rate * p.new_curvature <= 1.0
    )
    return found | of_flow(p, given) | {"valid": np.asarray(stable and whole)}


def of_flow(p: Any, given: Problem) -> Rows:
    """Gap, peak and time of one pair under gradient flow, the time in steps."""
    told = flow.Gap(np.nan, np.nan, np.nan)
    if p.method in ("replay", "ewc_full") and len(given.residual) == 1:
        weights = given.old_weight, given.new_weight
        curvatures = p.old_curvature, p.new_curvature
        told = flow.gap(p.overlaps[0], float(given.residual[0]), *weights, *curvatures)
    return {
        "flow_gap": np.asarray(told.gap),
        "flow_peak": np.asarray(told.peak),
        "flow_time": np.asarray(told.time / p.learning_rate),
    }


def predict(batch: Batch) -> Rows:
    """Every observable; valid where the descent is stable: eta lambda+ < 2(1 + beta), and in gem of
    one pair with eta g2 <= 1, where the new residual keeps its sign.
    """
    return stacked([predicted(row) for row in batch.rows()])
