"""Catapult: a two-layer linear network at a step too large for its start.

One sample with input 1 and label 0, f = u.v/sqrt(n). Above eta lambda = 2 the loss grows until it
is of order the width n; then the tangent kernel lambda falls, and descent ends at a flatter
minimum. Above 4 it diverges. Output and kernel close exactly under an update (arXiv:2003.02218).
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.oscillation.catapult.parameters import CatapultParameters
from toysim.models.oscillation.declarations import EXACT, UPDATES
from toysim.records import course

_EQUATIONS = """\
f = u.v/sqrt(n), L = f^2/2, lambda = (|u|^2 + |v|^2)/n;
    u <- u - eta f v/sqrt(n), v <- v - eta f u/sqrt(n)
f <- f (1 - eta lambda + eta^2 f^2/n),  lambda <- lambda + (eta f^2/n)(eta lambda - 4)
lazy for eta lambda_0 < 2, catapult between 2 and 4, divergent above 4 (up to 1/n)"""

CATAPULT = Model(
    id="oscillation.catapult",
    title="catapult of a two-layer linear network",
    parameters_class=CatapultParameters,
    clock=UPDATES,
    version=3,
    observables=(
        course("output", "output f", **EXACT),
        course("eta_kernel", "learning rate times tangent kernel lambda", **EXACT),
        course("loss", "loss", **EXACT),
        Observable("final_output", "output f at the end", **EXACT),
        Observable("final_eta_kernel", "learning rate times tangent kernel at the end", **EXACT),
        Observable("final_loss", "loss at the end", **EXACT),
        Observable("peak_loss", "largest loss on the way", **EXACT),
    ),
    diagnostics=(
        Observable("rounding_growth", "largest logarithm by which a rounding error grows"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    equations=_EQUATIONS,
    sources=("arXiv:2003.02218",),
    seconds=lambda p: 2e-5 + 3e-8 * p.width + p.n_steps * (9e-8 + 2.5e-10 * p.width),
    checks=(
        Check(
            {"width": 100, "n_steps": 15, "n_records": 6},
            {"start_eta_kernel": [1.5, 2.2, 3.0, 3.5]},
            replicas=3,
            shifted=UPDATES.one_more,
        ),
        Check({"width": 500}, {"start_eta_kernel": [1.0, 1.9, 2.5, 3.0, 3.5]}, replicas=2),
    ),
    landmarks=(
        Landmark(
            "catapult_begins",
            "start_eta_kernel above which the loss grows at first",
            "toysim.models.oscillation.landmarks:catapult_begins",
            source="arXiv:2003.02218",
            along="start_eta_kernel",
        ),
        Landmark(
            "catapult_ends",
            "start_eta_kernel above which it diverges, at infinite width",
            "toysim.models.oscillation.landmarks:catapult_ends",
            source="arXiv:2003.02218",
            where="infinite width; shifted by order 1/width",
            along="start_eta_kernel",
        ),
    ),
)
