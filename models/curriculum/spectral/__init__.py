"""Low frequencies first: linear regression whose inputs are shown mode by mode.

Modes by falling variance stand for frequencies. A curriculum exposes the first m(t) of them, at m/d
of the cost of an update; hidden ones act as label noise, so the mean loss has an exact recursion.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.curriculum.spectral.parameters import SpectralParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

_EQUATIONS = """\
x_i ~ N(0, h_i), h_i = i^-a, y = w*.x + noise, h_i w*_i^2 = i^-b; the student sees modes i <= m(t)
w_i <- w_i - (eta/B) sum_b (w.x_exposed - y) x_i,  i <= m
s = sigma^2 + sum_(i<=m) h_i q_i + sum_(i>m) h_i w*_i^2,  q_i = E (w_i - w*_i)^2
q_i <- q_i (1 - 2 eta h_i + eta^2 h_i^2 (1 + 1/B)) + (eta^2/B) h_i s;  loss sum_i h_i q_i/2"""

SPECTRAL = Model(
    id="curriculum.spectral",
    title="SGD on least squares that is shown low frequencies first",
    parameters_class=SpectralParameters,
    clock=UPDATES,
    dims=(Dim("mode", "mode, of falling variance", lambda p: p.n_modes),),
    observables=(
        course("loss", "excess loss sum_i h_i (w_i - w*_i)^2/2 with all modes seen", atol=1e-9),
        Observable("mode_error", "(w_i - w*_i)^2 at the end", dims=("mode",)),
        course("exposed", "modes exposed in the next update; in the last one at the end"),
        Observable("cost", "cost of the run, in updates with all modes", "updates"),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2211.09703", "recursion derived"),
    seconds=lambda p: 1e-4 + p.n_steps * (1e-7 + 3e-9 * p.n_modes * p.batch_size),
    theory_seconds=lambda p: 1e-4 + 1e-8 * p.n_steps * p.n_modes,
    checks=(
        Check(
            {"n_modes": 4, "n_steps": 6, "batch_size": 2, "modes_start": 2, "n_records": 3}
            | {"stage_modes": (2, 3, 4)},
            {"pacing": ["full", "linear", "three_stage", "constant"]},
            replicas=30_000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "stable_rate",
            "learning rate above which mean squares grow once all modes are shown",
            "toysim.models.curriculum.landmarks:spectral_stable_rate",
            ("n_modes", "input_power", "batch_size"),
            along="learning_rate",
        ),
    ),
)
