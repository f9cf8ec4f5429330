"""One number tracked through noise: gains that are fixed, decay, or follow the errors made.

Whether the target walks or jumps decides who can win: for a walk no rule beats the best fixed gain
(it is the optimal filter), a target that jumps is tracked better by a gain that rises with errors.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.drift.tracking.parameters import TrackingParameters
from toysim.records import Clock, course

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

_EQUATIONS = """\
theta moves: walk theta <- theta + sqrt(q) z; switch, with probability p, theta ~ N(0, V)
y = theta + sqrt(s^2) xi,  u = y - w,  w <- w + g u;  w = 0 at first, theta = 0 or N(0, V)
fixed g;  decaying g_t = 1/(t + 2), t = 0, 1, ...;
regulated v <- (1 - kappa) v + kappa u^2,  g = max(1 - s^2/v, g_least),  v = s^2/(1 - g) at first
bayes: the mean of theta given every y so far, over the times of its last jump
walk:   P <- (1 - g)^2 (P + q) + g^2 s^2 = E (theta - w)^2
switch: C <- (1 - g)(1 - p) C + g V,  M <- (1 - g)^2 M + 2 g (1 - g)(1 - p) C_old + g^2 (V + s^2),
        E (theta - w)^2 = V - 2 C + M
regulated, kappa << g* = (-q + sqrt(q^2 + 4 q s^2))/(2 s^2):
        Var g = kappa (1 - g*)^2,  E (theta - w)^2 = g* s^2 + P''(g*) Var g/2"""

_AT = f"{__name__}.landmarks"


def n_hypotheses(p: TrackingParameters) -> float:
    """Times of the last jump that the Bayesian filter holds for possible, about."""
    if p.rule != "bayes" or p.target == "walk" or p.switch_probability == 0.0:
        return float(p.rule == "bayes")
    return min(1000.0, p.n_steps, 20.0 + 1.0 / p.switch_probability)


TRACKING = Model(
    id="drift.tracking",
    title="tracking a target that walks or jumps, with fixed, decaying and regulated gains",
    parameters_class=TrackingParameters,
    version=3,
    clock=UPDATES,
    observables=(
        course("square_error", "square of target minus estimate, after the update"),
        Observable("mean_square_error", "mean of square_error over the updates after the burn-in"),
        Observable("mean_gain", "mean gain after the burn-in"),
        Observable("gain_variance", "variance of the gain after the burn-in", scale=0.01),
    ),
    diagnostics=(
        Observable(
            "regulated_error",
            "law of a regulated gain's mean square error on a walk, slow regulation",
        ),
        Observable("regulated_variance", "law of the regulated gain's variance, kappa (1 - g*)^2"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("least_gain",),
    equations=_EQUATIONS,
    sources=("arXiv:2205.08645", "derived"),
    seconds=lambda p: 2e-5 + p.n_steps * (1.5e-8 + 1.6e-8 * n_hypotheses(p)),
    theory_seconds=lambda p: 2e-5 + 6e-9 * p.n_steps,
    checks=(
        Check(
            {"n_steps": 12, "burn_in": 4, "n_records": 3, "seasons": 5, "switch_probability": 0.09},
            {
                "rule": {"values": ["fixed", "decaying"], "zip": "how"},
                "target": {"values": ["switch", "walk"], "zip": "how"},
            },
            replicas=120_000,
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "best_gain",
            "fixed gain of least mean square error in the long run; of a walk the Kalman gain",
            f"{_AT}:best_gain",
            ("target", "drift", "switch_probability", "switch_variance", "noise"),
            digits=8,
            where="no seasons, a target that moves",
            along="gain",
        ),
        Landmark(
            "least_error",
            "mean square error at the best fixed gain in the long run",
            f"{_AT}:least_error",
            ("target", "drift", "switch_probability", "switch_variance", "noise"),
            where="no seasons, a target that moves",
        ),
        Landmark(
            "regulation_price",
            "what slow regulation adds to the least error of a walk, P''(g*) kappa (1 - g*)^2/2",
            f"{_AT}:regulation_price",
            ("target", "drift", "noise", "memory"),
            where="target = walk and memory below 0.03 of the best gain",
        ),
    ),
)
