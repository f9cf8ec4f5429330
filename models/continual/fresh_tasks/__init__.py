"""Linear tasks learned one after the other, each visit from fresh data up to interpolation."""

from collections.abc import Mapping
from typing import Any

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.continual.fresh_tasks.parameters import FreshTasksParameters
from toysim.models.continual.visits import VISITS
from toysim.records import course

_EQUATIONS = """\
X (n by d) standard normal, y = X v_j + sigma xi,  w <- w + kappa X^+ (y - X w),  w = 0 at first
e_i = |w - v_i|^2,  D_ij = |v_i - v_j|^2,  q = n/d,  S1 = sigma^2 n/(d-n-1)
E e_i <- (1 - q kappa) e_i + q kappa D_ij - q kappa (1-kappa) e_j + kappa^2 S1
E e_i e_l closes likewise in E e e' and D
kappa = 1: final mean error = r^T mean e(0) + (1-r) sum_k r^(T-k) R_j(k) + S1 (1-r^T)/(1-r),
r = 1 - q, R_j = mean_i D_ij: best with R falling, worst with R rising"""

_HERE = "toysim.models.continual.fresh_tasks.landmarks"
_TEACHERS = (
    "dimension",
    "teachers",
    "arrangement",
    "similarity",
    "teacher_dimension",
    "spread",
    "teacher_draw",
    "common_draw",
)
_VISITS = (
    "n_samples",
    "noise",
    "n_tasks",
    "n_visits",
    "sequence",
    "order",
    "arrival",
    "phase_visits",
    "rehearsal",
    "exponent",
    "decay",
)
_ORDERED = "plasticity 1, and sequences without a draw"


def _seconds(p: FreshTasksParameters) -> float:
    pairs = p.n_tasks**2 * (p.n_tasks if p.drawn else 1)
    draws = 1e-6 + 6e-8 * p.coordinates + 4e-9 * p.n_tasks * p.coordinates
    return 2e-5 + p.n_visits * (draws + 1e-7 * pairs)


def _rotated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The sequence begun one visit later."""
    order = values["order"]
    return {**values, "order": (*order[1:], order[0])}


_ORDER = (0, 0, 2, 1, 1, 2)

FRESH_TASKS = Model(
    id="continual.fresh_tasks",
    title="linear tasks in sequence, fresh data at each visit",
    parameters_class=FreshTasksParameters,
    clock=VISITS,
    dims=(
        Dim("task", "task", lambda p: p.n_tasks),
        Dim("other", "task that is compared", lambda p: p.n_tasks),
        Dim("visited", "visit, from the first", lambda p: p.n_visits),
    ),
    observables=(
        course("error", "excess error of a task after the visits of the record", dims=("task",)),
        course("error_square", "its square", dims=("task",)),
        course("mean_error", "mean excess error over tasks"),
        course("mean_error_square", "its square"),
        Observable("final_error", "mean excess error over tasks after all visits"),
        Observable(
            "error_increase",
            "mean rise of old tasks' errors since their first block of visits",
            scale=1.0,
        ),
        Observable("error_increase_square", "its square", scale=1.0),
        Observable(
            "forward_transfer",
            "mean fall of tasks' errors before their first visit, but for the first task",
            scale=1.0,
        ),
    ),
    diagnostics=(
        course("worst_error", "largest of the tasks' exact means"),
        Observable("retention", "weight of a task in the end state", dims=("task",)),
        Observable("centrality", "mean squared distance to all teachers", dims=("task",)),
        Observable("distance", "squared distance of two teachers", dims=("task", "other")),
        Observable("best_order_error", "mean final error of the best order of the visits"),
        Observable("worst_order_error", "mean final error of the worst order"),
        Observable("best_plasticity", "one plasticity of the least mean final error"),
        Observable("best_plasticities", "one a visit", dims=("visited",)),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=(
        "arXiv:2302.05836",
        "arXiv:2502.03350",
        "arXiv:2211.15470",
        "arXiv:2401.10393",
        "second moments derived",
    ),
    seconds=_seconds,
    theory_seconds=lambda p: _seconds(p) + p.tune * (0.03 + 5e-4 * p.n_visits),
    checks=(
        Check(
            {
                "n_tasks": 3,
                "n_visits": 6,
                "sequence": "given",
                "order": _ORDER,
                "arrangement": "chain",
                "similarity": 0.4,
                "n_records": 4,
                "dimension": 30,
            },
            {"plasticity": [0.6, 1.0, 1.4], "n_samples": [6, 15]},
            replicas=20_000,
            shifted=_rotated,
        ),
        Check(
            {"n_tasks": 3, "n_visits": 6, "phase_visits": 2, "arrival": True, "n_records": 7},
            {"rehearsal": ["uniform", "power", "exponential", "balanced"]},
            replicas=20_000,
        ),
    ),
    landmarks=(
        Landmark(
            "best_order_error",
            "mean final error of the best order of the visits: eccentric first, central last",
            f"{_HERE}:best_order_error",
            (*_TEACHERS, *_VISITS, "plasticity", "plasticities"),
            where=_ORDERED,
        ),
        Landmark(
            "worst_order_error",
            "mean final error of the worst order, its reverse",
            f"{_HERE}:worst_order_error",
            (*_TEACHERS, *_VISITS, "plasticity", "plasticities"),
            where=_ORDERED,
        ),
        Landmark(
            "best_plasticity",
            "plasticity, one for all visits, of the least mean final error",
            f"{_HERE}:best_plasticity",
            (*_TEACHERS, *_VISITS),
            digits=6,
            along="plasticity",
        ),
        Landmark(
            "balanced_share",
            "rehearsal's share for the newest of K tasks that keeps the worst best",
            f"{_HERE}:balanced_share",
            ("dimension", "n_samples", "n_tasks", "n_visits", "arrival", "phase_visits"),
        ),
    ),
)
