"""A family in four small files: noisy SGD on a quadratic loss under a learning-rate schedule."""

from typing import Literal

from toysim.model import Check, Dim, Model, parameter
from toysim.records import Clock, course
from toysim.scheduled import Scheduled


class SgdParameters(Scheduled):
    """Modes of the loss, start, noise of the gradient, and the schedule of the rate."""

    schedule: Literal["constant", "linear", "cosine", "wsd", "step"] = parameter(
        "cosine", symbol="schedule", meaning="course of the learning rate after the warm-up"
    )
    n_modes: int = parameter(3, symbol="K", meaning="modes, of curvature 1/k", ge=1, le=1000)
    start: float = parameter(1.0, symbol="theta0", meaning="start of every mode")
    noise: float = parameter(0.1, symbol="s", meaning="deviation of a mode's gradient", ge=0)


CLOCK = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

SGD = Model(
    id="scheduled.sgd",
    title="noisy SGD on a quadratic loss under a learning-rate schedule",
    parameters_class=SgdParameters,
    clock=CLOCK,
    dims=(Dim("mode", "mode of the loss, by falling curvature", lambda p: p.n_modes),),
    observables=(
        course("loss", "loss"),
        course("square", "squared coordinate of a mode", dims=("mode",)),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations="L = sum_k h_k theta_k^2 / 2;  theta <- theta - eta_t (h theta + s z),  z ~ N(0, 1)\n"
    "m = E theta^2:  m <- (1 - eta_t h)^2 m + eta_t^2 s^2",
    sources=("elementary",),
    seconds=lambda p: 2e-5 + p.n_steps * (3e-7 + 1e-8 * p.n_modes),
    theory_seconds=lambda p: 1e-3 + p.n_steps * (4e-6 + 1e-8 * p.n_modes),
    checks=(
        Check(
            {"n_steps": 12, "warmup_steps": 2, "decay_steps": 4, "n_records": 4},
            {"schedule": ["constant", "linear", "cosine", "wsd", "step"]},
            replicas=2000,
            shifted=CLOCK.one_more,
        ),
    ),
)

MODELS = (SGD,)
