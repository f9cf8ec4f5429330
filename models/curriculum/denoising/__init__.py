"""Noise levels as tasks: a linear denoiser of Gaussian data whose weights are shared by levels.

Levels of little noise converge slowly where the data have small variances. A cumulative curriculum
starts from the noisiest levels; the mean loss of every order has an exact recursion.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.curriculum.denoising.parameters import DenoisingParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

_EQUATIONS = """\
x_t = sqrt(A_t) x_0 + sqrt(1 - A_t) eps, x_0 ~ N(0, diag l), l_i ~ i^-a of mean 1
A_t = prod_(s<=t) (1 - b_s), t = 0..999, b_s in even steps from 0.0001 to 0.02
theta_i <- theta_i - eta (theta_i.phi x_i - eps_i) x_i phi,  phi_k(t) = cos(k pi t/1000)
p = phi phi', v = A l + 1 - A
g = sqrt(1 - A)/v, s^2 = A l/v;  M, mu: moments of theta_i, mean over levels
M <- M - eta v (pM + Mp) + 3 eta^2 v^2 pMp + eta g v (phi mu' + mu phi')
       - 6 eta^2 v^2 g (phi.mu) p + eta^2 (3 v^2 g^2 + v s^2) p
mu <- mu - eta v p mu + eta g v phi
loss(t) = sum_i [v phi'M phi - 2 v g phi.mu + 1]/2"""

_SHORT = {"n_modes": 2, "n_features": 2, "n_steps": 5, "learning_rate": 0.02, "n_levels_used": 20}

DENOISING = Model(
    id="curriculum.denoising",
    title="linear denoiser of Gaussian data, its noise levels in any order",
    parameters_class=DenoisingParameters,
    clock=UPDATES,
    dims=(Dim("level", "noise level used, the least noise first", lambda p: p.n_levels_used),),
    observables=(
        course("loss", "half the squared error of eps, sum over modes, mean over the levels used"),
        Observable("loss_level", "the same at the level, at the end", dims=("level",)),
    ),
    diagnostics=(
        Observable("time_level", "t of the level, 0 to 999", dims=("level",)),
        Observable(
            "steps_to_1_percent",
            "updates on the level alone until the error above the noise floor is 1 % of its start",
            "updates",
            ("level",),
        ),
        Observable("relative_entropy", "KL(p_(t-1) || p_t) at the level", "nats", ("level",)),
        Observable("loss_least", "least mean loss of weights shared by all levels used"),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2403.10348", "recursion derived"),
    seconds=lambda p: 2e-4 + p.n_steps * (1e-7 + p.n_modes * (5e-9 + 3e-9 * p.n_features)),
    theory_seconds=lambda p: (
        0.01
        + 2e-6 * p.n_modes * p.n_levels_used
        + 1e-8 * p.n_modes * p.n_features**4 * (p.n_levels_used + 60 * p.n_features**2)
    ),
    checks=(
        Check(
            _SHORT | {"n_records": 3},
            {"order": ["joint", "easy_first", "hard_first"]},
            replicas=4000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "stable_rate",
            "learning rate above which mean squares grow in a stage of the order",
            "toysim.models.curriculum.landmarks:denoising_stable_rate",
            (
                *("n_modes", "power", "n_features", "order"),
                *("n_clusters", "trained_level", "n_levels_used"),
            ),
            seconds=lambda p: 2e-2 + 4e-9 * p.n_clusters * p.n_modes * p.n_features**6,
            digits=8,
            along="learning_rate",
        ),
    ),
)
