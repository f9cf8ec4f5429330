"""An erf committee that learns another one online: plateau, escape, and rates that are too large.

Student sum_k g(w_k.x/sqrt(N)), teacher sum_n g(B_n.x/sqrt(N)) + noise, g(x) = erf(x/sqrt(2)),
B_n.B_m = N delta_nm. Outputs are plain sums: with outputs over sqrt(K), eta there is K eta here.
"""

from typing import Any

from toysim.model import Check, Dim, FiniteSize, Landmark, Model, Observable
from toysim.models.teacher_student.soft_committee.parameters import SoftCommitteeParameters
from toysim.records import Clock, course

_LANDMARKS = f"{__name__}.landmarks"

_EQUATIONS = """\
w_k <- w_k + (eta/sqrt(N)) delta g'(h_k) x, delta = teacher - student, g(x) = erf(x/sqrt(2))
I2(a, b) = (2/pi) asin(C_ab/sqrt((1 + C_aa)(1 + C_bb))), error = sum_ab s_a s_b I2/2
R_in' = eta D_in, D_ij = sum_k s_k I3(i, j, k)
Q_ij' = eta (D_ij + D_ji) + eta^2 [sum_cd s_c s_d I4(i, j, c, d) + sigma^2 (2/pi)/sqrt(L4)]
R_in = w_i.B_n/N, Q_ij = w_i.w_j/N, time = examples/N"""

_MEANS: dict[str, Any] = {"rtol": 0.005, "finite_size": FiniteSize(2.0, "size", 1.0)}

SOFT_COMMITTEE = Model(
    id="teacher_student.soft_committee",
    title="online learning of a soft committee machine",
    parameters_class=SoftCommitteeParameters,
    clock=Clock("time", "N examples", end=lambda p: p.duration),
    dims=(
        Dim("unit", "unit of the student", lambda p: p.hidden_units),
        Dim("unit2", "unit of the student", lambda p: p.hidden_units),
        Dim("teacher_unit", "unit of the teacher", lambda p: p.teacher_units),
    ),
    observables=(
        course(
            "error", "half the mean squared distance of the outputs, without label noise", **_MEANS
        ),
        course(
            "student_overlaps",
            "Q = w_i.w_k/N",
            dims=("unit", "unit2"),
            **_MEANS,
        ),
        course(
            "teacher_overlaps",
            "R = w_i.B_n/N",
            dims=("unit", "teacher_unit"),
            **_MEANS,
        ),
        course("gap", "largest less second largest |R_in|, mean over i", **_MEANS),
        Observable(
            "escape_time", "first time with a gap above the threshold; NaN: never", "N examples"
        ),
    ),
    diagnostics=(
        course("flow_error", "error as N -> infinity from the same start"),
        course("flow_gap", "gap as N -> infinity from the same start"),
        course("teacher_rates", "dR/dt as N -> infinity", dims=("unit", "teacher_unit")),
        course("student_rates", "dQ/dt as N -> infinity", dims=("unit", "unit2")),
        Observable("plateau_error", "error on the plateau; K = M"),
        Observable("plateau_rate", "rate in time at which specialisation grows there; K = M"),
        Observable(
            "escape_slope", "1/(2 rate): escape times grow by it times ln N; K = M", "N examples"
        ),
        Observable("rate_max", "largest learning rate at which the solution attracts; K = M"),
        Observable("final_error", "error left at late times; K = M"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("escape_time",),
    theory_ignores=("method", "threshold"),
    equations=_EQUATIONS,
    sources=("arXiv:1906.08632", "all integrals derived"),
    seconds=lambda p: (
        5e-5
        + p.size
        * p.duration
        * (1e-7 * p.hidden_units**1.5 if p.method == "overlaps" else 1.5e-8 * p.size)
    ),
    theory_seconds=lambda p: (
        2e-3
        + 2.5e-7
        * (p.hidden_units * (p.hidden_units + p.teacher_units)) ** 2
        * min(2e4, 10 + p.duration * max(p.learning_rate, 0.1))
    ),
    checks=(
        Check(
            {"size": 2000, "duration": 6.0, "n_records": 3, "start_scale": 0.5},
            {"learning_rate": [0.5, 1.0]},
            replicas=300,
        ),
    ),
    landmarks=(
        Landmark(
            "rate_max",
            "largest learning rate at which the solution attracts",
            f"{_LANDMARKS}:rate_max",
            ("hidden_units", "teacher_units"),
            where="hidden_units = teacher_units",
            along="learning_rate",
        ),
        Landmark(
            "plateau_error",
            "error of the symmetric plateau",
            f"{_LANDMARKS}:plateau_error",
            ("hidden_units", "teacher_units", "learning_rate", "label_noise"),
            digits=8,
            where="hidden_units = teacher_units > 1",
        ),
        Landmark(
            "final_error",
            "error that label noise leaves, (sigma^2 eta/2 pi) M/sqrt(3) at small rates",
            f"{_LANDMARKS}:final_error",
            ("hidden_units", "teacher_units", "learning_rate", "label_noise"),
            digits=8,
            where="hidden_units = teacher_units, learning_rate below rate_max",
        ),
        Landmark(
            "escape_slope",
            "1/(2 lambda): the escape from the plateau takes it times ln N, and a constant",
            f"{_LANDMARKS}:escape_slope",
            ("hidden_units", "teacher_units", "learning_rate", "label_noise"),
            unit="N examples",
            digits=6,
            where="hidden_units = teacher_units > 1",
        ),
    ),
    version=2,
)
