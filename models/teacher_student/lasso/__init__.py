"""Sparse regression in high dimension: what the lasso finds, and the boundary of recovery.

Teacher u = w*.x/sqrt(d) with k = round(eps d) nonzero entries and |w*|^2 = rho d exactly, labels
y = u + noise, n = round(alpha d) samples.
"""

from typing import Any

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.teacher_student.lasso.parameters import LassoParameters

_EQUATIONS = """\
w minimises |y - f|^2/2 + lambda |w|_1 + (mu/2) |w|^2, f = w.x/sqrt(d)
tau^2 = (sigma^2 + E)/alpha,  hat(V) = alpha/(1 + V),  theta = lambda/hat(V)
c = hat(V)/(hat(V) + mu)
tpr = 2 H(theta/s), s^2 = rho/eps + tau^2,  active = (1 - eps) 2 H(theta/tau) + eps tpr,
V = c active/hat(V)
m = c rho tpr,  q = c^2 [(1 - eps) M2(theta, tau^2) + eps M2(theta, s^2)],  E = rho - 2 m + q
M2(theta, s^2) = s^2 [2 (1 + a^2) H(a) - 2 a G(a)], a = theta/s
train = (sigma^2 + E)/(1 + V)^2,  fdr = (1 - eps) 2 H(theta/tau)/active
boundary (lambda -> 0, no noise): alpha = 2 G/(a + 2 (G - a H)),
eps = 2 (G - a H)/(a + 2 (G - a H))"""


def _known(batch: Any) -> Any:
    """Bounds were measured at a signal of order 1 and grow with it."""
    return (batch["signal"] <= 1.0) & (batch["label_noise"] <= 1.0)


def _observable(name: str, long_name: str, constant: float) -> Observable:
    return Observable(name, long_name, finite_size=FiniteSize(constant, "dimension", 1.0, _known))


LASSO = Model(
    id="teacher_student.lasso",
    title="lasso and elastic net: sparse recovery and its boundary",
    parameters_class=LassoParameters,
    observables=(
        _observable("squared_error", "E = |w - w*|^2/d", 3.0),
        _observable("overlap", "m = w.w*/d", 3.0),
        _observable("self_overlap", "q = |w|^2/d", 3.0),
        _observable("active", "share of nonzero weights", 0.7),
        _observable(
            "false_discovery_rate", "share of the nonzero weights where the teacher has 0", 1.0
        ),
        _observable("true_positive_rate", "share of the teacher's nonzeros that are found", 1.5),
        _observable("train_error", "mean squared residual on the samples", 0.5),
    ),
    diagnostics=(
        Observable(
            "tau", "standard deviation of the noise on an entry's estimate before its threshold"
        ),
        Observable("threshold", "theta = lambda (1 + V)/alpha, below which an estimate is 0"),
        Observable(
            "susceptibility", "V = c active (1 + V)/alpha; residuals are 1/(1 + V) of fresh errors"
        ),
        Observable("stability", "1 - d ln(sigma^2 + E)/d ln(tau^2): 0 where the fit is lost"),
        Observable("residual", "of (sigma^2 + E)/(alpha tau^2) = 1"),
        Observable("critical_density", "eps_c: densest signal that l1 finds without noise"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("tolerance",),
    equations=_EQUATIONS,
    sources=("arXiv:1008.2581", "arXiv:0907.3574", "arXiv:1601.06233", "derived"),
    seconds=lambda p: (
        2e-4
        + 1e-7
        * p.sample_ratio
        * p.dimension**2
        * (1.0 + min(0.01 * (p.signal + p.label_noise) ** 0.5 / p.penalty, 30.0))
    ),
    theory_seconds=lambda p: 1e-3,
    checks=(
        Check(
            {"dimension": 600, "density": 0.5, "label_noise": 1.0, "penalty": 0.5}
            | {"sample_ratio": 1.5, "tolerance": 1e-6},
            replicas=700,
        ),
    ),
    landmarks=(
        Landmark(
            "critical_density",
            "density eps_c of the densest signal that l1 finds without noise",
            f"{__name__}.landmarks:critical_density",
            ("sample_ratio", "dimension"),
            source="closed form derived; arXiv:0907.3574",
            where="sample_ratio below 1",
            along="density",
        ),
    ),
    version=2,
)
