"""Solutions of anchored tasks and the importances of weights, in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.continual.anchored.problem import Tasks

Array = npt.NDArray[np.float64]


def path_integral(curvature: Array, modes: Array, off: Array, step: float) -> Array:
    """omega_i (d,), the sum of eta g_i^2 of a whole descent with step eta; derived. With
    y = U'(w_0 - w) the way to the minimum in the modes U of curvature h,

        omega_i = sum_ab U_ia U_ib h_a h_b y_a y_b/(h_a + h_b - eta h_a h_b);

    ``step`` 0 is the flow: omega adds up to the loss drop.
    """
    moving = curvature > 1e-14 * curvature[-1]
    h, u = curvature[moving], modes[:, moving]
    y = h * (u.T @ off)
    below = h[:, None] + h - step * h[:, None] * h
    return np.asarray(np.einsum("ia,ab,ib->i", u, np.outer(y, y) / below, u))


def synapses(h: Array, w: Array) -> Array:
    """E |d f^2/d w_i| of memory-aware synapses (d,), f = w.x, x ~ N(0, H); derived:

        (4 s_f s_i/pi) (sqrt(1 - rho^2) + rho arcsin rho),

    s_f^2 = w'Hw, s_i^2 = H_ii, rho = (Hw)_i/(s_f s_i).
    """
    pulled, own = h @ w, np.sqrt(np.diagonal(h))
    size = np.sqrt(w @ pulled)
    rho = np.clip(pulled / (size * own), -1.0, 1.0)
    return np.asarray(4.0 * size * own / np.pi * (np.sqrt(1.0 - rho**2) + rho * np.arcsin(rho)))


def importance(method: str, h: Array, w: Array, moved: Array, path: Array, xi: float) -> Array:
    """What a task adds to the anchor's matrix (d, d), but for l2."""
    if method == "joint":
        return h
    if method == "si":
        return np.diag(path / (moved**2 + xi))
    return np.diag(synapses(h, w) if method == "mas" else np.diagonal(h))


def front_excess(given: Tasks, old: float, new: float) -> float:
    """Old loss over that of the joint curve, lambda in 0..inf, at the same new loss; two tasks.

    In the modes H2 u = mu H1 u, u'H1 u = 1, with k the coordinates of v1 - v2,
    new = sum mu (lambda/(mu + lambda))^2 k^2/2, old = sum (mu/(mu + lambda))^2 k^2/2. NaN beyond
    the curve's ends.
    """
    from scipy.linalg import eigh  # 0.2 s to import, and seldom needed
    from scipy.optimize import brentq

    first, second = given.hessians
    mu, u = eigh(second, first)
    k = u.T @ (first @ (given.teachers[0] - given.teachers[1]))

    def beyond(log: float) -> float:
        share = 1.0 / (1.0 + mu * np.exp(-log))
        return float(0.5 * np.sum(mu * (share * k) ** 2) - new)

    if not (np.isfinite(old) and beyond(-40.0) < 0.0 < beyond(40.0)):
        return np.nan
    log = brentq(beyond, -40.0, 40.0, xtol=1e-12)
    return old / float(0.5 * np.sum((mu / (mu + np.exp(log)) * k) ** 2))


def solved(p: Any, given: Tasks) -> tuple[Array, Array, float]:
    """Weights (d,) after all tasks, the importances that held them last (d,), and the largest
    condition number on the way: w = (H + lambda A)^-1 (H v + lambda A w_before).
    """
    d = p.dimension
    anchor = np.eye(d) if p.method == "l2" else np.zeros((d, d))
    w, held, worst = np.zeros(d), np.zeros(d), 1.0
    for t, (h, v) in enumerate(zip(given.hessians, given.teachers, strict=True)):
        held = np.diagonal(anchor).copy()
        m = h + (p.strength if t else 0.0) * anchor
        curvature, modes = np.linalg.eigh(m)
        worst = max(worst, curvature[-1] / max(curvature[0], 1e-300))
        before = w
        w = before + modes @ ((modes.T @ (h @ (v - before))) / curvature)
        path = path_integral(curvature, modes, before - w, p.step / curvature[-1])
        if p.method != "l2":
            anchor = anchor + importance(p.method, h, w, w - before, path, p.xi)
    return w, held, worst


def projected(p: Any, given: Tasks) -> tuple[Array, Array, float]:
    """The same of steps across the rows of the tasks before, w = w_before + B (B'HB)^+ B'H (v -
    w_before), B a basis across them.
    """
    w, worst = np.zeros(p.dimension), 1.0
    for t, (h, v) in enumerate(zip(given.hessians, given.teachers, strict=True)):
        n_old = t * p.n_samples
        old = given.rows[:t].reshape(n_old, p.dimension)
        basis = np.linalg.qr(old.T, mode="complete")[0][:, n_old:] if t else np.eye(p.dimension)
        curvature, modes = np.linalg.eigh(basis.T @ h @ basis)
        moving = curvature > 1e-10 * curvature[-1]
        along = basis @ modes[:, moving]
        w = w + along @ ((along.T @ (h @ (v - w))) / curvature[moving])
        worst = max(worst, curvature[-1] / curvature[moving][0])
    return w, np.zeros(p.dimension), worst
