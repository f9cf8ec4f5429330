"""Learning curves of ridge regression, and what a beginning says of the end.

The curve of a growing data set is a power law with a limit only in the end; a law with three
unknowns is fitted to every beginning, and forecasts the end and the limit.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.scaling.learning_curve.parameters import LearningCurveParameters

_EQUATIONS = """\
h_i = i^-a, h_i w*_i^2 = i^-b, y = x.w* + noise; w minimises |y - Xw|^2 + lambda |w|^2
loss at n = n_1, 2 n_1, ..., K n_1 samples; fit of the first k >= 5: L = c + A n^-alpha
level reached: from here on 0 < alpha < 3, c >= 0, and c moves one way"""

_SIZE = ("size",)

LEARNING_CURVE = Model(
    id="scaling.learning_curve",
    title="learning curve of ridge regression, extrapolated",
    parameters_class=LearningCurveParameters,
    dims=(Dim("size", "size of the data set, in strides", lambda p: p.n_sizes),),
    observables=(
        Observable("loss", "mean squared error on fresh noisy samples", dims=_SIZE, rtol=0.015),
    ),
    diagnostics=(
        Observable("penalties", "penalty at the size", dims=_SIZE),
        Observable("limit", "limit c of the law fitted up to the size", dims=_SIZE),
        Observable("exponent", "exponent alpha of that law", dims=_SIZE),
        Observable(
            "forecast_error", "what that law says of the last size, relative to it", dims=_SIZE
        ),
        Observable(
            "level_reached", "from here on the fits come down to a limit", "1", _SIZE, "bool"
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2402.02515", "deterministic equivalent of ridge regression"),
    seconds=lambda p: (
        p.n_sizes
        * (
            2e-3
            + 4e-6 * p.n_modes
            + 1.5e-8 * p.n_modes * p.stride * p.n_sizes * (1 + p.stride * p.n_sizes / 400)
        )
    ),
    theory_seconds=lambda p: p.n_sizes * (4e-3 + 3e-7 * p.n_modes),
    checks=(
        Check(
            {"n_modes": 100, "stride": 200, "n_sizes": 5, "penalty": 10.0},
            {"regularisation": ["fixed", "best"], "signal_exponent": [1.25, 2.0]},
            replicas=60,
        ),
    ),
    landmarks=(
        Landmark(
            "learning_exponent",
            "exponent of the loss above the label noise, many modes and samples",
            "toysim.models.scaling.learning_curve.landmarks:learning_exponent",
            ("capacity_exponent", "signal_exponent", "label_noise", "regularisation"),
            where="capacity_exponent and signal_exponent above 1",
        ),
    ),
)
