"""SGD on a stream that repeats: each update takes, with a probability, one of a few kept rows.

f = 0 is one pass, f = 1 several epochs on m rows. The rows and their label noise are drawn once;
replicas are runs on the same rows, and ``data_set`` numbers the rows.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.scaling.repeated_sgd.parameters import RepeatedSgdParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)


def has_theory(p: RepeatedSgdParameters) -> bool:
    """Whether the recursion is run: it costs d^2 m an update, and does not know epochs."""
    return p.order == "with_replacement" and p.n_modes <= 128


_EQUATIONS = """\
h_i = i^-a, h_i w*_i^2 = i^-b, L = sum_i h_i delta_i^2/2, delta = w - w*, w = 0 at first
w <- w - eta_t x (x.w - y), (x, y) one of m kept rows with probability f, else fresh
A = (1 - f) H + f X'X/m,  q = f X'eps/m,  r_k^2 = x_k'M x_k - 2 eps_k x_k.mu + eps_k^2
M <- M - eta (A M + M A) + eta (mu q' + q mu')
       + eta^2 {(1 - f) [2 H M H + H (tr H M + s^2)] + (f/m) sum_k r_k^2 x_k x_k'}
mu <- mu - eta (A mu - q);  M = E delta delta', mu = E delta"""

REPEATED_SGD = Model(
    id="scaling.repeated_sgd",
    version=2,
    title="SGD on least squares with repeated rows",
    parameters_class=RepeatedSgdParameters,
    clock=UPDATES,
    observables=(
        course("loss", "excess loss on fresh inputs", atol=1e-12),
        course("train_loss", "half the mean squared residual on the kept rows", atol=1e-12),
        Observable("final_loss", "excess loss at the end"),
    ),
    diagnostics=(
        Observable("best_loss", "least mean loss of the course"),
        Observable("update_of_best", "updates after which it is reached", "updates"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:1906.06669", "arXiv:2205.10487", "arXiv:2511.13421", "recursion derived"),
    seconds=lambda p: (
        1e-4
        + p.n_steps * (1e-6 + p.n_modes * 1.5e-8)
        + (p.n_steps * p.n_modes**2 * (p.n_rows + 4) * 5e-10 if has_theory(p) else 0.0)
    ),
    checks=(
        Check(
            {"n_modes": 8, "n_rows": 6, "n_steps": 25, "n_records": 4, "learning_rate": 0.12},
            {"fraction": [0.0, 0.5, 1.0], "schedule": ["constant", "linear"]},
            replicas=6000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "fresh_stable_rate",
            "learning rate above which the mean square grows on fresh samples",
            "toysim.models.scaling.repeated_sgd.landmarks:fresh_stable_rate",
            ("n_modes", "capacity_exponent"),
            along="learning_rate",
        ),
    ),
)
