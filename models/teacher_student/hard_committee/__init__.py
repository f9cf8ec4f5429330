"""A committee of two sign units learned by Bayes' rule: when do the units part?

Teacher of two orthogonal units of norm sqrt(d), labels y = sign(sign u_1 + sign u_2), n =
round(alpha d) samples, prior N(0, 1) of every weight.
"""

from typing import Any

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.teacher_student.hard_committee.parameters import HardCommitteeParameters

_SIZE: dict[str, Any] = {"finite_size": FiniteSize(2.0, "dimension", 1.0)}

_EQUATIONS = """\
y = sign(sign u_1 + sign u_2), u = w* x/sqrt(d); from V = 1, g = 0:
omega = X w'/sqrt(d) - g V,  g = d ln Z_y/domega,  A = g'g/d
w <- V (A w + g'X/sqrt(d)),  V = 1/(1 + A)
Z_+ = Phi2(omega_1/sqrt(V11), omega_2/sqrt(V11); V12/V11),
    Z_- with both signs changed, Z_0 the rest
d -> infinity: q_s, q_a on (1, 1)/sqrt(2), (1, -1)/sqrt(2):
hat(q) = alpha E sum_y (dZ/domega)^2/Z,  q = hat(q)/(1 + hat(q))
q_a = 0 is left where alpha E sum_y (d^2 Z/domega_a^2)^2/Z = 1"""

HARD_COMMITTEE = Model(
    id="teacher_student.hard_committee",
    title="Bayes-optimal hard committee of two units: specialisation",
    parameters_class=HardCommitteeParameters,
    observables=(
        Observable("symmetric_overlap", "(w_1 + w_2).(w*_1 + w*_2)/(2 d)", **_SIZE),
        Observable("antisymmetric_overlap", "|(w_1 - w_2).(w*_1 - w*_2)|/(2 d)", **_SIZE),
        Observable("symmetric_self_overlap", "q_s = |w_1 + w_2|^2/(2 d)", **_SIZE),
        Observable("antisymmetric_self_overlap", "q_a = |w_1 - w_2|^2/(2 d)", **_SIZE),
    ),
    diagnostics=(
        Observable("growth_rate", "ln of the factor by which a small q_a grows a round"),
        Observable("rounds", "rounds of the state evolution"),
        Observable("residual", "largest change of q_s, q_a in its last round"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:1806.05451", "derived"),
    seconds=lambda p: (
        1e-3
        + 8e-5 * p.iterations
        + p.sample_ratio * p.dimension * (1.5e-8 * p.dimension + p.iterations * 1e-6)
        + 3e-9 * p.sample_ratio * p.dimension**2 * p.iterations
    ),
    theory_seconds=lambda p: 0.5,
    checks=(Check({"dimension": 400, "sample_ratio": 6.0, "iterations": 50}, replicas=120),),
    landmarks=(
        Landmark(
            "specialisation",
            "samples per input alpha_s from which on the units part",
            f"{__name__}.landmarks:specialisation",
            source="derived; arXiv:1806.05451 has 2.04",
            along="sample_ratio",
        ),
    ),
)
