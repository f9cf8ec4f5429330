"""A teacher that samples tasks by absolute learning progress, beside a random one and an oracle.

A chain of tasks: one is unlocked by competence in the one before, many others cannot be learned at
all. A teacher that follows progress finds what can be learned now, and wastes a share of its visits
on finding it.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.curriculum.learning_progress.parameters import LearningProgressParameters
from toysim.records import Clock, course

EPISODES = Clock("episode", "episodes", end=lambda p: p.n_episodes, whole=True)

_EQUATIONS = """\
task k < K_l is learnable, unlocked at c_(k-1) >= u: a visit makes c_k += 1 up to m, reward c_k/m
ALP_k <- |r - last_k|; progress: uniform with probability eps, else in proportion to ALP
random: E mastered(n) = sum_k P(Bin(n, 1/K) >= k u), E episodes = K K_l u; oracle: K_l u
progress: T(a, b) = (1 + p_a T(a-1, b) + p_b T(a, b+1))/(p_a + p_b), T(., u) = 0"""

LEARNING_PROGRESS = Model(
    id="curriculum.learning_progress",
    title="teachers of a chain of tasks among tasks that cannot be learned",
    parameters_class=LearningProgressParameters,
    clock=EPISODES,
    observables=(
        course("mastered", "learnable tasks of competence u and more"),
        Observable("episodes", "episodes until the chain is mastered", "episodes"),
    ),
    diagnostics=(
        # Beside the observable, not held against it: runs that all count alike have no spread.
        course("mastered_mean", "mean of mastered over runs; NaN of progress"),
        Observable("speed_up", "mean episodes of the random teacher over those of this one"),
        Observable("episodes_deviation", "standard deviation of the episodes, random teacher"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("mastered",),
    equations=_EQUATIONS,
    sources=("arXiv:1910.07224", "times derived"),
    seconds=lambda p: (
        5e-5
        + (4e-8 + 2.5e-9 * p.n_tasks * (p.teacher == "progress"))
        * max(p.n_episodes, min(p.max_episodes, 2 * p.n_tasks * p.n_chain * p.unlock_at))
    ),
    theory_seconds=lambda p: 1e-3 + 1e-7 * (p.capacity + 2) * p.unlock_at,
    checks=(
        Check(
            {"n_tasks": 4, "n_chain": 2, "unlock_at": 3, "capacity": 4, "n_episodes": 40}
            | {"n_records": 5, "teacher": "random"},
            replicas=40_000,
        ),
        Check(
            {"n_tasks": 12, "n_chain": 3, "unlock_at": 20, "capacity": 22, "n_episodes": 100}
            | {"n_records": 1},
            {"teacher": ["progress", "oracle"]},
            replicas=4000,
        ),
    ),
    landmarks=(
        Landmark(
            "teaching_time",
            "mean number of episodes until the chain is mastered",
            "toysim.models.curriculum.learning_progress.theory:teaching_time",
            ("n_tasks", "n_chain", "capacity", "unlock_at", "exploration", "teacher"),
            "episodes",
            where="of progress: no reward noise, and finished tasks are few or rarely met",
        ),
    ),
)
