"""Random patterns stored in symmetric couplings: the Hopfield model at and above capacity.

Theory is replica symmetric, at infinite size. Retrieval ends with a jump at 0.1379 patterns a
neuron; replica symmetry is broken there at low temperature, which moves the fourth digit.
"""

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.memory.hopfield.parameters import HopfieldParameters
from toysim.models.memory.hopfield.sizes import n_patterns, one_load
from toysim.records import Clock, course

SWEEPS = Clock("sweep", "sweeps", end=lambda p: p.n_sweeps, whole=True)

_EQUATIONS = """\
J_ij = sum_mu xi_i xi_j/N (i != j), h_i = sum_j J_ij s_j, m = sum_i xi_i s_i/N, P = alpha N patterns
heat bath: s_i = +1 with probability 1/(1 + exp(-2 h_i/T)), a neuron at random, or all at once
m = int Dz tanh(beta (m + sqrt(alpha r) z)),  q = int Dz tanh^2(...),  chi = beta (1 - q),
r = q/(1 - chi)^2;  T = 0: t (sqrt(2 alpha) + 2 e^(-t^2)/sqrt(pi)) = erf(t), m = erf(t)
energy = -m^2/2 + alpha/2 - alpha/2 (1/(1 - chi) + chi r)
stable if alpha beta^2 int Dz (1 - tanh^2)^2 < (1 - chi)^2"""

_AT = f"{__name__}.landmarks"
_SOURCE = "Amit, Gutfreund and Sompolinsky 1985"


def _seconds(p: HopfieldParameters) -> float:
    return (
        5e-5
        + n_patterns(p.size, p.alpha) * p.size * (2e-8 + 1.5e-10 * p.n_sweeps)
        + (3e-8 * p.size * p.n_sweeps)
    )


# Measured at alpha = 0.02 and 0.08, T = 0 and 0.2: N times the error is below 2 from N = 200 on.
_SIZE = FiniteSize(3.0, "size", 1)

HOPFIELD = Model(
    id="memory.hopfield",
    title="Hopfield model: random patterns in symmetric couplings",
    parameters_class=HopfieldParameters,
    clock=SWEEPS,
    observables=(
        course("overlap", "overlap m with the first pattern, after the sweep"),
        Observable(
            "mean_overlap",
            "overlap with the first pattern, mean over the last half of the sweeps",
            finite_size=_SIZE,
            scale=1.0,
        ),
        Observable(
            "energy", "energy per neuron, mean over the last half of the sweeps", finite_size=_SIZE
        ),
        Observable("largest_overlap", "largest |overlap| with a pattern at the end"),
    ),
    diagnostics=(
        Observable("self_overlap", "q, mean square of a neuron's mean state (Edwards-Anderson)"),
        Observable("stability", "replicon value; above 1 replica symmetry is broken"),
        Observable("capacity", "load above which no retrieval state is left at this temperature"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("overlap", "largest_overlap"),
    realised=one_load,
    equations=_EQUATIONS,
    sources=("Hopfield 1982", _SOURCE),
    seconds=_seconds,
    theory_seconds=lambda p: 0.3,
    checks=(
        Check(
            {"size": 1000, "n_sweeps": 40, "alpha": 0.05},
            {"temperature": [0.0, 0.3]},
            replicas=60,
        ),
    ),
    landmarks=(
        Landmark(
            "capacity",
            "load at which retrieval ends: its inverse is the temperature T_M",
            f"{_AT}:capacity",
            ("temperature",),
            source=_SOURCE,
            digits=6,
            where="temperatures 0 and 0.005 to below 1",
            along="alpha",
        ),
        Landmark(
            "overlap_at_capacity",
            "overlap m of the retrieval state at the capacity, where it ends",
            f"{_AT}:overlap_at_capacity",
            ("temperature",),
            source=_SOURCE,
            digits=5,
            where="temperatures 0 and 0.005 to below 1",
        ),
        Landmark(
            "equilibrium_capacity",
            "load up to which retrieval is the global minimum: its inverse is T_c",
            f"{_AT}:equilibrium_capacity",
            ("temperature",),
            source=_SOURCE,
            digits=5,
            where="temperatures 0 and 0.005 to below 1",
            along="alpha",
        ),
        Landmark(
            "melting_temperature",
            "temperature T_M above which no retrieval state is left",
            f"{_AT}:melting_temperature",
            ("alpha",),
            source=_SOURCE,
            digits=5,
            where="loads below the capacity at T = 0.005",
            along="temperature",
        ),
        Landmark(
            "equilibrium_temperature",
            "temperature T_c below which retrieval is the global minimum",
            f"{_AT}:equilibrium_temperature",
            ("alpha",),
            source=_SOURCE,
            digits=5,
            where="loads below the equilibrium capacity at T = 0.005",
            along="temperature",
        ),
        Landmark(
            "glass_temperature",
            "temperature T_g = 1 + sqrt(alpha) below which there is a spin glass",
            f"{_AT}:glass_temperature",
            ("alpha",),
            source=_SOURCE,
            along="temperature",
        ),
        Landmark(
            "breaking_temperature",
            "temperature below which replica symmetry of retrieval is broken (de Almeida-Thouless)",
            f"{_AT}:breaking_temperature",
            ("alpha",),
            source=_SOURCE,
            digits=5,
            where="loads at which it is 0.005 or more",
            along="temperature",
        ),
    ),
)
