"""The stability gap: the old task's loss rises at a switch and is won back, even with full replay.

Two linear tasks of one sample each; tasks that are orthonormal within decouple into such pairs.
"""

from typing import Any

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.continual.stability_gap.parameters import StabilityGapParameters
from toysim.records import Clock, course

STEPS = Clock("step", "steps", end=lambda p: p.n_steps, whole=True)

_EQUATIONS = """\
L = alpha e1^2/2 + (1-alpha) e2^2/2, cos(x1, x2) = c, at first e1 = 0, e2 = -E
w <- w - eta grad L + beta (w - w before)
flow: A = alpha g1, B = (1-alpha) g2, lambda+- = (A + B +- sqrt((A-B)^2 + 4 A B c^2))/2,
e1 = E (1-alpha) c sqrt(g1 g2) (e^(-lambda- t) - e^(-lambda+ t))/(lambda+ - lambda-)
steps: u_t in place of e^(-lambda t), u_(t+1) = (1 + beta - eta lambda) u_t - beta u_(t-1)"""

_HERE = f"{__name__}.landmarks"
# Over 50,000 steps at momentum .999 a rounding of the new residual pulls the old one by 6e-12.
_EXACT: dict[str, Any] = {"rtol": 1e-8, "atol": 1e-10, "scale": 1e-3}
_OF_LOSSES = ("replay_weight", "old_curvature", "new_curvature")
_BETWEEN = "replay_weight between 0 and 1, curvatures near to each other"

STABILITY_GAP = Model(
    id="continual.stability_gap",
    title="transient loss of the old task at a switch",
    parameters_class=StabilityGapParameters,
    clock=STEPS,
    dims=(Dim("pair", "pair of an old and a new direction", lambda p: len(p.overlaps)),),
    observables=(
        course("old_residual", "residual of the old task", dims=("pair",), **_EXACT),
        course("new_residual", "residual of the new task", dims=("pair",), **_EXACT),
        course("old_loss", "loss of the old task", **_EXACT),
        course("new_loss", "loss of the new task", **_EXACT),
        Observable("gap", "largest loss of the old task", **_EXACT),
        Observable(
            "gap_time", "step at which it is reached; none if it is not won back", "steps", atol=1.0
        ),
        Observable("permanent_loss", "loss of the old task at the end", **_EXACT),
    ),
    diagnostics=(
        Observable("flow_gap", "gap of one pair under gradient flow"),
        Observable("flow_peak", "largest old residual there"),
        Observable(
            "flow_time", "steps after which it is reached, time over learning rate", "steps"
        ),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    equations=_EQUATIONS,
    sources=("arXiv:2205.13452", "closed forms derived"),
    seconds=lambda p: 1e-4 + 3e-8 * p.n_steps * len(p.overlaps),
    theory_seconds=lambda p: 2e-4 + 6e-8 * p.n_steps * len(p.overlaps),
    checks=(
        Check(
            {"learning_rate": 0.05, "n_steps": 120, "n_records": 5, "replay_weight": 0.3},
            {
                "method": ["replay", "l2", "ewc", "ewc_full"],
                "momentum": [0.0, 0.9],
            },
            shifted=STEPS.one_more,
        ),
        Check(
            {"learning_rate": 0.05, "n_steps": 120, "n_records": 5},
            {"method": ["gem", "projection"]},
            shifted=STEPS.one_more,
        ),
        Check(
            {"overlaps": (0.9, -0.2, 0.5), "residuals": (1.0, 0.5, -0.7), "n_steps": 300},
            {"method": ["replay", "ewc", "projection"]},
            shifted=STEPS.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "worst_overlap",
            "cosine c* from 0 to 1 of two tasks with equal labels at which the gap is largest",
            f"{_HERE}:worst_overlap",
            _OF_LOSSES,
            digits=6,
            where=_BETWEEN,
        ),
        Landmark(
            "largest_gap",
            "gap at that cosine",
            f"{_HERE}:largest_gap",
            _OF_LOSSES,
            where=_BETWEEN,
        ),
    ),
)
