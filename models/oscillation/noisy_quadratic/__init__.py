"""Noisy quadratic model: momentum and schedules on a loss of independent modes, with exact moments.

Each mode is a linear stochastic recursion, so the second moments obey a closed recursion of their
own, for every schedule. It holds what a large learning rate costs (the noise floor), what it gains
(speed), and where the mean square runs away.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.oscillation.declarations import UPDATES
from toysim.models.oscillation.noisy_quadratic.parameters import NoisyQuadraticParameters
from toysim.records import course

_EQUATIONS = """\
L = sum_i h_i theta_i^2 / 2,  h_i = i^-p,  noise variance c_i = c i^-q, or lists of them
w <- beta w - eta_t (h (1 + kappa s) theta + sqrt(c) z),  theta <- theta + w;   z ~ N(0, 1), s = +-1
a = E theta^2, b = E theta w, q = E w^2:
q <- beta^2 q - 2 beta eta h b + eta^2 h^2 (1 + kappa^2) a + eta^2 c,  b <- beta b - eta h a + q,
a <- a + 2 (beta b_old - eta h a) + q
stable iff eta h (1 - beta + kappa^2 (1 + beta)) < 2 (1 - beta^2)"""

NOISY_QUADRATIC = Model(
    id="oscillation.noisy_quadratic",
    title="noisy quadratic model with momentum and learning-rate schedules",
    parameters_class=NoisyQuadraticParameters,
    clock=UPDATES,
    version=3,
    dims=(Dim("mode", "mode of the loss, by falling curvature or as given", lambda p: p.n_modes),),
    observables=(
        course("loss", "loss", atol=1e-9),  # at the start it is not random, only rounded
        Observable("final_loss", "loss at the end"),
        Observable("square", "square of the mode's coordinate at the end", dims=("mode",)),
    ),
    diagnostics=(
        Observable(
            "stationary_loss",
            "mean loss after infinitely many updates at the peak rate; NaN if unstable",
        ),
        Observable("share_of_limit", "peak rate over the largest mean-square stable one"),
        Observable(
            "kurtosis",
            "largest E theta^4 / (E theta^2)^2 of a mode at the records and the end; 1 without "
            "sample noise, which is when it is not computed",
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("noisy quadratic model; moments derived",),
    seconds=lambda p: 3e-5 + 8e-9 * p.n_steps * p.n_modes,
    checks=(
        Check(
            {
                "noise": 0.01,
                "n_records": 4,
                "n_steps": 12,
                "warmup_steps": 2,
                "decay_steps": 4,
                "n_modes": 4,
            },
            {"schedule": ["constant", "linear", "cosine", "wsd", "step"], "momentum": [0.0, 0.8]},
            replicas=2000,
            shifted=UPDATES.one_more,
        ),
        Check(
            {"noise": 0.01, "learning_rate": 0.2, "n_records": 3, "n_steps": 8, "n_modes": 3},
            {"sample_noise": [0.5, 1.0], "momentum": [0.0, 0.5]},
            replicas=4000,
            shifted=UPDATES.one_more,
        ),
        # Here the noise makes half of the loss; many modes average its spread.
        Check(
            {"n_records": 2, "n_steps": 20, "n_modes": 60, "start": 2.0, "momentum": 0.5},
            replicas=12_000,
        ),
    ),
    landmarks=(
        Landmark(
            "mean_stable_rate",
            "learning rate above which the mean of the first mode grows",
            "toysim.models.oscillation.landmarks:mean_stable_rate",
            ("momentum",),
            along="learning_rate",
        ),
        Landmark(
            "mean_square_stable_rate",
            "learning rate above which the mean square of the first mode grows",
            "toysim.models.oscillation.landmarks:mean_square_stable_rate",
            ("momentum", "sample_noise"),
            where="momentum 0",
            along="learning_rate",
        ),
    ),
)
