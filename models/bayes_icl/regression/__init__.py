"""Linear regression in context: the posterior over D tasks beside ridge, that of the prior.

The memoriser knows the D tasks seen and their prior; the generaliser knows the distribution of
tasks. On fresh tasks a memoriser needs a number of tasks exponential in the dimension.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.bayes_icl.regression.parameters import RegressionParameters

_EQUATIONS = """\
w_d ~ N(0, I), x ~ N(0, I), y = w.x + noise of variance s^2; a sequence: one task, K points
M: sum_d c_d w_d.x, c_d ~ exp(-sum (y - w_d.x)^2/(2 s^2));  G: ridge with penalty s^2
mean loss of G before point k, given the inputs: s^2 x'(s^2 + X'X)^-1 x
I = E ln det(1 + X'X/s^2)/2;  on seen tasks max(0, I - ln D) <= E gain <= E ln(1 + (e^i - 1)/D)"""

REGRESSION = Model(
    id="bayes_icl.regression",
    title="D regression tasks against their Gaussian prior, in context",
    parameters_class=RegressionParameters,
    dims=(Dim("point", "points seen before the prediction", lambda p: p.n_points),),
    observables=(
        Observable("loss_memorising", "M's mean squared distance from w.x", dims=("point",)),
        Observable("loss_generalising", "G's mean squared distance from w.x", dims=("point",)),
        Observable("gain", "mean of ln P_M/P_G over sequences", "nats"),
    ),
    diagnostics=(
        Observable("task_information", "I: what a sequence tells of its task", "nats"),
        Observable("gain_lower", "max(0, I - ln D), at most the mean gain on seen tasks", "nats"),
        Observable(
            "gain_upper", "E ln(1 + (e^i - 1)/D), at least the mean gain on seen tasks", "nats"
        ),
        Observable(
            "ridge_asymptotic",
            "mean loss of ridge over inputs, to second order in 1/d; NaN next to k = d",
            dims=("point",),
        ),
        Observable(
            "nearest_task",
            "mean squared distance of a fresh task to the nearest seen one, D large; NaN for d < 3",
        ),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("loss_memorising", "gain"),
    theory_ignores=("evaluate_on",),
    equations=_EQUATIONS,
    sources=("arXiv:2306.15063", "arXiv:2506.17859", "bounds derived"),
    seconds=lambda p: (
        1e-4
        + 1.2e-8 * p.dim * p.n_tasks
        + p.n_sequences * p.n_points * (1e-7 + 5e-9 * p.n_tasks + 3e-9 * p.dim**2)
        + p.n_sequences * p.n_points * 2.5e-10 * p.dim * p.n_tasks
    ),
    theory_seconds=lambda p: 0.3 + 1e-7 * p.n_sequences * p.n_points * p.dim**2,
    checks=(
        Check({"dim": 3, "n_points": 5, "n_tasks": 8, "n_sequences": 20}, replicas=8000),
        Check(
            {"dim": 4, "n_points": 6, "n_tasks": 16, "noise_variance": 1.0, "n_sequences": 100},
            replicas=4000,
        ),
    ),
    landmarks=(
        Landmark(
            "information_threshold",
            "log2 e^I: powers of two of tasks up to which memorising gains I - ln D",
            "toysim.models.bayes_icl.regression.theory:information_threshold",
            ("dim", "n_points", "noise_variance"),
            "bits",
            digits=3,
        ),
    ),
)
