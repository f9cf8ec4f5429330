"""A finite pool of recurring tasks with a common solution: knowledge accumulates although every
switch forgets.

A visit takes out the error along the rows of its task. In the mean the second moments of the error
close, for random visits and for any order. Rates of learning are eigenvalues; learning is slowest
where the tasks together have just as many rows as there are weights.
"""

from typing import Any

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.continual.task_pool.parameters import TaskPoolParameters
from toysim.models.continual.visits import VISITS
from toysim.records import course

_EQUATIONS = """\
delta = w - w*; task j has rows X_j (n by d), H_j = X_j'X_j/n; a visit delta <- B_j delta
interpolate B = 1 - kappa P_j, P_j the projector on the rows; descend B = (1 - eta H_j)^s
M = E delta delta': M <- sum_j q_j B_j M B_j;  loss of task j: tr(H_j M)/2
K n = d: mean projector's least eigenvalue x- = (sqrt(g (K-1)) - sqrt(1 - g))^2/K = 0, g = n/d"""

_LANDMARKS = f"{__name__}.landmarks:"


def _rows(p: Any) -> int:
    return int(p.n_tasks * p.n_samples)


def _product(p: Any) -> float:
    """Multiplications of a visit's product in the space of the rows."""
    return float(_rows(p) * min(_rows(p), p.dimension) ** 2)


def _steps(p: Any) -> float:
    """Visits that theory goes through, or powers that it takes instead; more for the rates."""
    steady = p.sequence == "uniform" and not p.arrival
    steps = 5.0 * p.n_visits**0.5 if steady else p.n_visits
    return float(steps + p.rates * 500.0)


TASK_POOL = Model(
    id="continual.task_pool",
    title="a pool of recurring tasks with a common solution",
    parameters_class=TaskPoolParameters,
    clock=VISITS,
    dims=(Dim("task", "task of the pool", lambda p: p.n_tasks),),
    observables=(
        course("task_loss", "loss of the task", dims=("task",)),
        course("pool_loss", "loss, mean over the tasks"),
        course("square_error", "squared distance from the common solution"),
        course(
            "switch_forgetting",
            "loss of the task visited before, where the last visit was to another, else 0",
        ),
    ),
    diagnostics=(
        course("worst_loss", "largest mean loss of a task"),
        Observable("random_rate", "share of the mean square left by a visit, late, at random"),
        Observable("cyclic_rate", "the same of a cycle of visits"),
        Observable("smallest_eigenvalue", "of the mean projector, the smallest above 0"),
    ),
    version=4,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2207.04543", "arXiv:2205.09588", "moments and rates derived"),
    seconds=lambda p: (
        3e-4
        + p.n_visits * (2e-7 + 1.2e-9 * p.n_samples * p.dimension)
        + p.n_records * p.n_tasks * p.n_samples * p.dimension * 1e-9
        + p.n_tasks * p.n_samples**2 * p.dimension * 3e-9
    ),
    theory_seconds=lambda p: (
        3e-4
        + 5e-10 * _rows(p) * p.dimension * min(_rows(p), p.dimension)
        + _steps(p) * (5e-6 + 5e-11 * _product(p))
        + p.n_records * (5e-5 + 2e-11 * _product(p))
    ),
    # Many rows a task, so that few runs see its loss well.
    checks=(
        Check(
            {"n_tasks": 3, "n_samples": 20, "n_visits": 4, "n_records": 3},
            {"sequence": ["uniform", "cyclic"], "visit_kind": ["interpolate", "descend"]},
            replicas=8000,
            shifted=VISITS.one_more,
        ),
        Check(
            {"n_tasks": 3, "n_samples": 20, "arrival": True, "n_visits": 3, "n_records": 2},
            {"rehearsal": ["none", "balanced"]},
            replicas=16_000,
        ),
    ),
    landmarks=(
        Landmark(
            "critical_tasks",
            "number of tasks at which a random pool learns slowest, as a power of time",
            _LANDMARKS + "critical_tasks",
            ("n_samples", "dimension"),
            along="n_tasks",
        ),
        Landmark(
            "slowest_eigenvalue",
            "least eigenvalue above 0 of a large random pool's mean projector",
            _LANDMARKS + "slowest_eigenvalue",
            ("n_tasks", "n_samples", "dimension"),
        ),
    ),
)
