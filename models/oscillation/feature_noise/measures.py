"""Observables of a row from what its loop left behind, for simulation and theory alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.model import Rows
from toysim.models.oscillation.feature_noise.parameters import FeatureNoiseParameters
from toysim.models.oscillation.feature_noise.problem import NOISE, Problem
from toysim.models.oscillation.feature_noise.regimes import DIVERGED, regime, strong_share
from toysim.models.oscillation.feature_noise.state import Courses, Ledger

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """What a loop left: courses, ledger, log growth (2,) of a right filter's |<w, u>|, update of
    the blow-up or -1.
    """

    courses: Courses
    ledger: Ledger
    growth: Array
    failed_at: int


def measure(problem: Problem, run: Run) -> dict[str, Any]:
    """Every observable of a row but the accuracies; NaN at the end of a run that blew up, its
    courses up to there.
    """
    p, task, courses = problem.parameters, problem.task, run.courses
    rate, n_late = task.rate, (p.n_steps - task.late) * p.batch_size
    ended = run.failed_at < 0
    outputs = {
        name: getattr(courses, name)[0] - getattr(courses, name)[1]
        for name in ("strong", "weak", "noise")
    }
    sharpness = (
        courses.sharpness if p.noise != "unprojected" else np.full_like(courses.sharpness, np.nan)
    )
    return {
        "time": task.record_at[:-1].astype(float),
        "strong_groups": courses.strong[..., :-1],
        "weak_groups": courses.weak[..., :-1],
        "noise_groups": courses.noise[..., :-1],
        "loss": p.loss_scale * courses.square[:-1],
        "residual_sum": courses.residual_sum[:, :-1],
        "eta_sharpness": sharpness[:, :-1],
        **{f"{name}_output": values[:, -1] for name, values in outputs.items()},
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
    """sum x - [log growth / gamma + (gamma / 2) sum x^2 - (gamma^2 / 3) sum x^3] by label, gamma =
    gamma_u.

    log(1 + z) <= z - z^2/2 + z^3/3 for z > -1, and the growth of <w, u> is the product of the 1 +
    gamma x: the slack is >= 0 as long as no factor is negative. NaN after a flip of the right
    group, where <w, u> starts on the wrong side, and for noise that moves <w, u> too.
    """
    if p.noise == "unprojected":
        return np.full(2, np.nan)
    gamma, book = p.gamma_u, run.ledger
    bound = run.growth / gamma + 0.5 * gamma * book.second - gamma**2 / 3.0 * book.third
    return np.where(np.isnan(book.flip), book.first - bound, np.nan)


def accuracies(
    problem: Problem, run: Run, weights: Array, generator: np.random.Generator
) -> dict[str, float]:
    """Shares of fresh test points with y f > 0, with and without the strong feature, and of both
    mixed as in training.

    Fresh noise enters by its overlaps with the 2m filters, which are jointly Gaussian: drawn from
    the triangle R of a QR decomposition of weights (2m, d), at a cost free of d.
    """
    p = problem.parameters
    if run.failed_at >= 0:
        return dict.fromkeys(("weak_accuracy", "strong_accuracy", "mixed_accuracy"), np.nan)
    seen = weights if p.noise == "unprojected" else weights[:, NOISE:]
    triangle = np.linalg.qr(seen.T, mode="r") * (p.noise_norm / np.sqrt(p.dimension))
    responses = (
        np.maximum(generator.standard_normal((p.n_test, len(triangle))) @ triangle, 0.0) ** 2
    )
    side = np.arange(p.n_test) % 2
    f_noise = (
        responses[:, : p.n_filters].sum(axis=1) - responses[:, p.n_filters :].sum(axis=1)
    ) / p.n_filters
    strong, weak = (
        (groups[0] - groups[1])[side, -1] for groups in (run.courses.strong, run.courses.weak)
    )
    margin = weak + (1 - 2 * side) * f_noise
    on_weak, on_strong = float(np.mean(margin > 0)), float(np.mean(margin + strong > 0))
    mixed = p.strong_fraction * on_strong + (1.0 - p.strong_fraction) * on_weak
    return {"weak_accuracy": on_weak, "strong_accuracy": on_strong, "mixed_accuracy": mixed}


def stacked(rows: list[dict[str, Any]]) -> Rows:
    """One array per observable, a row each."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
