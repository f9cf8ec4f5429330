"""A trace on two time scales: why spaced repetitions are kept longer than massed ones.

Every exposure lifts a fast trace toward 1; a slow trace is fed by the fast one. Repeating too early
lifts little, repeating late leaves the fast trace time to feed the slow one: in between lies a best
gap, and it hardly depends on when memory is tested.
"""

from typing import Any

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.continual.fast_slow_memory.parameters import FastSlowMemoryParameters
from toysim.records import Clock, course


def _end(p: Any) -> Any:
    """Of one row, or of columns of rows."""
    given = p.exposure_steps
    if isinstance(given, tuple):
        last = given[-1] if given else None
    else:
        last = given[:, -1] if given.shape[1] else None
    return ((p.n_exposures - 1) * p.gap if last is None else last) + p.lag


STEPS = Clock("step", "steps", end=_end, whole=True)

_EQUATIONS = """\
a step: f <- r_f f,  s <- r_s s + k f,  at an exposure f <- f + a (1 - f);  strength f + s
t steps after a unit of f: Phi(t) = r_f^t + k r_f (r_s^t - r_f^t)/(r_s - r_f)
two exposures, K = k a r_f/(r_s - r_f):
S(gap) = a Phi(lag) + a (1 - a) Phi(lag) r_f^gap + K r_s^lag (r_s^gap - r_f^gap)
best gap ln{[1 - a (1 - a) Phi(lag)/(K r_s^lag)] ln r_f/ln r_s}/ln(r_s/r_f)
further levels: r_l with the same ratio of logarithms, fed by the level before with k (1 - r_l)/(1 -
r_s)"""

_LANDMARKS = f"{__name__}.landmarks:"
_TRACES = ("fast_decay", "slow_decay", "feed", "gain")

FAST_SLOW_MEMORY = Model(
    id="continual.fast_slow_memory",
    title="a memory of a fast trace that feeds a slow one",
    parameters_class=FastSlowMemoryParameters,
    clock=STEPS,
    observables=(
        course("strength", "sum of all traces"),
        Observable("final_strength", "sum of all traces, lag steps after the last exposure"),
    ),
    diagnostics=(
        Observable(
            "best_gap",
            "gap of two exposures that leaves most at this lag; 1 where closer is better",
            unit="steps",
        ),
        Observable("spacing_effect", "whether a gap above the shortest is best", dtype="bool"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    equations=_EQUATIONS,
    sources=("arXiv:2503.18371", "arXiv:2104.09034", "strength and best gap derived"),
    seconds=lambda p: 2e-6 + 5e-10 * (p.n_levels + 2) * p.end,
    theory_seconds=lambda p: 1e-4 * (2 + p.n_exposures + p.n_records) + 1e-2 * (p.n_levels > 2),
    checks=(
        Check(
            {"n_records": 4, "n_exposures": 3},
            {"gap": [1, 20, 40], "n_levels": [2, 3]},
            shifted=STEPS.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "best_interval",
            "gap of two exposures that leaves most after the lag",
            _LANDMARKS + "best_interval",
            (*_TRACES, "lag"),
            unit="steps",
            where="gain |ln fast_decay| above |ln slow_decay| and a lag that is not too short",
            along="gap",
        ),
        Landmark(
            "late_best_interval",
            "that gap at long lags, where it does not depend on the lag",
            _LANDMARKS + "late_best_interval",
            _TRACES,
            unit="steps",
            where="gain |ln fast_decay| above |ln slow_decay|",
            along="gap",
        ),
    ),
)
