"""A binary student learns a binary teacher: overlap, errors and the jump to perfect generalisation.

Gibbs measure on w in {-1,+1}^N with energy = number of wrong labels; at temperature 0 the uniform
measure on all students without error. The teacher itself (overlap 1, free entropy 0) is a saddle
point at any load. At temperature 0 the other one wins up to alpha = 1.2447 and exists up to 1.4926
(Gyorgyi 1990): in between students that find no better solution are metastable.
"""

from functools import partial
from typing import Any

from toysim.model import Check, Landmark, Model
from toysim.models.perceptron.replica.solver_outputs import (
    BRANCH_OUTPUTS,
    SADDLE,
    SOLVER_OUTPUTS,
    STUDENT_HATS,
)
from toysim.models.perceptron.samplers.sizes import one_load, sampled
from toysim.models.perceptron.teacher_student.parameters import TeacherStudentParameters

_EQUATIONS = """\
phi = extr -hat(q) (1-q)/2 - r hat(r) + int Dz ln 2cosh(sqrt(hat(q)) z + hat(r))
    + 2 alpha int Dz H(-r z/sqrt(q-r^2)) ln M(u)
M(u) = b + (1-b) H(u),  b = exp(-1/T),  u = -sqrt(q/(1-q)) z,  f = (1-b) G(u)/(M(u) sqrt(1-q))
hat(q) = 2 alpha int Dz H(-r z/sqrt(q-r^2)) f^2,
    hat(r) = 2 alpha/sqrt(1-r^2/q) int Dz G(r z/sqrt(q-r^2)) f
q = int Dz tanh^2(sqrt(hat(q)) z + hat(r)),  r = int Dz tanh(sqrt(hat(q)) z + hat(r))
error = arccos(r)/pi,  bayes_error = arccos(r/sqrt(q))/pi;  at T = 0: q = r (Nishimori line)
entropy s = phi + energy/T;  larger phi wins;
    stable if alpha <(df/domega)^2> <(1 - tanh^2)^2> < 1"""


def _seconds(p: TeacherStudentParameters) -> float:
    if p.sampler == "enumeration":
        return 5e-3 + (4e-8 if p.temperature else 2e-9 * (1 + p.alpha)) * (1 << p.size)
    return 5e-3 + 5e-8 * p.alpha * p.size**2


_AT = "toysim.models.perceptron.landmarks"


def _load(name: str, meaning: str, source: str, unit: str = "1") -> Landmark:
    """A load that depends on no parameter."""
    return Landmark(name, meaning, f"{_AT}:{name}", source=source, unit=unit)


_GYORGYI = "Gyorgyi 1990, Phys. Rev. A 41, 7097"
_LANDMARKS = (
    _load(
        "first_order_transition",
        "load at T = 0 above which the teacher is the only student without error",
        _GYORGYI,
    ),
    _load("overlap_at_transition", "overlap of a student with the teacher there", _GYORGYI),
    _load(
        "spinodal",
        "load at T = 0 up to which students of overlap below 1 are metastable",
        "derived",
    ),
    _load(
        "annealed_transition",
        "load at T = 0 above which the annealed entropy is negative at every overlap below 1",
        "derived",
    ),
    _load(
        "annealed_spinodal",
        "load at T = 0 at which the annealed entropy loses its maximum at an overlap below 1",
        "derived",
    ),
    _load(
        "high_temperature_transition",
        "alpha/T, T to infinity, above which the teacher has the lowest free energy",
        "derived",
    ),
    _load(
        "high_temperature_spinodal",
        "alpha/T, T to infinity, at which the other minimum of the free energy ends",
        "derived",
    ),
)


# Off by up to 0.2/N by message passing (measured at N = 25 and 75).
def _settled(batch: Any) -> Any:
    """Near the transition an instance may be on either branch, and no bound is known."""
    from toysim.models.perceptron.teacher_student.theory import settled

    return settled(batch)


_sampled = partial(sampled, known=_settled)

TEACHER_STUDENT = Model(
    id="perceptron.teacher_student",
    title="binary perceptron learning a binary teacher",
    parameters_class=TeacherStudentParameters,
    dims=(SADDLE,),
    observables=(
        _sampled("overlap", "overlap r of a student with the teacher"),
        _sampled("self_overlap", "overlap q of two students"),
        _sampled("error", "probability that a student errs on a new pattern"),
        _sampled("bayes_error", "probability that the students' vote errs on a new pattern"),
        _sampled("free_entropy", "ln of the partition function, per weight", "nat"),
        _sampled("entropy", "entropy of the students, per weight", "nat"),
    ),
    diagnostics=(*STUDENT_HATS, *SOLVER_OUTPUTS, *BRANCH_OUTPUTS),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("sampler", "size", "n_iterations"),
    realised=one_load,
    equations=_EQUATIONS,
    sources=("Gyorgyi 1990, Phys. Rev. A 41, 7097", "arXiv:2212.02846"),
    seconds=_seconds,
    checks=(Check({"size": 205}, {"alpha": [0.4, 0.6], "temperature": [0.0, 0.5]}, replicas=400),),
    landmarks=_LANDMARKS,
    version=3,
)
