"""Signs of random units as codes of points: when two points share one, and what codes tell of
classes.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.memory.activation_codes.parameters import ActivationCodesParameters

_EQUATIONS = """\
code of x: signs of n random projections; points x ~ N(0, I_d), or a prototype N(0, I_d) + spread z
two points at angle t share a code with probability (1 - t/pi)^n
p2 = c_d int_0^pi sin^(d-2) t (1 - t/pi)^n dt,  c_d = Gamma(d/2)/(sqrt(pi) Gamma((d-1)/2))
colliding pairs M (M-1) p2/2;  redundancy (M - distinct)/M at most that over M, and at least
that less C(M,3) p3 over M, p3 = E (1 - (t12 + t13 + t23)/(2 pi))^n over three points
d = 2: distinct = 2 n E[1 - (1 - x/2)^M], x ~ Beta(1, n - 1)
two prototypes a, b: units that part x from only a, from only b: trinomial of
(t_xa + t_ab - t_xb)/(2 pi) and its mirror"""

_AT = f"{__name__}.law"

ACTIVATION_CODES = Model(
    id="memory.activation_codes",
    title="activation patterns of random units as hash codes",
    parameters_class=ActivationCodesParameters,
    observables=(
        Observable("colliding_pairs", "pairs of points with one code", "pairs", span=1e10),
        Observable(
            "redundancy",
            "(M - distinct codes)/M: share of points whose code an earlier one has",
            span=1.0,
        ),
        Observable("code_distance", "share of units in which two points differ, mean over pairs"),
        Observable(
            "prototype_accuracy",
            "share of points whose nearest prototype by code is their own, ties shared",
        ),
        Observable(
            "accuracy_excess",
            "that less its mean over the units, given the points (two prototypes)",
            scale=1.0,
        ),
    ),
    diagnostics=(
        Observable("collision", "probability p2 that two points share a code"),
        Observable(
            "redundancy_bound",
            "mean colliding pairs over points: the mean redundancy is at most this",
        ),
        Observable(
            "redundancy_least",
            "the same less mean colliding triples over points: it is at least this; in the plane "
            "the redundancy",
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("prototype_accuracy",),
    equations=_EQUATIONS,
    sources=("arXiv:2101.05490", "derived"),
    seconds=lambda p: (
        1e-4
        + 4e-10 * p.n_units * p.n_points * (p.dimension + 4)
        + p.n_points * (2e-7 + 1.3e-8 * p.dimension + 4e-9 * p.n_prototypes)
    ),
    theory_seconds=lambda p: 1e-2,
    checks=(
        Check({"dimension": 3, "n_units": 9, "n_points": 30}, replicas=20_000),
        Check({"dimension": 2, "n_units": 6, "n_points": 12}, replicas=20_000),
        Check({"n_units": 9, "n_points": 20, "n_prototypes": 2}, replicas=3000),
    ),
    landmarks=(
        Landmark(
            "width_of_a_tenth",
            "units at which colliding pairs are a tenth of the points, (M - 1) p2/2 = 1/10",
            f"{_AT}:width_of_a_tenth",
            ("dimension", "n_points"),
            unit="units",
            along="n_units",
        ),
        Landmark(
            "width_of_a_hundredth",
            "units at which colliding pairs are a hundredth of the points, (M - 1) p2/2 = 1/100",
            f"{_AT}:width_of_a_hundredth",
            ("dimension", "n_points"),
            unit="units",
            along="n_units",
        ),
        Landmark(
            "wide_width_of_a_tenth",
            "width_of_a_tenth where n >> d, pi [c_d Gamma(d-1) (M-1)/(2 r)]^(1/(d-1)), r = 1/10",
            f"{_AT}:wide_width_of_a_tenth",
            ("dimension", "n_points"),
            unit="units",
            along="n_units",
        ),
    ),
    version=2,
)
