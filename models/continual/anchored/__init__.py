"""Tasks learned one after the other, each with a quadratic anchor at the solution before.

Replay with weight alpha is ``joint`` with strength alpha/(1 - alpha), for two tasks.
"""

import math
from typing import Any

from toysim.model import Check, Dim, Model, Observable
from toysim.models.continual.anchored.parameters import AnchoredParameters

_EQUATIONS = """\
w_t = argmin (w-v_t)'H_t(w-v_t)/2 + lambda (w-w_(t-1))'A_(t-1)(w-w_(t-1))/2, w_0 = 0
A: joint sum H_s, ewc its diagonal, l2 1, si sum omega_i/(Delta_i^2 + xi), mas sum E|d f^2/d w_i|
omega_i = sum_ab U_ia U_ib h_a h_b y_a y_b/(h_a + h_b - eta h_a h_b), y = U'(w_(t-1) - w_t)
E|d f^2/d w_i| = (4 s_f s_i/pi) (sqrt(1-rho^2) + rho arcsin rho)"""

_EXACT: dict[str, Any] = {"rtol": 2e-6, "scale": 1e-3}


def _flatness(p: AnchoredParameters) -> float:
    """About how much flatter than the covariance the flattest direction of the rows is."""
    if p.n_samples == 0:
        return 1.0
    old = p.n_samples * (p.n_tasks - 1) if p.method == "projection" else 0
    few, many = sorted((p.n_samples, p.dimension - old))
    return 4.0 / (1.0 - math.sqrt(few / (many + 0.5))) ** 2


def _seconds(p: AnchoredParameters) -> float:
    steps: float = min(1e6, 60.0 / p.step * _flatness(p) * p.dimension**p.spectrum)
    return 1e-3 + p.n_tasks * (steps * (3e-8 + 5e-10 * p.dimension**2) + 2e-4 * p.dimension)


ANCHORED = Model(
    id="continual.anchored",
    title="tasks in sequence with quadratic anchors",
    parameters_class=AnchoredParameters,
    dims=(
        Dim("task", "task", lambda p: p.n_tasks),
        Dim("weight", "weight", lambda p: p.dimension),
    ),
    observables=(
        Observable("task_loss", "excess loss of a task after all", dims=("task",), **_EXACT),
        Observable("old_loss", "mean excess loss of all tasks but the last", **_EXACT),
        Observable("new_loss", "excess loss of the last task", **_EXACT),
        Observable(
            "importance", "diagonal of the anchor in the last task", dims=("weight",), **_EXACT
        ),
    ),
    diagnostics=(
        Observable("front_excess", "old loss over the joint curve's at the same new loss"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    equations=_EQUATIONS,
    sources=("arXiv:2403.13249", "arXiv:2105.00157", "closed forms derived"),
    seconds=_seconds,
    theory_seconds=lambda p: 2e-3 + 1e-8 * p.n_tasks * p.dimension**3,
    checks=(
        Check(
            {"dimension": 6, "n_samples": 20, "n_tasks": 3},
            {"method": ["joint", "ewc", "l2", "si", "mas"], "rotation": ["none", "new", "all"]},
            replicas=3,
            shifted=lambda values: {**values, "strength": 1.03 * values.get("strength", 0.7)},
        ),
        Check(
            {"method": "projection", "dimension": 12, "n_samples": 3, "n_tasks": 3},
            {"spectrum": [0.0, 1.0]},
            replicas=3,
        ),
    ),
)
