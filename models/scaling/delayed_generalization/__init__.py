"""Delayed generalization: a linear student fits its samples long before it fits the teacher.

With nearly as many features as samples the sample covariance has eigenvalues close to zero: what
they hide costs the train loss nothing, and the test loss waits for it. "Accurate" is a residual
whose square is below a tolerance.
"""

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.scaling.delayed_generalization.parameters import DelayedGeneralizationParameters
from toysim.records import Clock, course

_LANDMARKS = "toysim.models.scaling.delayed_generalization.landmarks"

_EQUATIONS = """\
w' = -X'X (w - w*)/N, |w(0) - w*| = 1, gamma = d/N; averages over the Marchenko-Pastur law:
L_train = <x exp(-2 t x)>,  L_test = <exp(-2 t x)>,  accuracy = erf sqrt(tolerance/(2 L))"""

# Averages over the spectrum are off by (f(x_-) + f(x_+))/4d - <f>/2d at soft edges: below 1/d.
_BOUND = FiniteSize(1.0, "n_features", 1.0)

DELAYED_GENERALIZATION = Model(
    id="scaling.delayed_generalization",
    title="delayed generalization of a linear student under gradient flow",
    parameters_class=DelayedGeneralizationParameters,
    clock=Clock(
        "time",
        "1/rate",
        end=lambda p: p.final_time,
        spacing="geometric",
        begin=lambda p: p.first_time,
    ),
    observables=(
        course("train_loss", "mean squared residual on the samples", finite_size=_BOUND),
        course("test_loss", "mean squared residual on fresh inputs", finite_size=_BOUND),
        course("train_accuracy", "share of accurate residuals on the samples", atol=0.005),
        course("test_accuracy", "share of accurate residuals on fresh inputs", atol=0.005),
    ),
    diagnostics=(
        Observable("time_train", "time at which 95 % of the samples are accurate", "1/rate"),
        Observable(
            "time_test", "time at which 95 % of fresh inputs are; NaN if they never are", "1/rate"
        ),
        Observable("delay", "time_test over time_train; NaN if one of them is 0 or never"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2310.16441", "arXiv:2601.19791", "asymptotic laws derived"),
    seconds=lambda p: (
        2e-4
        + 1.5e-8 * p.n_features * p.n_samples * (1 + min(p.n_features, p.n_samples) / 100)
        + 1e-9 * min(p.n_features, p.n_samples) ** 3
    ),
    theory_seconds=lambda p: 3e-4 + 5e-6 * p.n_records,
    checks=(
        Check(
            {"n_features": 400, "tolerance": 1.0, "n_records": 5, "final_time": 3.0},
            {"n_samples": [300, 600, 1000]},
            replicas=6,
        ),
        Check(
            {"n_features": 200, "tolerance": 1.0, "n_records": 4, "final_time": 100.0},
            {"n_samples": [180, 222]},
            replicas=40,
        ),
    ),
    landmarks=(
        Landmark(
            "memorisation_time",
            "time at which 95 % of the samples are accurate as d/N -> 1 and the tolerance -> 0",
            f"{_LANDMARKS}:memorisation_time",
            ("tolerance",),
            unit="1/rate",
            where="tolerance well below 1",
        ),
        Landmark(
            "latest_generalization",
            "time at which 95 % of fresh inputs are accurate at d = N, the tolerance -> 0",
            f"{_LANDMARKS}:latest_generalization",
            ("tolerance",),
            unit="1/rate",
            where="tolerance well below 1",
        ),
    ),
)
