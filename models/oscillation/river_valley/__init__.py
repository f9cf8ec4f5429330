"""River valley: a flat river between steep hillsides, walked with noise under a schedule.

A constant large rate makes fast progress along the river while the noise bounces the walker between
the hillsides; decay takes the bounce away and lets the progress show (arXiv:2410.05192). The
straight valley with quadratic hillsides is solved exactly for every schedule.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.oscillation.declarations import UPDATES
from toysim.models.oscillation.river_valley.parameters import RiverValleyParameters
from toysim.records import course

_EQUATIONS = """\
L = -c x + k y^2 / 2;  x <- x + eta_t c,  y <- y - eta_t (k y + s z),  z ~ N(0, 1)
v = E y^2:  v <- (1 - eta_t k)^2 v + eta_t^2 s^2,
    stationary eta s^2 / (k (2 - eta k)), stable iff eta k < 2
greedy: eta_t = k v / (k^2 v + s^2) makes the next v smallest, 1/v <- 1/v + k^2/s^2"""

RIVER_VALLEY = Model(
    id="oscillation.river_valley",
    title="river valley: progress and bounce under learning-rate schedules",
    parameters_class=RiverValleyParameters,
    clock=UPDATES,
    version=3,
    observables=(
        course("rate", "learning rate of the next update, NaN at the end"),
        # The position is not random: both sides sum the rates, in another order.
        course("position", "position x along the river", atol=1e-9),
        course("hill_loss", "loss above the river, k y^2 / 2"),
        course("loss", "loss", atol=1e-9),  # at the start it is not random, only rounded
        Observable("final_position", "position x along the river at the end", atol=1e-9),
        Observable("final_hill_loss", "loss above the river at the end"),
        Observable("final_loss", "loss at the end"),
        Observable("decay_gain", "fall of the loss over the last decay_steps updates"),
    ),
    diagnostics=(
        Observable(
            "stationary_hill_loss", "mean hill loss kept up by the peak rate; NaN if unstable"
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("rate",),
    equations=_EQUATIONS,
    sources=("arXiv:2410.05192",),
    seconds=lambda p: 1e-6 + 3e-9 * p.n_steps,
    checks=(
        Check(
            {
                "noise": 0.1,
                "start": 2.0,
                "river_slope": 0.1,
                "learning_rate": 0.1,
                "n_steps": 12,
                "warmup_steps": 2,
                "decay_steps": 4,
                "n_records": 4,
            },
            {
                "schedule": ["constant", "linear", "cosine", "wsd", "step", "greedy"],
                "curvature": [0.5, 2.0],
            },
            replicas=2000,
            shifted=UPDATES.one_more,
        ),
        # With more bounce: the square of y spreads, so many replicas.
        Check(
            {
                "n_steps": 12,
                "decay_steps": 6,
                "learning_rate": 0.1,
                "river_slope": 0.2,
                "start": 2.0,
            },
            replicas=20_000,
        ),
    ),
    landmarks=(
        Landmark(
            "stable_rate",
            "learning rate above which the bounce across the valley grows",
            "toysim.models.oscillation.landmarks:hill_stable_rate",
            ("curvature",),
            along="learning_rate",
        ),
    ),
)
