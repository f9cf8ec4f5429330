"""Many interventions in one run: what each keeps, and how much they disturb each other.

Facts in random directions are injected into one run, and one by one into runs of their own. What
one leaves on another, and what the whole is more than the sum, is exact in the mean.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.continual.interventions.parameters import InterventionsParameters

_EQUATIONS = """\
delta <- delta + kappa (y_m - f_m.delta) f_m, m = 1..M, |f_m| = 1 at random, y_m = +-1, delta = 0
p = E|delta|^2: p <- A p + kappa^2, A = 1 - kappa (2 - kappa)/d; crosstalk square p/d
D = delta - sum of single runs, c = E delta.D, q = E|D|^2:
c <- c (1 - kappa/d) - kappa (1 - kappa) p/d,  q <- q - 2 kappa c/d + kappa^2 p/d
recall of the first kappa (1 - kappa/d)^(M-1)"""

INTERVENTIONS = Model(
    id="continual.interventions",
    title="many interventions in one run",
    parameters_class=InterventionsParameters,
    observables=(
        Observable("crosstalk_square", "squared read-out, mean over facts that were not injected"),
        Observable(
            "first_recall", "read-out of the first fact at the end, times its label", scale=1.0
        ),
        Observable("interaction", "squared distance from the sum of runs of one fact each"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2509.23383", "means derived"),
    seconds=lambda p: 5e-5 + 2e-8 * (p.n_interventions + 4) * (p.dimension + 4),
    theory_seconds=lambda p: 5e-5 + 1e-8 * p.n_interventions,
    checks=(
        Check(
            {"dimension": 20, "n_interventions": 12},
            {"strength": [0.5, 1.0]},
            replicas=20_000,
            shifted=lambda values: {**values, "n_interventions": 13},
        ),
    ),
    landmarks=(
        Landmark(
            "saturated_crosstalk",
            "root mean square read-out of any fact after many more interventions than weights",
            f"{__name__}.theory:saturated_crosstalk",
            ("strength",),
            where="strength below 2",
        ),
    ),
)
