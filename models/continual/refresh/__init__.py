"""Refresh learning: every sample is unlearned first, then relearned; for least squares this is SGD
with a step that grows with the input's square.
"""

from toysim.model import Check, Landmark, Model
from toysim.models.continual.refresh.parameters import RefreshParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_updates, whole=True)

_EQUATIONS = """\
x ~ N(0, diag i^-a), residual r = x.delta - sigma xi, delta = w - w*, at first N(0, I/d)
delta <- delta + gamma r x, then delta <- delta - eta r x; together
delta <- delta - (b_0 + b_1 |x|^2) r x, b_0 = eta - gamma, b_1 = eta gamma
E C_ii closes in the diagonal of C = E delta delta'; L = sum h_i C_ii/2"""

_HERE = f"{__name__}.landmarks"
_OF = ("dimension", "spectrum", "noise", "unlearning_rate", "n_updates")

REFRESH = Model(
    id="continual.refresh",
    title="unlearn, then relearn, each sample",
    parameters_class=RefreshParameters,
    clock=UPDATES,
    observables=(course("loss", "excess loss after the updates of the record"),),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2403.13249", "recursion derived"),
    seconds=lambda p: 5e-5 + p.n_updates * (2e-8 + 6e-9 * p.dimension),
    checks=(
        Check(
            {"n_records": 4, "n_updates": 60, "dimension": 8},
            {"unlearning_rate": [0.0, 0.05, 0.15], "spectrum": [0.5, 1.0]},
            replicas=20_000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "best_learning_rate",
            "learning rate of the least mean loss after all updates",
            f"{_HERE}:best_learning_rate",
            _OF,
            digits=4,
            along="learning_rate",
        ),
        Landmark("best_loss", "mean loss there", f"{_HERE}:best_loss", _OF, digits=8),
    ),
)
