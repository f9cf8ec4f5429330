"""Ridge regression in high dimension: where the test error peaks, and the penalty that helps.

Teacher u = w*.x/sqrt(d) with |w*|^2 = rho d exactly, labels y = u + noise, n = round(alpha d)
samples; the student minimises sum (y - f)^2 + lambda |w|^2.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.teacher_student.ridge.parameters import RidgeParameters

_LANDMARKS = f"{__name__}.landmarks"

_EQUATIONS = """\
y = u + noise, u = w*.x/sqrt(d), |w*|^2 = rho d; w minimises sum (y - f)^2 + lambda |w|^2
n = sum_i s_i/(s_i + kappa) + lambda/kappa,  dof_2 = sum_i (s_i/(s_i + kappa))^2
excess + sigma^2 = [sum_i c_i (kappa/(s_i + kappa))^2 + sigma^2]/(1 - dof_2/n)
isotropic, u = 1/(1 + kappa), S = 1 + alpha + lambda - 2 u:
m = rho u - rho lambda u/(d S^2),  excess = rho kappa u (kappa u + lambda)/S + sigma^2 u/S + O(1/d)
lambda = 0: excess = rho (1 - n/d)_+ + sigma^2 min(n, d)/(|n - d| - 1), exactly"""

RIDGE = Model(
    id="teacher_student.ridge",
    title="ridge regression: double descent and the best penalty",
    parameters_class=RidgeParameters,
    observables=(
        Observable("excess_error", "mean squared distance to the teacher's output", rtol=0.01),
        Observable("test_error", "mean squared error on fresh noisy labels", rtol=0.01),
        Observable("train_error", "mean squared residual on the samples", rtol=0.01),
        Observable("overlap", "m = w.w*/d; isotropic inputs", rtol=0.01),
        Observable("self_overlap", "q = |w|^2/d; isotropic inputs", rtol=0.01),
    ),
    diagnostics=(
        Observable(
            "kappa",
            "effective penalty of the equations; isotropic: kappa of u = 1/(1 + kappa), d times it",
        ),
        Observable("degrees_1", "effective degrees of freedom df1"),
        Observable("degrees_2", "sum of squared shares dof_2"),
        Observable("best_penalty", "penalty of the least test error"),
        Observable("best_excess_error", "excess error there as d -> infinity; isotropic inputs"),
        Observable(
            "exact_excess_error", "excess error, exact at any d; isotropic inputs, lambda = 0"
        ),
        Observable(
            "limit_excess_error", "excess error as d -> infinity; isotropic inputs, random features"
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("method",),
    equations=_EQUATIONS,
    sources=(
        "arXiv:1903.08560",
        "arXiv:1908.05355",
        "arXiv:2003.01897",
        "terms of order 1/d derived",
    ),
    seconds=lambda p: (
        5e-5 + 6e-8 * min(p.dimension, p.sample_ratio * p.dimension)
        if p.by_law
        else 1e-3
        + 3e-8 * p.sample_ratio * p.dimension**2
        + 3e-10 * (p.sample_ratio + p.feature_ratio) * p.dimension**3
        + (p.design == "random_features") * 2e-8 * (p.feature_ratio * p.dimension) ** 2
    ),
    theory_seconds=lambda p: (
        1e-6
        if p.design == "isotropic"
        else 3e-3
        + 2e-6 * p.dimension
        + (p.design == "random_features") * 3e-10 * (p.feature_ratio * p.dimension) ** 3
    ),
    checks=(
        Check(
            {"dimension": 500, "label_noise": 0.3},
            {"sample_ratio": [0.5, 1.5], "penalty": [0.0, 0.1]},
            replicas=2000,
        ),
        Check(
            {"dimension": 600, "design": "power_law", "label_noise": 0.05, "penalty": 0.1},
            {"sample_ratio": [0.5, 0.75]},
            replicas=16,
        ),
        Check(
            {"dimension": 200, "design": "random_features", "sample_ratio": 3.0, "penalty": 0.1},
            {"feature_ratio": [1.0]},
            replicas=400,
        ),
    ),
    landmarks=(
        Landmark(
            "interpolation_threshold",
            "samples per input at which the test error peaks as the penalty goes to 0: 1, or p'/d",
            f"{_LANDMARKS}:interpolation_threshold",
            ("design", "dimension", "feature_ratio"),
            source="arXiv:1903.08560",
            along="sample_ratio",
        ),
        Landmark(
            "best_penalty",
            "penalty of the least test error, at every number of samples",
            f"{_LANDMARKS}:best_penalty",
            ("design", "label_noise", "signal"),
            where="design = isotropic",
            along="penalty",
        ),
    ),
)
