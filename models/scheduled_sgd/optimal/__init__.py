"""The schedule that makes the mean final loss of SGD on least squares least, to the last digit.

The loss is a quadratic function of every rate, so passes over the rates, each put where the loss is
least with the others fixed, come to the best schedule without a step size. Noise of samples, which
falls with the loss, makes it warm up; additive noise does not.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.scheduled_sgd.optimal.parameters import OptimalParameters
from toysim.records import Clock, course

WHOLE = Clock("update", "updates", end=lambda p: p.checkpoint_steps + p.n_steps, whole=True)

_EQUATIONS = """\
M <- M (1 - 2A + A^2 (1 + 1/B)) + A^2 (S + s^2)/B,  A_i = eta_t h_i, S = sum_i M_i;  J = S/2 at T
eta_t <- sum L h M/[(1 + 1/B) sum L h^2 M + (S + s^2)(sum L h^2)/B],  the last first, where
L <- L (1 - 2A + A^2 (1 + 1/B)) + (eta^2/B) sum L h^2 backward from 1/2
law: eta_t ~ [(S_t + s^2) K(u_t)]^(-1/2),  K(u) = sum_i h_i^2 exp(-2 h_i u), u_t: rates after t"""

# Many modes alike: the loss spreads little over runs.
_SHORT = {"n_modes": 16, "capacity_exponent": 0.3, "n_steps": 12, "n_records": 4, "batch_size": 16}

OPTIMAL = Model(
    id="scheduled_sgd.optimal",
    title="the best learning-rate schedule of SGD on least squares",
    parameters_class=OptimalParameters,
    clock=WHOLE,
    version=3,
    observables=(
        course("loss", "excess loss", atol=1e-9),  # at the start it is not random, only rounded
        Observable("final_loss", "excess loss at the end"),
    ),
    diagnostics=(
        course("rate", "best rate of the next update; NaN at the end"),
        Observable("warmup_ratio", "largest rate over the first"),
        Observable("peak_position", "share of the updates before the largest rate"),
        Observable("decay_share", "share of the updates after it at less than half of it"),
        Observable("tail_exponent", "power of 1 - z with which the rate falls from z = .7 to .95"),
        Observable("passes", "passes over all rates"),
        Observable("residual", "largest |eta dJ/deta|/J in the last pass"),
        Observable("smooth", "1 if no rate passes 2/h_1; else this is one minimum of several"),
        course("law_rate", "rate of the law; NaN unless law = true"),
        Observable("law_loss", "mean final loss at the rates of the law"),
        Observable("law_warmup_ratio", "largest rate of the law over its first"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("derived", "arXiv:2602.06797", "arXiv:2603.10301"),
    seconds=lambda p: (
        1e-3
        + 5e-9 * p.n_steps * (p.n_modes + 16) * (min(p.passes_limit, 100) + 1000 * p.law)
        + (p.checkpoint_steps + p.n_steps) * (6e-7 + 3e-9 * p.n_modes)
    ),
    checks=(
        Check(
            _SHORT,
            {"noise": ["multiplicative", "additive"], "rate_limit": [0.0, 0.3]},
            replicas=8000,
            shifted=WHOLE.one_more,
        ),
        Check(_SHORT | {"checkpoint_steps": 10, "batch_size": 64}, replicas=8000),
    ),
    landmarks=(
        Landmark(
            "warmup_law",
            "largest over first rate of the best schedule, by the law of two factors",
            "toysim.models.scheduled_sgd.landmarks:warmup_law",
            (
                *("n_modes", "capacity_exponent", "signal_exponent", "batch_size", "label_noise"),
                *("n_steps", "rate_limit"),
            ),
            digits=2,
            seconds=lambda p: 1e-2 + 2e-6 * p.n_steps * (p.n_modes + 16),
            where="noise multiplicative; to 2 % for label_noise >= .1 S_0 and batch_size <= 4",
        ),
    ),
)
