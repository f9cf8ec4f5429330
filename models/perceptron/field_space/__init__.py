"""A perceptron in field space: the Gibbs measure of the variational learner of arXiv:2212.02846.

The variables are magnetisations m in [-1, 1]^N, the means of a factorised distribution over binary
weights; flat measure, weight exp(-beta loss). Up to beta = 16 one saddle point exists at any load.
At beta = 20 two coexist for loads from 1.499 to 1.906: learning is a jump, and most of the
low-overlap branch is unstable to replica symmetry breaking, which is reported, not mended. The
transitions of binary weights (0.833, 1.245) do not belong here.
"""

from functools import partial

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.perceptron.field_space.parameters import FieldSpaceParameters
from toysim.models.perceptron.replica.solver_outputs import FIELD_OUTPUTS, SADDLE
from toysim.models.perceptron.samplers.sizes import light, one_load, sampled

_EQUATIONS = """\
Z = int_[-1,1]^N dm exp{beta sum_mu ln H(-u_mu) + kl beta sum_i S(m_i)},
    u_mu = y_mu m.x_mu / sqrt(sum_i 1 - m_i^2)
S(m) = -(1+m)/2 ln((1+m)/2) - (1-m)/2 ln((1-m)/2);
    with -KL(m || 0) in its place phi is kl beta ln 2 smaller
phi = extr -Q hat(Q) + q hat(q)/2 - r hat(r) + alpha E
    + int Dz ln int dm exp[(hat(Q) - hat(q)/2) m^2 + (sqrt(hat(q)) z + hat(r)) m + kl beta S(m)]
E = 2 int Dz H(-r z/sqrt(q-r^2)) ln int Dx H(t)^beta,  t = -(sqrt(q) z + sqrt(Q-q) x)/sqrt(1-Q)
with <.> ~ Dx H(t)^beta, l = G(t)/H(t), f = beta <l>/sqrt(1-Q),
    and over z weighted with 2H(-r z/sqrt(q-r^2)):
hat(Q) = alpha beta (beta-1)/(1-Q) E<l^2>/2,  hat(q) = alpha E f^2,
    hat(r) = 2 alpha/sqrt(1-r^2/q) int Dz G(r z/sqrt(q-r^2)) f
Q = E<m^2>, q = E<m>^2, r = E<m>, p = E<sign m>;  error = arccos(p)/pi;  loss = -E<ln H(t)>;
    larger phi wins
stable if alpha E(df/domega)^2 E(<m^2> - <m>^2)^2 < 1"""


def _turning(name: str, meaning: str) -> Landmark:
    at = "toysim.models.perceptron.landmarks"
    where = "beta where two saddle points coexist, from above 16 to 20"
    of = ("beta", "kl")
    return Landmark(
        name, meaning, f"{at}:{name}", of, digits=6, where=where, seconds=_search, along="alpha"
    )


def _search(p: FieldSpaceParameters) -> float:
    """Saddle points along the load, slower where the measure has sharp peaks."""
    return 1.0 if p.kl * p.beta < 75 else 10.0


def _seconds(p: FieldSpaceParameters) -> float:
    solved = 1e-1 if p.ensemble == "fixed" else 2e-2
    return solved + (p.n_sweeps + p.n_discard) * p.size * (2e-7 + 5e-9 * p.alpha * p.size)


_sampled = partial(sampled, known=light("alpha"))

# Off by ``off``/N: measured at N = 25 (and seen at 51), alpha = 1, beta = 5.
FIELD_SPACE = Model(
    id="perceptron.field_space",
    title="perceptron in field space: magnetisations learning a binary teacher",
    parameters_class=FieldSpaceParameters,
    dims=(SADDLE,),
    observables=(
        _sampled("overlap", "overlap r of the magnetisations with the teacher", off=0.2),
        _sampled("replica_overlap", "overlap q of two replicas", off=0.12),
        _sampled(
            "self_overlap", "self-overlap Q, one less the mean variance of a weight", off=0.08
        ),
        _sampled(
            "sign_overlap",
            "overlap p of the signs of the magnetisations with the teacher",
            off=0.25,
        ),
        _sampled("error", "probability that the network of signs errs on a new pattern", off=0.15),
        _sampled("loss", "-ln H(-u) per pattern", "nat", off=0.12),
        Observable("acceptance", "share of the proposals accepted"),
    ),
    diagnostics=FIELD_OUTPUTS,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("acceptance",),
    theory_ignores=("size", "n_sweeps", "n_discard", "proposal_width"),
    realised=one_load,
    equations=_EQUATIONS,
    sources=("arXiv:2212.02846",),
    seconds=_seconds,
    theory_seconds=lambda p: 3e-1 if p.ensemble == "fixed" else 3e-2,
    checks=(
        Check(
            {"beta": 5.0, "size": 101, "n_discard": 40, "n_sweeps": 20, "proposal_width": 1.0},
            {"alpha": [1.0]},
            replicas=800,
        ),
    ),
    landmarks=(
        _turning("high_begins", "load at which the branch of high overlap begins"),
        _turning("crossing", "load at which the branches' free entropies are equal"),
        _turning("low_ends", "load at which the branch of low overlap ends"),
    ),
    version=4,
)
