"""Kernel ridge regression on features of power-law variance: learning curves of n samples."""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.scaling.kernel_ridge.parameters import KernelRidgeParameters

_EQUATIONS = """\
h_i = i^-a, h_i w*_i^2 = i^-b, y = x.w* + noise; w minimises |y - Xw|^2 + lambda |w|^2
n = sum_i h_i/(h_i + kappa) + lambda/kappa,  D = sum_i (h_i/(h_i + kappa))^2/n
test = [sum_i i^-b (kappa/(h_i + kappa))^2 + s^2]/(1 - D),  train = test (lambda/(n kappa))^2"""

KERNEL_RIDGE = Model(
    id="scaling.kernel_ridge",
    title="kernel ridge regression on power-law features",
    parameters_class=KernelRidgeParameters,
    observables=(
        Observable("test_loss", "mean squared error on fresh noisy samples", rtol=0.015),
        Observable("train_loss", "mean squared residual on the samples", rtol=0.015),
    ),
    diagnostics=(
        Observable("kappa", "effective penalty of a mode"),
        Observable("overfitting", "1/(1 - D), by which too few samples raise the test loss"),
        Observable("best_penalty", "penalty of the least test loss"),
        Observable("best_test_loss", "test loss there"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("deterministic equivalent of ridge regression",),
    seconds=lambda p: (
        1e-3
        + 2e-6 * p.n_modes
        + 1.5e-8 * p.n_modes * p.n_samples * (1 + p.n_samples / 200)
        + 5e-10 * p.n_samples**3
    ),
    theory_seconds=lambda p: 1e-3 + 3e-7 * p.n_modes,
    checks=(
        Check(
            {"n_modes": 400, "n_samples": 200, "label_noise": 0.1},
            {"penalty": [1.0, 10.0], "signal_exponent": [1.25, 2.0]},
            replicas=60,
        ),
    ),
    landmarks=(
        Landmark(
            "interpolation_threshold",
            "samples at which the test loss peaks as the penalty goes to 0: as many as modes",
            "toysim.models.scaling.kernel_ridge.landmarks:interpolation_threshold",
            ("n_modes",),
            along="n_samples",
        ),
        Landmark(
            "best_penalty",
            "penalty of the least test loss",
            "toysim.models.scaling.kernel_ridge.landmarks:best_penalty",
            ("n_modes", "capacity_exponent", "signal_exponent", "n_samples", "label_noise"),
            digits=6,
            where="label_noise above 0",
            along="penalty",
        ),
    ),
)
