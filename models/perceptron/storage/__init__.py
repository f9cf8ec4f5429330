"""Storage: how many binary weight vectors classify alpha N random labels, and where they lie.

Replica-symmetric theory, which is the right one for binary weights below capacity: the capacity is
where the entropy vanishes, alpha_c = 0.8331 at margin 0 (the Gardner bound 4/pi of a vanishing
distance between solutions is not). With a field along a fixed random configuration the solutions
are weighted by their overlap p with it: the first landscape of arXiv:1304.2850, entropy against
distance d = (1 - p)/2.
"""

from toysim.model import Check, Landmark, Model
from toysim.models.perceptron.replica.solver_outputs import SOLVER_OUTPUTS, conjugates
from toysim.models.perceptron.samplers.sizes import one_load, sampled
from toysim.models.perceptron.storage.parameters import StorageParameters

_EQUATIONS = """\
phi = extr -hat(q) (1-q)/2 + int Dz ln 2cosh(sqrt(hat(q)) z + x) + alpha int Dz ln H(t),
    t = (kappa + sqrt(q) z)/sqrt(1-q)
q = int Dz tanh^2(sqrt(hat(q)) z + x),  p = int Dz tanh(sqrt(hat(q)) z + x),
    hat(q) = alpha/(1-q) int Dz (G/H)^2(t)
entropy s = phi - x p at distance d = (1-p)/2; solutions exist while s > 0
stable if alpha int Dz (df/domega)^2 int Dz (1 - tanh^2)^2 < 1,
    df/domega = -(G/H)(G/H - t)/(1-q)"""


# Message passing takes 20 iterations far below capacity and 1000, all it may, above.
def _seconds(p: StorageParameters) -> float:
    if p.sampler == "enumeration":
        return 2e-3 + 2e-9 * (1 << p.size) * (1 + p.alpha)
    return 2e-3 + 5e-8 * p.alpha * p.size**2


_AT = "toysim.models.perceptron.landmarks"
_LANDMARKS = (
    Landmark(
        "capacity",
        "load above which no weights store random labels: the entropy vanishes",
        f"{_AT}:capacity",
        ("margin",),
        source="Krauth and Mezard 1989",
        where="margins from -3 on",
        along="alpha",
    ),
    Landmark(
        "overlap_at_capacity",
        "overlap q of two solutions at capacity",
        f"{_AT}:overlap_at_capacity",
        ("margin",),
        source="Krauth and Mezard 1989",
        where="margins from -3 on",
    ),
    Landmark(
        "annealed_capacity",
        "load above which the mean number of solutions is below one, a bound on the capacity",
        f"{_AT}:annealed_capacity",
        ("margin",),
        along="alpha",
    ),
    Landmark(
        "vanishing_distance",
        "load at which the saddle point has two solutions at distance 0; not the capacity",
        f"{_AT}:vanishing_distance",
        ("margin",),
        source="Krauth and Mezard 1989",
        where="margins from -5 on",
    ),
)


# Off by 0.1/N or less by message passing (measured at N = 25 and 75).
STORAGE = Model(
    id="perceptron.storage",
    title="binary perceptron storing random labels",
    parameters_class=StorageParameters,
    observables=(
        sampled(
            "entropy",
            "entropy of the solutions at their typical distance, per weight",
            "nat",
        ),
        sampled("free_entropy", "ln sum over solutions of exp(x * overlap), per weight", "nat"),
        sampled("overlap", "overlap q of two solutions"),
        sampled("reference_overlap", "overlap p with the reference configuration"),
        sampled("distance", "normalised Hamming distance d to the reference configuration"),
    ),
    diagnostics=(*conjugates(q_hat="overlap of two solutions"), *SOLVER_OUTPUTS),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("sampler", "size"),
    realised=one_load,
    equations=_EQUATIONS,
    sources=("Krauth and Mezard 1989", "arXiv:1304.2850"),
    seconds=_seconds,
    checks=(
        Check({"field": 0.6, "alpha": 0.4, "size": 205}, {"margin": [0.0, 0.2]}, replicas=1000),
    ),
    landmarks=_LANDMARKS,
    version=2,
)
