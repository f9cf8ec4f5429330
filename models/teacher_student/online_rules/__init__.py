"""Online learning of a sign teacher, one fresh example at a time.

Labels y = sign(u), u = B.x/sqrt(N), flipped with probability p; the student answers with
w <- w + F y x/sqrt(N). Hebb, perceptron, margin, Adatron, the optimal rule and an annealed
perceptron; time is examples/N.
"""

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.teacher_student.online_rules.parameters import OnlineRulesParameters
from toysim.records import Clock, course

_LANDMARKS = f"{__name__}.landmarks"

_EQUATIONS = """\
y = sign(u) or flipped, u = B.x/sqrt(N), h = w.x/sqrt(N); w <- w + F y x/sqrt(N)
hebb F = eta; perceptron eta [y h < 0]; margin eta [y h < kappa]; adatron eta |h| [y h < 0]
optimal F = sqrt(q) (s/R) G(a)/H(-a), a = y R h/(sqrt(q) s), s^2 = 1 - R^2
annealed F = sqrt(q) (1 - R^2)/(sqrt(2 pi) R e) [y h < 0], e = arccos(R)/pi
m = w.B/N, q = |w|^2/N, R = m/sqrt(q); dm/dt = E F y u, dq/dt = E (2 F y h + F^2)"""

ONLINE_RULES = Model(
    id="teacher_student.online_rules",
    title="online rules: how fast a student learns a sign teacher from fresh examples",
    parameters_class=OnlineRulesParameters,
    clock=Clock("time", "N examples", end=lambda p: p.duration),
    observables=(
        course("overlap", "m = w.B/N", rtol=0.01),
        course("self_overlap", "q = |w|^2/N", rtol=0.01),
        course("cosine", "R = m/sqrt(q)", finite_size=FiniteSize(3.0, "size", 1.0)),
        course(
            "error",
            "share of clean labels sign(u) told wrong",
            finite_size=FiniteSize(1.0, "size", 1.0),
        ),
    ),
    diagnostics=(
        course("overlap_rate", "dm/dt of the limit; of rules with a rate"),
        course("self_overlap_rate", "dq/dt of the limit; of rules with a rate"),
        course("error_variance", "N times the variance of the error over runs, leading order"),
        Observable("error_floor", "error of clean labels that is left at late times"),
        Observable("asymptote", "error at the end by the law of late times"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("method",),
    equations=_EQUATIONS,
    sources=("elementary statistical mechanics of online learning", "all integrals derived"),
    seconds=lambda p: (
        2e-5 + p.size * p.duration * (1e-7 if p.method == "overlaps" else 3e-7 + 1.2e-8 * p.size)
    ),
    theory_seconds=lambda p: 1e-3,
    checks=(
        Check(
            {"size": 1000, "duration": 4.0, "n_records": 4},
            {"rule": ["hebb", "perceptron", "adatron"], "flip": [0.0, 0.1]},
            replicas=300,
        ),
        Check(
            {"size": 1000, "duration": 4.0, "n_records": 3},
            {"rule": ["margin", "optimal", "annealed"]},
            replicas=400,
        ),
    ),
    landmarks=(
        Landmark(
            "error_floor",
            "error that label noise leaves at late times",
            f"{_LANDMARKS}:error_floor",
            ("rule", "learning_rate", "flip"),
            where="not rule margin",
        ),
        Landmark(
            "best_rate",
            "learning rate of the fastest late Adatron: eta (3 - eta) is largest",
            f"{_LANDMARKS}:best_rate",
            ("rule", "flip"),
            where="rule = adatron, flip = 0",
            along="learning_rate",
        ),
        Landmark(
            "late_constant",
            "error times t^a at late times, a = 1/2 of hebb, 1/3 of perceptron, else 1",
            f"{_LANDMARKS}:late_constant",
            ("rule", "learning_rate", "flip"),
            digits=4,
            where="flip = 0, or rule = hebb; not rule margin",
        ),
    ),
    version=2,
)
