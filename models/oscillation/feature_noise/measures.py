"""Observables of a row from what its loop left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.oscillation.feature_noise.parameters import FeatureNoiseParameters
from toysim.models.oscillation.feature_noise.problem import NOISE, Problem
from toysim.models.oscillation.feature_noise.regimes import DIVERGED, regime, strong_share
from toysim.models.oscillation.feature_noise.state import Courses, Ledger

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """What a loop left; ``growth`` (2,) is the log growth of a right filter's |<w, u>|.

    ``failed_at`` is the update of the blow-up, or -1.
    """

    courses: Courses
    ledger: Ledger
    growth: Array
    failed_at: int


def measure(problem: Problem, run: Run) -> dict[str, Any]:
    """Every observable of a row but the accuracies; a run that blew up has NaN at its end."""
    p, task, courses = problem.parameters, problem.task, run.courses
    rate, n_late = task.rate, (p.n_steps - task.late) * p.batch_size
    ended = run.failed_at < 0
    sharpness = courses.sharpness * (np.nan if p.noise == "unprojected" else 1.0)
    return {
        "strong_groups": courses.strong[..., :-1],
        "weak_groups": courses.weak[..., :-1],
        "noise_groups": courses.noise[..., :-1],
        "loss": p.loss_scale * courses.square[:-1],
        "residual_sum": courses.residual_sum[:, :-1],
        "eta_sharpness": sharpness[:, :-1],
        "strong_output": courses.strong[0, :, -1] - courses.strong[1, :, -1],
        "weak_output": courses.weak[0, :, -1] - courses.weak[1, :, -1],
        "noise_output": courses.noise[0, :, -1] - courses.noise[1, :, -1],
        "final_loss": p.loss_scale * courses.square[-1],
        "final_residual_sum": courses.residual_sum[:, -1],
        "final_eta_sharpness": sharpness[:, -1],
        "late_residual": run.ledger.late[0] / n_late if ended else np.nan,
        "right_flip": run.ledger.flip,
        "accumulation_slack": _slack(p, run) if ended else np.full(2, np.nan),
        "learning_rate": rate * p.n_filters / (4.0 * p.loss_scale),
        "gamma_v": rate * p.weak_norm**2,
        "gamma_xi": rate * float(task.square[NOISE:].mean()),
        "regime": regime(rate * strong_share(p)) if ended else DIVERGED,
    }


def _slack(p: FeatureNoiseParameters, run: Run) -> Array:
    """sum x - [log growth / gamma + (gamma / 2) sum x^2 - (gamma^2 / 3) sum x^3] by label (2,).

    With gamma = gamma_u; derived, after arXiv:2310.17074. log(1 + z) <= z - z^2/2 + z^3/3 for
    z > -1, and the growth of <w, u> is the product of the 1 + gamma x: the slack is >= 0 as long as
    no factor is negative. NaN after a flip of the right group, where <w, u> starts on the wrong
    side, and for noise that moves <w, u> too.
    """
    if p.noise == "unprojected":
        return np.full(2, np.nan)
    gamma, (first, second, third) = p.gamma_u, run.ledger.powers
    bound = run.growth / gamma + 0.5 * gamma * second - gamma**2 / 3.0 * third
    return np.where(np.isnan(run.ledger.flip), first - bound, np.nan)
