"""Angle concentration and the size of gradients: tokens of a sequence that point the same way.

Tokens with pairwise cosines of about c make a gradient whose mean square is known exactly. It grows
with c where the error lies along the common direction; a large gradient is not fast learning.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.curriculum.angles.parameters import AnglesParameters
from toysim.records import Clock, course

SEQUENCES = Clock("sequence", "sequences", end=lambda p: p.n_sequences, whole=True)

_EQUATIONS = """\
x_j = sqrt(c) u + sqrt((1 - c)/d) z_j, j = 1..m;  g = (1/m) sum_j x_j (x_j.theta - noise)
s = (1 - c)/d, theta = w - w*, p = u.theta, q = |theta|^2, P = E p^2, Q = E (q - p^2)
E |g|^2 = [c p^2 (1 + 4 s) + q s (1 + 2 s) + sigma^2]/m + (1 - 1/m) [(c + s)^2 p^2 + s^2 (q - p^2)]
P <- P (1 - 2 eta (c+s)) + eta^2 {[(c^2 + 6cs + 3s^2) P + (c+s) s Q + sigma^2 (c+s)]/m
     + (1 - 1/m) (c+s)^2 P}
Q <- Q (1 - 2 eta s) + eta^2 {[s (d-1)(c+s) P + s^2 (d+1) Q + sigma^2 s (d-1)]/m
     + (1 - 1/m) s^2 Q}"""

ANGLES = Model(
    id="curriculum.angles",
    title="sequences of tokens with common direction, by their concentration",
    parameters_class=AnglesParameters,
    clock=SEQUENCES,
    observables=(
        course("gradient_square", "|g|^2 of the next update; of the last one at the end"),
        course("along", "squared error along the common direction", atol=1e-9),
        course("across", "squared error across it", atol=1e-9),
        course(
            "loss",
            "half the mean squared error without label noise, mean over the concentrations",
            atol=1e-9,
        ),
    ),
    diagnostics=(
        Observable(
            "steps_to_80_percent",
            "updates until the mean loss is a fifth of its start; NaN if it never is",
            "updates",
        ),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2506.02281", "recursion derived"),
    seconds=lambda p: 1e-4 + 6e-9 * p.n_sequences * p.n_tokens * (p.dim + 4),
    theory_seconds=lambda p: 1e-3 + 3e-6 * p.n_sequences,
    checks=(
        Check(
            {"dim": 4, "n_tokens": 3, "n_sequences": 5, "n_records": 3},
            {"order": ["high_first", "low_first", "shuffled"]},
            replicas=20_000,
            shifted=SEQUENCES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "stable_rate",
            "learning rate above which mean squares grow on the most concentrated sequences",
            "toysim.models.curriculum.landmarks:angles_stable_rate",
            ("dim", "n_tokens", "concentration_high"),
            along="learning_rate",
        ),
    ),
)
