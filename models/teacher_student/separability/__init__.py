"""Are alpha d labelled Gaussian inputs linearly separable? Where maximum likelihood exists."""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.teacher_student.separability.parameters import SeparabilityParameters

_EQUATIONS = """\
separable: some w has y (w.x) > 0 for all n = round(alpha d) samples
random labels: P = 2^(1-n) sum_{k<d} binom(n - 1, k)
else P -> 1 below alpha*, 0 above,
1/alpha* = min_t 2 int Dv P(y=1|v) [(1 + t^2 v^2) H(tv) - tv G(tv)]
capacity at a margin: 1/[(1 + kappa^2) P(kappa) + kappa G(kappa)]"""

SEPARABILITY = Model(
    id="teacher_student.separability",
    title="linear separability of noisy labels",
    parameters_class=SeparabilityParameters,
    observables=(
        Observable("separable", "share of draws that are separable", atol=1e-3, span=1.0),
    ),
    diagnostics=(
        Observable("critical_ratio", "samples per input alpha* up to which labels are separable"),
        Observable("gardner_capacity", "the same of random labels with a margin"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("Cover's count, 1965", "arXiv:1804.09753"),
    seconds=lambda p: 3e-3 + 2e-8 * p.sample_ratio * p.dimension**3,
    theory_seconds=lambda p: 2e-3,
    checks=(
        Check({"dimension": 6}, {"sample_ratio": [1.3]}, replicas=3000),
        Check(
            {"dimension": 20, "teacher": "logistic", "strength": 2.0},
            {"sample_ratio": [0.3, 6.0]},
            replicas=600,
        ),
    ),
    landmarks=(
        Landmark(
            "critical_ratio",
            "samples per input up to which noisy labels are separable",
            f"{__name__}.landmarks:critical_ratio",
            ("teacher", "strength"),
            source="arXiv:1804.09753",
            where="some label noise",
            along="sample_ratio",
        ),
        Landmark(
            "gardner_capacity",
            "samples per input up to which random labels are separable with a margin kappa",
            f"{__name__}.landmarks:gardner_capacity",
            ("margin",),
            source="elementary",
            along="sample_ratio",
        ),
    ),
    version=2,
)
