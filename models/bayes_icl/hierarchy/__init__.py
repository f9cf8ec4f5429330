"""A shared prior over tasks, learned from episodes by closed-form updates.

Two conjugate hierarchies: task vectors seen exactly, under a normal-inverse-Wishart prior; and
scalar tasks seen through shots, with known variances.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.bayes_icl.hierarchy.parameters import HierarchyParameters

_EQUATIONS = """\
observed: Sigma ~ IW(Lambda0, nu0) of mean 1, Lambda0 = (nu0 - p - 1) 1, mu ~ N(0, Sigma/k0),
tasks ~ N(mu, Sigma); after N tasks of mean xbar and scatter S about it, nu = nu0 + N - p + 1:
k_N = k0 + N, m_N = N xbar/k_N, Lambda_N = Lambda0 + S + (k0 N/k_N) xbar xbar'
prediction: Student t of nu degrees at m_N, scale Lambda_N (k_N + 1)/(k_N nu)
shots: mu ~ N(0, v0), tasks ~ N(mu, tau^2), shots ~ N(task, s^2); v_N = 1/(1/v0 + N/(tau^2 + s^2/m))
risk = A (s^2/n)/(A + s^2/n),  A = tau^2 + v_N"""

HIERARCHY = Model(
    id="bayes_icl.hierarchy",
    title="global prior learned one episode at a time",
    parameters_class=HierarchyParameters,
    dims=(Dim("episode", "episodes seen", lambda p: p.n_episodes + 1),),
    observables=(
        Observable(
            "log_loss",
            "-ln of the predicted density at a new task",
            "nats",
            ("episode",),
            scale=1.0,
        ),
        Observable(
            "log_loss_oracle",
            "the same of the true distribution of tasks",
            "nats",
            ("episode",),
            scale=1.0,
        ),
        Observable("regret", "log_loss above the oracle's", "nats", ("episode",), scale=1.0),
        Observable(
            "risk",
            "squared error of a new scalar task's estimate from its shots",
            dims=("episode",),
        ),
        Observable(
            "order_gap",
            "largest change of m_N, Lambda_N with episodes reversed, over their largest entry",
            atol=1e-12,
            scale=1.0,
        ),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2306.09702", "means derived"),
    theory_ignores=("n_tests",),
    seconds=lambda p: (
        2e-4 + p.n_episodes * (1e-6 + 1e-8 * p.dim**3 + p.n_tests * (5e-8 + 2e-8 * p.dim**2))
    ),
    checks=(
        Check({"n_episodes": 3, "mode": "observed"}, replicas=32_000),
        Check({"n_episodes": 3, "mode": "shots"}, replicas=40_000),
    ),
    landmarks=(
        Landmark(
            "risk_floor",
            "risk of shots that is left after endlessly many episodes",
            "toysim.models.bayes_icl.landmarks:risk_floor",
            ("shots", "between_variance", "within_variance"),
        ),
    ),
)
