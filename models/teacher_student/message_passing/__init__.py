"""Message passing for a sign teacher: what Bayes' rule knows after each round.

Teacher u = w*.x/sqrt(d) with |w*|^2 = d exactly, labels sign(u + noise) with flips, n =
round(alpha d) samples, prior N(0, 1) of every weight.
"""

from typing import Any

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.teacher_student.message_passing.parameters import MessagePassingParameters
from toysim.records import Clock, course

CLOCK = Clock("iteration", "rounds", end=lambda p: p.iterations, whole=True)

_SIZE: dict[str, Any] = {"finite_size": FiniteSize(0.5, "dimension", 1.0)}

_EQUATIONS = """\
y = sign(u + sqrt(Delta) noise), flipped with probability p; from w = 0, v = 1, g = 0:
omega = X w/sqrt(d) - v g,  s^2 = v + Delta,  a = y omega/s
g = y (1 - 2p) G(a)/(s [p + (1 - 2p) P(a)]),  A = sum (omega g/s^2 + g^2)/d
w <- (A w + X'g/sqrt(d))/(1 + A),  v <- 1/(1 + A)
d -> infinity: hat(q) = 2 alpha int Dxi Z'^2/Z at m = q,  q <- hat(q)/(1 + hat(q))
error = arccos(m/sqrt(q))/pi"""

MESSAGE_PASSING = Model(
    id="teacher_student.message_passing",
    title="Bayes-optimal learning of a sign teacher by message passing",
    parameters_class=MessagePassingParameters,
    clock=CLOCK,
    observables=(
        course("overlap", "m = w.w*/d", **_SIZE),
        course("self_overlap", "q = |w|^2/d", **_SIZE),
        course("error", "share of clean labels sign(u) told wrong", **_SIZE),
    ),
    diagnostics=(Observable("bayes_error", "least error that any learner can have"),),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:1708.03395", "derived"),
    seconds=lambda p: 2e-4 + p.sample_ratio * p.dimension**2 * (1.5e-8 + 1.5e-9 * p.iterations),
    theory_seconds=lambda p: 5e-3 + 1e-4 * p.iterations,
    checks=(
        Check(
            {"dimension": 400, "iterations": 3, "n_records": 4, "sample_ratio": 3.0, "flip": 0.1},
            replicas=400,
            shifted=CLOCK.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "late_constant",
            "error times samples per input at many samples, noiseless labels",
            "toysim.models.teacher_student.message_passing.landmarks:late_constant",
            ("flip", "probit_noise"),
            where="flip 0, probit_noise 0",
        ),
    ),
)
