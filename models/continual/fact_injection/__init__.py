"""One fact injected into a stream: how it is forgotten, by how much it must be repeated, and what
is left to recognise when it can no longer be recalled.

SGD on a background whose inputs have a power-law spectrum forgets a fact as a power of time, with
an exponent that follows from the two spectra. Repeated at an interval, the recall before the next
injection tends to a limit; whether a large model learns at every interval is a matter of exponents.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.continual.fact_injection.parameters import FactInjectionParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

_EQUATIONS = """\
x ~ N(0, diag h), h_i = i^-a, label w*.x + s z, delta = w - w*;  f_i = +-i^(-b/2), label w*.f + 1
delta <- delta - eta mean_B (x.delta - s z) x,  at an injection before that
delta <- delta + kappa (1 - f.delta) f/|f|^2
N = E (1, delta)(1, delta)', h_0 = 0; at an injection, r = (1, -f), c = (0, kappa f/|f|^2):
N <- (I + c r') N (I + r c'),  then N_ij <- N_ij (1 - eta (h_i + h_j) + eta^2 (1 + 1/B) h_i h_j)
                                    + [i = j] eta^2 h_i (sum_k h_k N_kk + s^2)/B
R(t) = sum f_i^2 (1 - eta h_i)^t/|f|^2 ~ t^-q, q = (b - 1)/a
every T: recall before the next tends to kappa G/(1 + kappa G), G = sum_{m >= 1} R(m T)"""

_OF_FACT = ("n_modes", "capacity_exponent", "fact_exponent", "learning_rate", "strength")

FACT_INJECTION = Model(
    id="continual.fact_injection",
    title="a fact injected into a stream of SGD",
    parameters_class=FactInjectionParameters,
    clock=UPDATES,
    observables=(
        course("recall", "read-out f.delta of the fact, or of what its wordings have in common"),
        course("recall_square", "square of the recall"),
        course("memory", "read-out of the first wording"),
        course("generalisation", "read-out of a wording never presented"),
        course("recalled", "whether the recall exceeds the threshold"),
        course("recognised", "whether it exceeds that of a run without the fact"),
        course("retention", "recall over the mean recall just after the last injection"),
        Observable("final_recall", "recall at the end"),
    ),
    diagnostics=(
        course("recall_deviation", "standard deviation of the recall over runs"),
        course("gaussian_recalled", "share of runs above the threshold, were the recall Gaussian"),
        course("gaussian_recognised", "the same of above a run without the fact"),
        Observable("limit_recall", "recall before the next of endless injections every interval"),
        Observable("threshold_interval", "interval at which that is 1/2", unit="updates"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("recalled", "recognised"),
    equations=_EQUATIONS,
    sources=("arXiv:2406.11813", "arXiv:2303.17557", "moments and limits derived"),
    seconds=lambda p: 2e-4 + 2.0 * p.n_steps * (5e-8 + 2.5e-9 * (p.n_modes + 16) * (p.batch + 1)),
    theory_seconds=lambda p: (
        1e-3
        + (p.n_records + p.n_injections) * (3e-5 + 5e-8 * p.n_modes)
        + 1e-5 * p.n_modes
        + (p.n_modes <= 400)
        * ((p.n_records + p.n_injections) * 2e-8 * p.n_modes**2 + p.n_steps * p.n_modes * 2e-9)
    ),
    checks=(
        Check(
            {"n_modes": 8, "n_steps": 30, "n_records": 3, "batch": 16, "noise": 0.01}
            | {"start_error": 0.05},
            {"capacity_exponent": [0.5, 1.5], "count": [1, 3]} | {"interval": [9], "first": [4]},
            replicas=3000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "learnability_threshold",
            "interval of endless injections above which the fact is not recalled before the next: "
            "its recall there tends to 1/2",
            f"{__name__}.landmarks:learnability_threshold",
            _OF_FACT,
            unit="updates",
            where="learning_rate below 1",
            along="interval",
        ),
    ),
)
