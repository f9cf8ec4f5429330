"""Two concepts learned from prompts, one combination held out: which comes first, and where the
held-out prompt leads meanwhile.
"""

from typing import Any

from toysim.model import Check, Dim, Discretisation, Landmark, Model, Observable
from toysim.models.deep_linear.concepts.parameters import ConceptsParameters
from toysim.records import Clock, course

TIME = Clock("time", "flow time", end=lambda p: p.duration)

_EQUATIONS = """\
prompt z in {-1,1}^2, image sum_k sigma_k g_k z_k;  m = E z1 z2;  each token is masked with prob. q
S_zz = (1-q) [[1, (1-q) m], [., 1]],  S_yz = (1-q) diag(sigma) [[1, m], [m, 1]]
W1 <- W1 + eta W2' R,  W2 <- W2 + eta R W1',  R = S_yz - W2 W1 S_zz, balanced start of strength K0
flow: W' = (W W')^(1/2) R + R (W'W)^(1/2),  (W W')^(1/2) = (W W' + |det W|)/sqrt(tr + 2 |det W|)
coordinate c_k = (W 1)_k/sigma_k at the prompt (1, 1);  latent: sqrt((W W')^(1/2)_kk/sigma_k)
all classes: t(c) = ln[c/(1-c) (sigma/K0 - 1)]/(2 sigma (1-q))
held out: c_end = (1+m)/(1+(1-q)m)"""

_AT = f"{__name__}.landmarks"
_OF = ("signals", "class_weights", "mask")
_K = ("concept",)
# Between two updates passages are linear: off by eta^2/4 of the fastest mode or so.
_TIMES: dict[str, Any] = {"unit": "flow time", "atol": 2e-5}

CONCEPTS = Model(
    id="deep_linear.concepts",
    title="concepts of different signal learned from prompts, one combination held out",
    parameters_class=ConceptsParameters,
    clock=TIME,
    dims=(Dim("concept", "concept, as its signal is given", lambda p: 2),),
    observables=(
        course(
            "coordinate",
            "c_k, output along a concept at the prompt (1, 1), over its signal",
            dims=_K,
        ),
        course(
            "latent_coordinate",
            "reach of a concept with the hidden layer set by hand, sqrt((W2 W2')_kk/sigma_k)",
            dims=_K,
        ),
        Observable(
            "learning_time",
            "flow time from which the coordinate stays above 0.8",
            dims=_K,
            **_TIMES,
        ),
        Observable(
            "latent_time", "flow time from which the reach stays above 0.8", dims=_K, **_TIMES
        ),
        # Descent looks after its updates, the flow at 4,001 times: least values miss by 1e-5.
        Observable(
            "lowest_coordinate", "least coordinate along the run", dims=_K, scale=0.1, atol=1e-4
        ),
        Observable(
            "turn_time",
            "last flow time at which the weak concept's coordinate turns positive",
            **_TIMES,
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    theory_ignores=("width", "learning_rate"),
    discretisation=Discretisation("learning_rate", 1, lambda p: True),
    equations=_EQUATIONS,
    sources=("arXiv:2406.19370", "arXiv:2410.08309", "derived"),
    seconds=lambda p: 1e-4 + p.duration / p.learning_rate * (5e-8 + 1e-8 * p.width),
    theory_seconds=lambda p: 0.2 + 2e-3 * p.duration * max(p.signals),
    checks=(
        Check(
            {"n_records": 6, "duration": 16.0, "start_strength": 0.01, "learning_rate": 0.002},
            {"mask": [0.0, 0.2], "orientation": ["aligned", "random"]},
        ),
    ),
    landmarks=(
        Landmark(
            "held_out_end",
            "coordinates at the held-out prompt in the end, (1+m)/(1+(1-q)m)",
            f"{_AT}:held_out_end",
            _OF[1:],
            where="not m = -1 without mask",
        ),
        Landmark(
            "plateau_strong",
            "coordinate of the strong concept at the plateau, from small starts without mask",
            f"{_AT}:plateau_strong",
            _OF[:2],
            where="different signals, correlated concepts",
        ),
        Landmark(
            "plateau_weak",
            "coordinate of the weak concept there: negative where m < 0, the swing",
            f"{_AT}:plateau_weak",
            _OF[:2],
            where="different signals, correlated concepts",
        ),
        Landmark(
            "learning_slope",
            "slope of the strong concept's learning time over ln(1/K0), without mask",
            f"{_AT}:learning_slope",
            _OF[:2],
            where="different signals, correlated concepts",
        ),
        Landmark(
            "turn_slope",
            "slope of the turn's time over ln(1/K0), without mask",
            f"{_AT}:turn_slope",
            _OF[:2],
            where="different signals, m < 0",
        ),
    ),
    version=3,
)
