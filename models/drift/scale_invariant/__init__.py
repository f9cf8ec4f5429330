"""A learner whose output depends on the direction of its weights only, as behind a normalisation.

Every update is orthogonal to the weights, so that their norm grows and the effective learning rate
falls by itself. The weights enter by their norm and their overlap with the target: a Markov chain
of two numbers, exact at every dimension.
"""

from toysim.model import Check, Dim, FiniteSize, Landmark, Model, Observable
from toysim.models.drift.scale_invariant.parameters import ScaleInvariantParameters
from toysim.records import Clock, course

UPDATES = Clock(
    "update", "updates", end=lambda p: (p.duration * p.dimension + 0.5) // 1, whole=True
)

_EQUATIONS = """\
f(x) = w.x/|w|, x ~ N(0, I_d), y = m.x + sigma xi, |m| = 1, one fresh sample an update
e = y - f,  w <- a w + gamma/(d |w|) e (x - (x.w) w/|w|^2),  a = 1 - decay
c = w.m/|w|,  lambda = gamma/|w|^2,  S = 2 (1 - c) + sigma^2,  tau = updates/d, large d:
dc/dtau = lambda (1 - c^2) - lambda^2 c S/2 - delta c
dlambda/dtau = 2 omega lambda - lambda^3 S   (0 under projection);  omega = gamma kappa or kappa
plain, u = w - m: E|u|^2 <- E|u|^2 (1 - 2 eta + eta^2 (d + 2)) + eta^2 d sigma^2"""

_SIZE = FiniteSize(1.5, "dimension", 1)
_AT = f"{__name__}.landmarks"


def n_tasks(p: ScaleInvariantParameters) -> int:
    """Tasks that come to an end within the run."""
    length = max(1, round(p.task_length * p.dimension))
    return int(UPDATES.end(p)) // length if p.task_length > 0.0 else 0


def _theory_seconds(p: ScaleInvariantParameters) -> float:
    """Steps of a stiff flow are as short as 1/gamma^2, a million of them at most."""
    stiff = min(p.duration * p.rate**2 * (2.0 + p.noise**2), 1e6) if p.normalised else 0.0
    return 2e-4 + 2e-8 * p.duration * p.dimension + 2e-5 * n_tasks(p) + 2e-7 * stiff


def one_more(values):  # type: ignore[no-untyped-def]
    """A run one update longer."""
    return {**values, "duration": values["duration"] + 1.0 / values["dimension"]}


SCALE_INVARIANT = Model(
    id="drift.scale_invariant",
    title="regression behind a normalisation: norm growth, decay, projection and moving targets",
    parameters_class=ScaleInvariantParameters,
    clock=UPDATES,
    dims=(Dim("task", "task, in the order of training", n_tasks),),
    observables=(
        course("overlap", "cosine c of weights and target", finite_size=_SIZE),
        course(
            "effective_rate",
            "effective learning rate lambda: gamma/|w|^2, or what greedy takes",
            finite_size=_SIZE,
        ),
        course(
            "excess_loss", "excess loss 1 - c; of the plain learner |w - m|^2/2", finite_size=_SIZE
        ),
        Observable("final_excess", "excess loss at the end", finite_size=_SIZE),
        Observable(
            "task_end_overlap", "overlap at the end of the task", dims=("task",), finite_size=_SIZE
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("explicit",),
    equations=_EQUATIONS,
    sources=("arXiv:2407.01800", "arXiv:2309.14322", "derived"),
    seconds=lambda p: (
        2e-5 + 1.5e-7 * p.duration * p.dimension * (p.dimension / 8 if p.explicit else 1.0)
    ),
    theory_seconds=_theory_seconds,
    checks=(
        Check(
            {"dimension": 2000, "duration": 1.0, "n_records": 3, "task_length": 0.5, "noise": 0.5},
            {"norm": ["grow", "project"], "decay": [0.0, 0.2]},
            replicas=150,
        ),
        Check(
            {"dimension": 500, "duration": 0.02, "n_records": 3, "rate": 4.0},
            {"normalised": [False]},
            replicas=20_000,
            shifted=one_more,
        ),
        Check(
            {"dimension": 2000, "duration": 2.0, "n_records": 3, "drift": 0.3, "decay": 0.1},
            {"decay_kind": ["coupled", "independent"]},
            replicas=150,
        ),
    ),
    landmarks=(
        Landmark(
            "best_rate",
            "constant effective learning rate of the largest stationary overlap",
            f"{_AT}:best_rate",
            ("drift", "noise"),
            where="drift > 0",
        ),
        Landmark(
            "best_overlap",
            "overlap with a drifting target at the best effective rate",
            f"{_AT}:best_overlap",
            ("drift", "noise"),
            where="drift > 0",
        ),
        Landmark(
            "plain_stable_rate",
            "rate gamma above which the mean square of the learner without normalisation grows",
            f"{_AT}:plain_stable_rate",
            ("dimension",),
        ),
    ),
    version=2,
)
