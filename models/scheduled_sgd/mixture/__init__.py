"""SGD on one source after another: re-warming, replay, and schedules that never decay, exactly.

Every source has its own teacher and its own input variances. A stage draws its samples from its
source, and a share of them from the sources before (replay). Means and variances of the weights
close, so what is forgotten and what is learned are numbers.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.scheduled_sgd.mixture.parameters import MixtureParameters
from toysim.records import Clock, course

STAGES = Clock(
    "update",
    "updates",
    end=lambda p: (
        (p.n_sources == 2) * (p.n_steps_old + p.n_steps_new)
        + (p.n_sources > 2) * p.n_sources * p.source_steps
    ),
    whole=True,
)

_EQUATIONS = """\
x ~ N(0, diag h_k), y = x.w_k + s z, source k with share q_k of the stage; L_k = E (x.(w - w_k))^2/2
mu = E w, v = Var w, D_k = mu - w_k, n = sum_k q_k [2 h_k^2 (v + D_k^2) + h_k (2 L_k + s^2)]
E g^2 = (1 - 1/B)(hbar^2 v + gbar^2) + n/B,  hbar = sum q_k h_k, gbar = sum q_k h_k D_k
v <- v - 2 eta hbar v + eta^2 (E g^2 - gbar^2),  mu <- mu - eta gbar"""

_SHORT = {"n_modes": 4, "n_records": 3, "batch_size": 64, "similarity": 0.5, "input_shift": 0.5}

MIXTURE = Model(
    id="scheduled_sgd.mixture",
    title="SGD on data sources in sequence, with re-warming and replay",
    parameters_class=MixtureParameters,
    clock=STAGES,
    dims=(Dim("source", "source, the first the oldest", lambda p: p.n_sources),),
    observables=(
        course("loss", "excess loss on the source", dims=("source",), atol=1e-9),
        Observable("final_loss", "excess loss on the source at the end", dims=("source",)),
        Observable(
            "forgetting",
            "that less the loss at the end of the source's own stage",
            dims=("source",),
            scale=0.1,
        ),
        Observable("mean_loss", "excess loss at the end, mean over the sources"),
    ),
    diagnostics=(
        Observable("peak_old", "largest mean loss on the first source after its stage"),
        Observable("update_of_peak", "updates after its stage until then", unit="updates"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("moments derived", "arXiv:2503.02844", "arXiv:2403.08763"),
    seconds=lambda p: (
        3e-4 + sum(p.stages) * (1e-6 + 4e-9 * p.n_modes * (p.n_sources + 2 * p.batch_size))
    ),
    checks=(
        Check(
            _SHORT | {"n_steps_old": 12, "n_steps_new": 12},
            {"replay": [0.0, 0.3], "rewarm": [True, False]},
            replicas=4000,
            shifted=STAGES.one_more,
        ),
        Check(
            _SHORT | {"n_sources": 3, "source_steps": 8, "replay": 0.2},
            {"schedule_old": ["cosine", "infinite"]},
            replicas=4000,
        ),
    ),
    landmarks=(
        Landmark(
            "mean_square_stable_rate",
            "learning rate above which the mean square grows, sources of equal inputs",
            "toysim.models.scheduled_sgd.landmarks:shared_stable_rate",
            ("n_modes", "capacity_exponent", "batch_size", "input_shift"),
            where="input_shift 0",
        ),
    ),
)
