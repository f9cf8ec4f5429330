"""How to spend a budget: a model that keeps the strongest modes, fitted by one pass over the data.

Computing p modes for T updates costs p T. What the model drops is noise to it, and a loss that no
training removes; what it keeps must be learned in the updates that are left.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.scaling.allocation.parameters import AllocationParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

_LANDMARKS = "toysim.models.scaling.allocation.landmarks"
_OF = ("capacity_exponent", "signal_exponent", "label_noise")

_EQUATIONS = """\
h_i = i^-a, h_i w*_i^2 = i^-b, i = 1, 2, ...; y = x.w* + noise, kept modes i <= p, w = 0 at first
r = sum_{i > p} i^-b;  E L = S/2 + r/2, S = sum_{i <= p} M_i, A = eta_t h_i
M_i <- M_i (1 - 2 A + 2 A^2) + A^2 (S + s^2 + r)
eta_t = peak * schedule, the peak that makes E L at the end least;  compute C = p T"""

ALLOCATION = Model(
    id="scaling.allocation",
    title="model size and updates of one pass on a power law",
    parameters_class=AllocationParameters,
    clock=UPDATES,
    observables=(
        course("loss", "excess loss, that of the dropped modes with it", atol=1e-9),
        Observable("final_loss", "excess loss at the end"),
    ),
    diagnostics=(
        Observable("dropped_loss", "what the dropped modes add to the loss, r/2"),
        Observable("peak_rate", "largest learning rate"),
        Observable("samples_per_mode", "updates over kept modes", unit="updates"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    version=2,
    equations=_EQUATIONS,
    sources=("arXiv:1906.06669", "arXiv:2403.06563", "moments derived"),
    seconds=lambda p: 2e-3 + p.n_steps * (1e-5 + 2e-7 * p.n_modes),
    theory_seconds=lambda p: 2e-3 + p.n_steps * (1e-5 + 1e-7 * p.n_modes),
    checks=(
        Check(
            {"n_modes": 4, "n_steps": 20, "n_records": 3, "label_noise": 0.05},
            {"peak": ["best", "given"], "schedule": ["linear", "constant"]},
            replicas=20000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "size_exponent",
            "exponent of the best size over the compute p T",
            f"{_LANDMARKS}:size_exponent",
            _OF,
            where="both exponents above 1; without label noise b up to 2a",
        ),
        Landmark(
            "loss_exponent",
            "exponent of the least excess loss over the compute",
            f"{_LANDMARKS}:loss_exponent",
            _OF,
            where="both exponents above 1; without label noise b up to 2a",
        ),
    ),
)
