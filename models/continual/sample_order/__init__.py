"""The order of samples in one pass of SGD: what it changes, how to tell without training again, and
which samples are memorised.

Order enters at the square of the step. Estimates for another order from one run's checkpoints are
exact for least squares when they carry the Hessian, and worse than none when they do not.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.continual.sample_order.parameters import SampleOrderParameters

ESTIMATES = ("reference", "zeroth", "first", "first_diagonal", "second_in_step")

_EQUATIONS = """\
delta <- delta - eta x (x.delta - s z), each sample once, in an order; g_i, H_i = x_i x_i' at w_0
estimates from the run w_0 .. w_n of another order: reference w_n itself; along the new order
u <- u - eta [g(w_t) + H (u - w_t)], zeroth without H, first with it, first_diagonal its diagonal;
second_in_step w_0 - eta sum g + eta^2 sum_{s < t} H_t g_s
k_ij = (H_j g_i - H_i g_j)/2, rho_i = sum_j k_ij; over random orders
Var = eta^4 [sum_{i < j} |k_ij|^2 + sum_i |rho_i|^2]/3 + O(eta^5); normal data of unit variances:
n (n-1) [(d+2) ((d-1) |delta_0|^2 + d s^2)/4 + (n-2) d s^2/12] eta^4
memorisation of position t, k = n-1-t, D_t = E|delta_t|^2: (1 - 2 eta + 2 eta^2)^k [D_{t+1}
- D_t (1 - 2 eta (d+2) + eta^2 (d+2)(d+4)) - eta^2 s^2 d (d+2)]/2 + (1 - eta)^k eta d s^2"""

SAMPLE_ORDER = Model(
    id="continual.sample_order",
    title="the order of samples in one pass of SGD",
    parameters_class=SampleOrderParameters,
    dims=(
        Dim("estimate", "estimate: " + ", ".join(ESTIMATES), lambda p: len(ESTIMATES)),
        Dim("position", "position in the order", lambda p: p.n_samples),
    ),
    observables=(
        # Theory has the leading order in the step: SMALL bounds what it neglects.
        Observable("order_square", "variance of the end point over orders", rtol=4e-3, atol=0.0),
        # ``first`` is exact up to rounding, which grows with the start, of up to 1e4.
        Observable(
            "estimate_error",
            "mean distance of the estimate from the run in the new order",
            dims=("estimate",),
            scale=0.01,
            atol=1e-10,
        ),
        Observable(
            "memorisation",
            "test loss less the sample's own loss at the end",
            dims=("position",),
            scale=0.5,  # a loss
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2505.22042", "variance and memorisation derived"),
    seconds=lambda p: 2e-4 + 1e-8 * (p.n_orders + 2) * p.n_samples * (p.dimension + 8),
    theory_seconds=lambda p: (
        3e-4 + 1e-6 * p.n_samples + (p.data_draw >= 0) * 2e-9 * p.n_samples**2 * p.dimension
    ),
    checks=(
        Check(
            {"n_samples": 6, "dimension": 4, "n_orders": 20, "learning_rate": 2e-4},
            {"noise": [0.02]},
            replicas=20_000,
        ),
        # Positions share the samples, so that few data sets see each of them well.
        Check({"n_samples": 40, "dimension": 28, "n_orders": 20}, {"noise": [0.05]}, replicas=1500),
        Check(
            {"n_samples": 6, "dimension": 4, "n_orders": 1000, "learning_rate": 1e-4},
            {"data_draw": [0, 1], "spectrum": [0.0, 1.0]},
            replicas=200,
        ),
    ),
    landmarks=(
        Landmark(
            "stable_rate",
            "learning rate above which the mean square error grows from sample to sample",
            "toysim.models.continual.sample_order.landmarks:stable_rate",
            ("dimension", "spectrum"),
            along="learning_rate",
        ),
    ),
)
