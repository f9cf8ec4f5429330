"""What the claims about teachers, frequencies, noise levels and angles come to."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from toysim.figures.curricula.reading import CLEAR, last, near, paired, place
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter, runs

WINS = 3.0  # speed-up that counts as standing the noise
NO_LOSS = 1.05  # times the loss of training on all frequencies
A_THIRD = 0.67  # of the cost
HARDER = 1.1  # times the updates
LEVEL_COUNT = 3  # levels at the end that count as the lowest
CLOSE_TO_A_SUBSPACE = 1e-3  # smallest variance of the data, ten times the first noise step
SLOW = 0.1  # eta h T of the middle mode: what is hidden would not have been learned
CURRICULUM_TIME = 1.7  # eta n
LEFT = 0.2  # of the loss


def progress_teacher_wins(teachers: xr.DataTree) -> Evidence:
    """Episodes of the random teacher over those of the other, by the number of tasks."""
    mean, error = mean_and_error(runs(teachers, "episodes"))
    slow, fast = place(mean, "teacher", "random"), place(mean, "teacher", "progress")
    ratio = mean.isel(teacher=slow) / mean.isel(teacher=fast)
    relative = (error / mean) ** 2
    size = ratio * np.sqrt(relative.isel(teacher=slow) + relative.isel(teacher=fast))
    exact = observable(teachers, "speed_up", "theory").isel(teacher=fast)
    rises = np.append(ratio.values[:1] > 1.0, np.diff(ratio.values) > 0.0)
    return Evidence(
        (abs(ratio - exact) <= CLEAR * size).values & rises,
        (
            Number("tasks", ratio["n_tasks"], form="g"),
            Number("speed-up", ratio, exact, size, form=".1f"),
        ),
        "above 1 and rising with the tasks, within five standard errors of theory",
    )


def progress_survives_noise(noise: xr.DataTree) -> Evidence:
    """Speed-up by the noise on rewards."""
    mean, _ = mean_and_error(runs(noise, "episodes"))
    K, s = mean["n_tasks"], mean["reward_noise"]
    random = K * parameter(noise, "n_chain") * parameter(noise, "unlock_at")
    found = (random / mean).transpose("n_tasks", "reward_noise")
    most = math.sqrt(math.pi) / (2.0 * WINS * parameter(noise, "capacity"))
    return Evidence(
        (found > WINS).values,
        (
            Number("noise", s, form="g"),
            Number("speed-up", found, form=".1f"),
            Number("law's noise at a speed-up of 3", most, form=".4f"),
        ),
        "a speed-up above 3",
        np.broadcast_to((s < most).values, found.shape),
    )


def low_frequencies_first_cheaper(spectral: xr.DataTree) -> Evidence:
    """Loss and cost of three stages against all modes in every update."""
    exact = last(observable(spectral, "loss", "theory")).transpose("data", "n_steps", "pacing")
    few, full = place(exact, "pacing", "three_stage"), place(exact, "pacing", "full")
    ratio = exact.isel(pacing=few) / exact.isel(pacing=full)
    cost = observable(spectral, "cost", "theory")
    saved = cost.isel(pacing=few) / cost.isel(pacing=full)
    agrees = near(spectral, "loss").all("pacing")
    middle = (parameter(spectral, "n_modes") / 2.0) ** -ratio["input_power"]
    slow = (ratio["learning_rate"] * middle * ratio["n_steps"]).broadcast_like(ratio)
    holds = (ratio <= NO_LOSS) & (saved <= A_THIRD) & agrees
    return Evidence(
        holds.transpose("data", "n_steps").values,
        (
            Number("loss over that of all modes, by data and length", ratio, form=".3f"),
            Number("cost over that of all modes", saved.mean(), form=".3f"),
            Number("eta h T of the middle mode", slow, form=".3g"),
        ),
        "loss within 5 % at no more than .67 of the cost, runs within five standard errors",
        (slow < SLOW).transpose("data", "n_steps").values,
    )


def low_noise_is_harder(levels: xr.DataTree) -> Evidence:
    """Updates a level takes, lowest over highest, and where the relative entropy peaks."""
    steps = observable(levels, "steps_to_1_percent", "theory").transpose("power", "level")
    entropy = observable(levels, "relative_entropy", "theory").transpose("power", "level")
    time = observable(levels, "time_level", "theory").transpose("power", "level")
    ratio = steps.isel(level=0) / steps.isel(level=-1)
    known = ratio.notnull().values
    a, peak = steps["power"].values, entropy.fillna(0.0).argmax("level").values
    i = np.arange(1, parameter(levels, "n_modes") + 1)
    least = np.array([(i**-p / np.mean(i**-p)).min() for p in a])
    coloured = a > 0.0
    return Evidence(
        np.concatenate([(ratio.values > HARDER)[known], (peak < LEVEL_COUNT)[coloured]]),
        (
            Number("power a", a, form="g"),
            Number("updates at the lowest level over the highest", ratio, form=".1f"),
            Number(
                "level of the largest relative entropy", time.values[range(len(a)), peak], form="g"
            ),
        ),
        "more updates at the lowest level by a tenth; relative entropy largest at the lowest three",
        np.concatenate([coloured[known], (least < CLOSE_TO_A_SUBSPACE)[coloured]]),
    )


def easy_to_hard_beats_joint(denoising: xr.DataTree) -> Evidence:
    """Loss of the cumulative curriculum against all levels from the start, white-like data."""
    return _curriculum(denoising, "joint", (1.0,), 0)


def easy_to_hard_beats_reverse(denoising: xr.DataTree) -> Evidence:
    """The same against the reverse order, in long runs of both kinds of data."""
    return _curriculum(denoising, "hard_first", (1.0, 2.0), 400)


def _curriculum(
    denoising: xr.DataTree, other: str, powers: tuple[float, ...], shortest: int
) -> Evidence:
    draws = last(runs(denoising, "loss"))
    one, two = place(draws, "order", "easy_first"), place(draws, "order", other)
    theory = last(observable(denoising, "loss", "theory"))
    exact = (theory.isel(order=one) - theory.isel(order=two)).transpose("power", "n_steps")
    gap, size = (each.transpose("power", "n_steps") for each in paired(draws, "order", one, two))
    asked = exact["power"].isin(powers) & (exact["n_steps"] >= shortest)
    told = ((abs(exact) > CLEAR * size) & asked.transpose("power", "n_steps")).values
    early = parameter(denoising, "learning_rate") * exact["n_steps"] <= CURRICULUM_TIME
    within = early if other == "joint" else exact["power"] == 1.0
    return Evidence(
        (gap < 0.0).values[told],
        (
            Number("updates", exact["n_steps"].broadcast_like(exact).values[told], form="g"),
            Number(
                f"loss less that of {other}",
                gap.values[told],
                exact.values[told],
                size.values[told],
                form=".4f",
            ),
        ),
        "a lower loss, wherever the exact difference is above five standard errors of the runs'",
        within.broadcast_like(exact).transpose("power", "n_steps").values[told],
    )


def angles_set_the_norm(norms: xr.DataTree) -> Evidence:
    """Mean squared gradients between neighbouring concentrations, where runs can tell."""
    mean, error = mean_and_error(last(runs(norms, "gradient_square")).transpose("error", "c", ...))
    exact = last(observable(norms, "gradient_square", "theory")).transpose("error", "c")
    size = np.hypot(error[:, 1:], error[:, :-1].values)
    rise = exact.diff("c").values
    told = abs(rise) > CLEAR * size.values
    d, c = parameter(norms, "dim"), exact["concentration_low"].values
    middle = 0.5 * (c[1:] + c[:-1])
    s = (1.0 - middle) / d
    p2, across = exact["start_along"].values[:, None], exact["start_across"].values[:, None]
    grows = (middle + s) * (d - 1.0) * p2 > s * across
    return Evidence(
        (np.diff(mean.values, axis=1) > 0.0)[told],
        (
            Number("steps between concentrations that runs can tell", told.sum(), form="d"),
            Number("least and largest squared gradient", [exact.min(), exact.max()], form=".3f"),
        ),
        "the mean squared gradient rises with the concentration",
        grows[told],
    )


def concentrated_first_is_faster(angles: xr.DataTree) -> Evidence:
    """Updates until the mean loss is a fifth, concentrated first, shuffled, and last."""
    found = first_passages(angles).transpose("error", "order", "shuffle")
    exact = observable(angles, "steps_to_80_percent", "theory").transpose(
        "error", "order", "shuffle"
    )
    agrees = (abs(found - exact) <= 1.0).all(("order", "shuffle"))
    updates = found.mean("shuffle")
    high, shuffled, low = (
        updates.isel(order=place(updates, "order", name))
        for name in ("high_first", "shuffled", "low_first")
    )
    share = updates["start_along"] / (updates["start_along"] + updates["start_across"])
    return Evidence(
        ((high < shuffled) & (shuffled < low) & agrees).values,
        (
            Number("updates, concentrated first, shuffled, last, by error", updates, form=".1f"),
            Number("share of the error along", share, form=".3g"),
        ),
        "fewer updates than shuffled, and shuffled fewer than concentrated last; within one update "
        "of theory",
        (share > 2.0 / parameter(angles, "dim")).values,
    )


def first_passages(angles: xr.DataTree) -> xr.DataArray:
    """First update with the replicas' mean loss at a fifth of its start."""
    mean, _ = mean_and_error(runs(angles, "loss"))
    below = mean <= LEFT * mean.isel(record=0)
    return below.argmax("record").where(below.any("record"))
