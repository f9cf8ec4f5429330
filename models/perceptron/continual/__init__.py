"""Two tasks in a row in field space: what learning the second leaves of the first.

A sample m' of the first task's Gibbs measure is prior and reference of the second: weight
exp(-beta_2 loss_2 - gamma beta_2 KL(m || m')), the free entropy is a Franz-Parisi potential
(arXiv:2212.02846). The tasks' patterns are independent, so m' acts site by site, as a field gamma
beta_2 atanh m'. The second task has a first-order transition of its own.
"""

from functools import partial

from toysim.model import Check, Model, Observable
from toysim.models.perceptron.continual.parameters import ContinualParameters
from toysim.models.perceptron.replica.solver_outputs import FIELD_OUTPUTS, SADDLE
from toysim.models.perceptron.samplers.sizes import light, sampled, two_loads

_EQUATIONS = """\
phi2 = -Q hat(Q) + q hat(q)/2 - r2 hat(r) + alpha_2 E(q, r2,
    Q; beta_2) + E_B int dm' P(m') [c(m') + int Dz Lam(h)]
h = sqrt(hat(q)) z + hat(r) B + kappa atanh m',  kappa = gamma beta_2,  c = kappa/2 ln((1 - m'^2)/4)
Lam(h) = ln int dm exp[(hat(Q) - hat(q)/2) m^2 + h m + kappa S(m)];
    E and the conjugates as in field_space
P(m') = int Dz1 of its site measure in task 1;
    P(B = +-1) = (1 +- r0)/2, sign of teacher 2 where teacher 1 is 1
Q = E<m^2>, q = E<m>^2, r2 = E B<m>, r21 = E<m>, v = E m'<m>, p1 = E<sign m>, p2 = E B<sign m>
error_t = arccos(p_t)/pi;  at gamma = 0 task 2 alone, p1 = r0 p2, v = r1 r0 r2"""


def _theory_seconds(p: ContinualParameters) -> float:
    """Where it is stiff the integral over m follows its peak from field to field."""
    return 1.5 if p.gamma * p.beta_2 > 75.0 else 1e-1


def _seconds(p: ContinualParameters) -> float:
    return min(_theory_seconds(p), 4e-1) + (p.n_sweeps + p.n_discard) * p.size * (
        3e-7 + 5e-9 * (p.alpha_1 + p.alpha_2) * p.size
    )


_sampled = partial(sampled, known=light("alpha_1", "alpha_2"))

# Off by ``off``/N: measured at the check, N = 25 and 55.
CONTINUAL = Model(
    id="perceptron.continual",
    title="perceptron in field space learning two tasks in a row",
    parameters_class=ContinualParameters,
    dims=(SADDLE,),
    observables=(
        _sampled("replica_overlap", "overlap q of two replicas after task 2", off=0.1),
        _sampled("overlap_2", "overlap r2 of the magnetisations with teacher 2", off=0.2),
        _sampled("self_overlap", "self-overlap Q after task 2", off=0.1),
        _sampled("overlap_1", "overlap r21 with teacher 1, after task 2", off=0.2),
        _sampled("cross_overlap", "overlap v with the magnetisations that learned task 1", off=0.2),
        _sampled("sign_overlap_1", "overlap p1 of the signs with teacher 1", off=0.25),
        _sampled("sign_overlap_2", "overlap p2 of the signs with teacher 2", off=0.25),
        _sampled(
            "error_1", "probability to err on a new pattern of task 1: what was forgotten", off=0.15
        ),
        _sampled("error_2", "probability to err on a new pattern of task 2", off=0.15),
        _sampled("loss", "-ln H(-u) per pattern of task 2", "nat", off=0.12),
        Observable("acceptance", "share of the proposals accepted"),
    ),
    diagnostics=FIELD_OUTPUTS,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("acceptance",),
    theory_ignores=("size", "n_sweeps", "n_discard", "proposal_width"),
    realised=two_loads,
    equations=_EQUATIONS,
    sources=("arXiv:2212.02846",),
    seconds=_seconds,
    theory_seconds=_theory_seconds,
    checks=(
        Check(
            {
                "alpha_1": 1.4,
                "beta_2": 3.0,
                "task_overlap": 0.6,
                "size": 105,
                "n_discard": 50,
                "n_sweeps": 20,
                "proposal_width": 1.0,
            },
            {"gamma": [0.6]},
            replicas=700,
        ),
    ),
    version=4,
)
