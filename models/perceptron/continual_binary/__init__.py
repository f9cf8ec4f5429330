"""Two tasks in a row on binary weights: the second is solved, coupled to a solution of the first.

A reference J is drawn from the first task's posterior (students without error on teacher 1); the
weights w solve the second task without error and are weighted by exp(x w.J). Teachers have overlap
r0. The tasks' patterns are independent, so J acts on w only site by site.
"""

from functools import partial
from typing import Any

from toysim.model import Check, Model
from toysim.models.perceptron.continual_binary.parameters import ContinualBinaryParameters
from toysim.models.perceptron.replica.solver_outputs import (
    BRANCH_OUTPUTS,
    SADDLE,
    SOLVER_OUTPUTS,
    STUDENT_HATS,
)
from toysim.models.perceptron.samplers.sizes import sampled, two_loads

_EQUATIONS = """\
phi = extr -hat(q) (1-q)/2 - r2 hat(r) + E_BJ int Dz ln 2cosh(sqrt(hat(q)) z + hat(r) B + x J)
    + 2 alpha_2 int Dz H(.) ln H(.)
P(B=1) = (1+r0)/2, sign of teacher 2 where teacher 1 is 1;
    P(J=1) = (1+R1)/2, R1 the overlap after task 1
q = <tanh^2>,  r2 = <B tanh>,  r21 = <tanh>,  v = <J tanh>;
    hat(q), hat(r) as for teacher and student at T = 0
error_1 = arccos(r21)/pi,  error_2 = arccos(r2)/pi;  entropy at overlap v: s = phi - x v;
    at x = 0: v = R1 r0 r2"""


def _seconds(p: ContinualBinaryParameters) -> float:
    if p.sampler == "enumeration":
        return 5e-3 + 2e-9 * (1 << p.size) * (1 + p.alpha_1 + p.alpha_2)
    return 5e-3 + 2e-7 * (p.alpha_1 + p.alpha_2) * p.size**2  # above capacity it goes on longest


def _settled(batch: Any) -> Any:
    """Near the transition an instance may be on either branch, and no bound is known."""
    from toysim.models.perceptron.continual_binary.theory import settled

    return settled(batch)


_sampled = partial(sampled, known=_settled)

# Off by up to 0.2/N by message passing (measured at N = 25 and 75).
CONTINUAL_BINARY = Model(
    id="perceptron.continual_binary",
    title="binary perceptron learning two tasks in a row",
    parameters_class=ContinualBinaryParameters,
    dims=(SADDLE,),
    observables=(
        _sampled("cross_overlap", "overlap v of the weights with the first task's reference"),
        _sampled("self_overlap", "overlap q of two weight vectors"),
        _sampled("overlap_2", "overlap r2 with teacher 2"),
        _sampled("overlap_1", "overlap r21 with teacher 1"),
        _sampled("free_entropy", "ln sum over solutions of exp(x * overlap), per weight", "nat"),
        _sampled(
            "entropy",
            "entropy of the solutions at their overlap with the reference, per weight",
            "nat",
        ),
        _sampled("error_1", "probability to err on a new pattern of task 1"),
        _sampled("error_2", "probability to err on a new pattern of task 2"),
    ),
    diagnostics=(*STUDENT_HATS, *SOLVER_OUTPUTS, *BRANCH_OUTPUTS),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("sampler", "size"),
    realised=two_loads,
    equations=_EQUATIONS,
    sources=("after arXiv:2212.02846",),
    seconds=_seconds,
    checks=(Check({"size": 205, "task_overlap": 0.6}, {"coupling": [0.5]}, replicas=1000),),
    version=4,
)
