"""Walkers on a line with a random potential: distances grow like powers of ln t.

A landscape is drawn once for all replicas and temperatures; ``landscape`` numbers it. Theory is the
exact distribution of a walker on that landscape. A batch size and its learning rate enter as a
temperature and a number of steps, which is a model of them.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.rugged.random_potential.parameters import RandomPotentialParameters
from toysim.records import Clock, course

UPDATES = Clock(
    "update",
    "updates",
    end=lambda p: p.n_steps,
    whole=True,
    spacing="geometric",
    begin=10,
)

_EQUATIONS = """\
f_x = V(x) - V(x-1): binary +-ln((1/2 + eps)/(1/2 - eps)), N(0, force^2), or fractional Gaussian
noise with Var[V(x) - V(0)] = force^2 |x|^(2 H); none: 0
a step to the right with probability 1/(1 + exp(f_x/T)), walls at +-L (none: no walls)
batch B, eta = 1, sqrt B or B: temperature T eta/B, steps eta^2/B an update, rounded to even
p_(t+1)(x) = p_t(x-1) r(x-1) + p_t(x+1) (1 - r(x+1));  none: E|x| = t C(t, t/2)/2^t
sqrt(E|x|) -> sqrt(5/6)/sigma ln t, sigma the deviation of f_x/(T eta/B), f_x uncorrelated"""


def _steps(p: RandomPotentialParameters) -> float:
    """Steps of a walker."""
    eta = {"none": 1.0, "sqrt": p.batch**0.5, "linear": float(p.batch)}[p.rate_rule]
    return float(p.n_steps * eta * eta / p.batch)


def _landscape(p: RandomPotentialParameters) -> float:
    """Seconds of a landscape: three Fourier transforms of any length where it is fractional."""
    return p.half_width * (2e-6 if p.disorder == "fractional" else 3e-8)


RANDOM_POTENTIAL = Model(
    id="rugged.random_potential",
    title="random walk in a random potential",
    parameters_class=RandomPotentialParameters,
    clock=UPDATES,
    observables=(
        course("distance", "mean of |x| over the walkers, in sites", span=1e6),
        course("square_distance", "mean of x^2 over the walkers, in sites squared", span=1e12),
    ),
    diagnostics=(
        course("valley", "distance to the bottom of the valley of depth (T eta/B) ln(steps)"),
        Observable("edge", "largest probability along the run of being at a wall or next to it"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("n_walkers",),
    equations=_EQUATIONS,
    sources=("arXiv:1705.08741", "Sinai 1982", "Kesten 1986", "recursion derived"),
    seconds=lambda p: 1e-4 + 3e-9 * _steps(p) * p.n_walkers + _landscape(p),
    theory_seconds=lambda p: (
        1e-4 + _landscape(p) + 2e-9 * _steps(p) * min(_steps(p), 2.0 * p.half_width)
    ),
    checks=(
        Check(
            {"n_steps": 200, "n_walkers": 20, "n_records": 3},
            {"disorder": ["binary", "gaussian", "fractional", "none"]},
            replicas=1500,
            shifted=lambda values: {**values, "n_steps": values["n_steps"] + 20},
        ),
    ),
    landmarks=(
        Landmark(
            "sinai_slope",
            "slope of sqrt(E|x|) over ln t in the end, sqrt(5/6)/sigma, sigma of f_x/(T eta/B)",
            f"{__name__}.landmarks:sinai_slope",
            ("disorder", "bias", "force", "temperature", "batch", "rate_rule"),
            source="Kesten 1986",
            where="disorder = binary, gaussian",
        ),
    ),
)
