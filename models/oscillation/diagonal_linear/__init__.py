"""Diagonal linear network at large steps: sparser by SGD, less sparse by full-batch descent.

Sparse regression with weights (w+^2 - w-^2)/2. Every update shrinks the scale w+ w- that sets how
close the interpolator lies to the smallest l1 norm. Large steps of SGD shrink it evenly, those of
full-batch descent on the true features above all, so the l1 norm of the solution moves in opposite
directions (arXiv:2302.08982; the stochastic gradient's bias: arXiv:2210.05337).
"""

from toysim.model import Check, Dim, Model, Observable
from toysim.models.oscillation.declarations import EXACT, UPDATES
from toysim.models.oscillation.diagonal_linear.parameters import DiagonalLinearParameters
from toysim.records import course

_EQUATIONS = """\
beta = (w+^2 - w-^2)/2,  w+- <- w+- (1 -+ eta g);
    g = gradient of (x.beta - y)^2/2 in beta, of one sample or the mean
alpha_eff^2 = w+ w- = alpha^2 prod_t (1 - eta^2 g_t^2)  per coordinate
beta_T = alpha_eff^2 sinh(2 D_T),  D_T = -sum_t atanh(eta g_t)   while |eta g_t| < 1"""

_FEATURE = ("feature",)


def _seconds(p: DiagonalLinearParameters) -> float:
    samples = p.n_samples if p.descent == "full" else 1
    data = p.n_samples * (5e-8 + 1e-8 * p.n_features)
    return 1e-4 + data + p.n_steps * p.n_features * (1.2e-8 + 2e-9 * samples)


# The two sides part by 3e-12 over 60000 updates.
DIAGONAL_LINEAR = Model(
    id="oscillation.diagonal_linear",
    title="diagonal linear network at large steps",
    parameters_class=DiagonalLinearParameters,
    clock=UPDATES,
    version=3,
    dims=(Dim("feature", "feature of the regression", lambda p: p.n_features),),
    observables=(
        course("loss", "mean over samples of the squared error over 2", **EXACT),
        course("l1_norm", "sum of |beta|", **EXACT),
        Observable(
            "final_loss", "mean over samples of the squared error over 2, at the end", **EXACT
        ),
        Observable("final_l1_norm", "sum of |beta| at the end", **EXACT),
        Observable("solution", "beta at the end", dims=_FEATURE, **EXACT),
        Observable("effective_scale", "sqrt(|w+ w-|) at the end", dims=_FEATURE, **EXACT),
    ),
    diagnostics=(
        Observable(
            "twin_distance",
            "largest change of any observable, over .001 + its size, by 1e-13 more scale",
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    equations=_EQUATIONS,
    sources=("arXiv:2210.05337", "arXiv:2302.08982"),
    seconds=_seconds,
    theory_seconds=lambda p: 1e-3 + 10.0 * _seconds(p),
    checks=(
        Check(
            {"n_steps": 50, "n_records": 6, "n_features": 8, "learning_rate": 0.04},
            {"n_samples": [5, 7], "descent": ["stochastic", "full"]},
            replicas=3,
            shifted=UPDATES.one_more,
        ),
        Check(
            {"n_steps": 20_000},
            {"learning_rate": [0.01, 0.05], "descent": ["stochastic", "full"]},
            replicas=2,
        ),
    ),
)
