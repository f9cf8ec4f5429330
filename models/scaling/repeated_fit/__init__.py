"""A data set in which a few rows are repeated: what it costs, converged and in the course of time.

Repeated rows have their noise learned as if it were signal. Isotropic features, so that the losses
of large sizes are averages over one resolvent.
"""

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.scaling.repeated_fit.parameters import RepeatedFitParameters
from toysim.records import Clock, course

_EQUATIONS = """\
n rows of weight 1, m of weight R, N = n + mR tokens, y = x.w* + noise, x ~ N(0, 1), |w*|^2 = W
ridge: w minimises sum of weight (y - x.w)^2 + lambda |w|^2
flow:  w' = -grad (weighted mean squared error)/2
stream: the same of 1 - f fresh data and f repeated rows
risk = |w - w*|^2 = bias + variance"""

# Spectral averages of functions between 0 and W are off by less than W/d, and W is at most 1.
_BOUND = FiniteSize(1.0, "n_features", 1.0)

REPEATED_FIT = Model(
    id="scaling.repeated_fit",
    title="linear regression with repeated rows, converged and in time",
    parameters_class=RepeatedFitParameters,
    clock=Clock(
        "time",
        "1/rate",
        end=lambda p: p.final_time,
        spacing="geometric",
        begin=lambda p: p.first_time,
    ),
    observables=(
        course("risk", "squared distance to the teacher", finite_size=_BOUND, rtol=0.01),
        course("bias", "its part from the teacher", finite_size=_BOUND),
        course("variance", "its part from the noise on the labels", rtol=0.01),
    ),
    diagnostics=(
        Observable("dropped_risk", "risk of the converged fit without the repeated rows"),
        Observable("fresh_risk", "risk of the converged fit if all tokens were fresh rows"),
        Observable("rise_above", "s^2/W above which the stream's risk rises, m << d, and falls"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2205.10487", "laws of large sizes derived"),
    seconds=lambda p: (
        (0.2 if p.method == "flow" else 1e-3)
        + 1.5e-8 * p.n_features * (p.n_unique + p.n_repeated) * (1 + p.n_features / 50)
        + 8e-9 * p.n_features**3
    ),
    theory_seconds=lambda p: 3e-4 + 5e-6 * p.n_records + 2e-2 * (p.method == "flow"),
    checks=(
        Check(
            {
                "n_features": 400,
                "n_unique": 1000,
                "n_repeated": 60,
                "label_noise": 0.5,
                "penalty": 400.0,
                "final_time": 1.0,
            },
            {"method": ["ridge", "flow"], "repeats": [1.0, 5.0]},
            replicas=12,
        ),
        Check(
            {
                "n_features": 400,
                "n_repeated": 200,
                "label_noise": 2.0,
                "method": "stream",
                "final_time": 20.0,
                "n_records": 3,
            },
            {"fraction": [0.3, 0.6]},
            replicas=12,
        ),
    ),
    landmarks=(
        Landmark(
            "double_descent",
            "s^2/W above which the risk of a stream with few repeated rows rises and falls again",
            "toysim.models.scaling.repeated_fit.landmarks:double_descent",
            ("fraction",),
            where="fraction between 0 and 1, rows far fewer than features",
        ),
    ),
)
