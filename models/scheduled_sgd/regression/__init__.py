"""SGD on Gaussian least squares under any learning-rate schedule: exact mean and variance.

Every update sees a fresh minibatch. The second moments of the distance from the minimum close, so
the mean loss of every schedule is exact at finite size; so are the fourth moments, and with them
the spread over runs. What a large rate costs (the noise it keeps up) and gains (speed), where the
mean square runs away and where, before it, its spread does, are numbers.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.scheduled_sgd.declarations import UPDATES
from toysim.models.scheduled_sgd.regression.parameters import RegressionParameters
from toysim.records import course

_EQUATIONS = """\
h_i = i^-a, h_i w*_i^2 = i^-b; x ~ N(0, diag h), y = x.w* + s z; L = sum_i h_i (w_i - w*_i)^2 / 2
v <- beta v - eta_t (mean of x (x.w - y) over B samples + lambda w),  w <- w + v, from w = 0
M_i = h_i E delta_i^2, S = sum_i M_i, A = eta_t h_i, beta = lambda = 0:
M_i <- M_i (1 - 2 A + A^2 (1 + 1/B)) + A^2 (S + s^2)/B,   E L = S/2
stable iff sum_i A_i/(B (2 - A_i (1 + 1/B))) < 1 (beta = 0)"""

_LIMITS = "toysim.models.scheduled_sgd.landmarks:"
_SPECTRUM = ("n_modes", "capacity_exponent", "spectrum", "condition_number", "batch_size")


def _seconds(p: RegressionParameters) -> float:
    of_variance = 4e-9 * p.n_steps * p.n_modes**2 if p.variance else 0.0
    return 5e-5 + p.n_steps * (6e-7 + 3e-9 * p.n_modes) + of_variance


def _theory_seconds(p: RegressionParameters) -> float:
    """Where E L^2 begins to grow takes products of d x d matrices: 0.1 to 0.7 s at d = 512."""
    limit = 3e-4 * p.n_modes + 7e-7 * p.n_modes**2 if p.variance and not p.weight_decay else 0.0
    return _seconds(p) + limit


_SHORT = {"n_modes": 3, "n_steps": 12, "n_records": 3, "learning_rate": 0.2, "batch_size": 256}

REGRESSION = Model(
    id="scheduled_sgd.regression",
    title="one-pass SGD on least squares under learning-rate schedules",
    parameters_class=RegressionParameters,
    clock=UPDATES,
    version=2,
    dims=(Dim("mode", "mode of the inputs, by falling variance", lambda p: p.n_modes),),
    observables=(
        course("loss", "excess loss", atol=1e-9),  # at the start it is not random, only rounded
        Observable("final_loss", "excess loss at the end"),
        Observable("mode_loss", "excess loss of the mode at the end", dims=("mode",)),
        course("gradient_square", "squared gradient of the next minibatch"),
        course("rate", "learning rate of the next update; at the end that of the last"),
    ),
    diagnostics=(
        course("signal_loss", "share of the loss without label noise (bias)"),
        course("noise_loss", "share of the loss that the label noise makes (variance)"),
        course("loss_deviation", "standard deviation of the loss over runs"),
        Observable("peak_loss", "largest mean loss of the course"),
        Observable("steps_to_target", "updates to the first passage of target", unit="updates"),
        Observable("stationary_loss", "mean loss kept up by the peak rate; NaN if unstable"),
        Observable("share_of_limit", "peak rate over the largest mean-square stable one"),
        Observable("share_of_fourth", "peak rate over that from which on E L^2 grows"),
        Observable("replicas_needed", "runs for a standard error of 1 % of the final loss"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("rate",),
    equations=_EQUATIONS,
    sources=("moments derived", "arXiv:2310.07831", "arXiv:2107.04197", "arXiv:2403.06563"),
    seconds=_seconds,
    theory_seconds=_theory_seconds,
    # Large batches and few updates: |g|^2 and squares of modes spread little, so 3 % is seen.
    checks=(
        Check(
            _SHORT
            | {"warmup_steps": 2, "decay_steps": 4, "checkpoints": (6, 12), "cooldown_steps": 3}
            | {"final_share": 0.1},
            {"schedule": ["constant", "linear", "wsd", "rex", "infinite", "wsd_s", "refined"]},
            replicas=2500,
        ),
        Check(
            _SHORT,
            {"momentum": [0.0, 0.5], "schedule": ["linear", "cosine"]},
            replicas=4000,
            shifted=UPDATES.one_more,
        ),
        Check(_SHORT, {"weight_decay": [0.1, 0.5], "label_noise": [0.1, 0.5]}, replicas=2500),
    ),
    landmarks=(
        Landmark(
            "mean_square_stable_rate",
            "learning rate above which the mean square grows",
            _LIMITS + "mean_square_stable_rate",
            (*_SPECTRUM, "momentum"),
            where="weight_decay 0",
            along="learning_rate",
        ),
        Landmark(
            "fourth_moment_stable_rate",
            "learning rate above which the variance of the loss grows",
            _LIMITS + "fourth_moment_stable_rate",
            _SPECTRUM,
            where="momentum 0, weight_decay 0, n_modes <= 512",
            along="learning_rate",
        ),
        Landmark(
            "critical_batch_size",
            "B_c of the updates S_min (1 + B_c/B) to target, at the best constant rates",
            _LIMITS + "critical_batch_size",
            (*_SPECTRUM[:-1], "signal_exponent", "label_noise", "target"),
            source="arXiv:2403.06563",
            digits=2,
            where="target above 0",
        ),
    ),
)
