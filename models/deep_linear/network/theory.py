"""The gradient flow of a batch of networks, exactly: mode by mode where the start is aligned, else
at depth 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.modes.clock import Account, solve_rows
from toysim.models.deep_linear.modes.measures import network_sharpness
from toysim.models.deep_linear.modes.rows import Course, Outcome
from toysim.models.deep_linear.modes.start import deficit_windows, imbalance, record_times
from toysim.models.deep_linear.network.balanced import predict_row
from toysim.models.deep_linear.network.simulation import lesions_of, tasks_of
from toysim.models.deep_linear.network.start import start_strengths, start_weights
from toysim.models.deep_linear.network.task import Task

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def predict(batch: Batch) -> Rows:
    """Every observable but eta_sharpness, for linear networks with whitened inputs.

    Aligned start: all depths, pathways, deficits and lesions, a row of the clock solution for every
    mode; windows and the end are taken as written. Balanced start: one pathway without deficits or
    lesions (arXiv:2409.14623). Elsewhere, where some S is 0, a hidden layer has fewer units than
    the task modes, or a deficit freezes by chance, not valid (NaN).
    """
    tasks = tasks_of(batch)
    cut = lesions_of(batch, len(tasks[0].S))
    linear = (batch["nonlinearity"] == "linear") & np.array(
        [t.whitened and t.S[-1] > 0 for t in tasks]
    )
    gated = np.any(_lengths(batch) > 0, axis=1)
    wide = batch["width"] >= cut.shape[2]
    aligned = (
        (batch["start"] == "aligned")
        & linear
        & wide
        & (~gated | (batch["freeze_probability"] == 1))
    )
    alone = (cut.shape[1] == 1) & ~gated & ~np.any(cut, axis=(1, 2))
    balanced = (batch["start"] == "balanced") & linear & alone
    rows = _mode_by_mode(batch, tasks, cut, aligned)
    for i in np.flatnonzero(balanced):
        one = batch.take(np.array([i]))
        (layers,) = next(start_weights(one, [tasks[i]]))
        values = predict_row(
            tasks[i], layers, one["balance"][0], record_times(one)[0], one["duration"][0]
        )
        for name, value in values.items():
            rows[name][i] = value
    return {**rows, "valid": aligned | balanced}


def _lengths(batch: Batch) -> Array:
    windows = deficit_windows(batch)
    return windows[:, :, 2] - windows[:, :, 1]


def _mode_by_mode(batch: Batch, tasks: list[Task], cut: Mask, valid: Mask) -> Rows:
    """Rows of aligned networks, NaN for the others; every mode is a row of the clock solution."""
    n, n_pathways, n_modes = cut.shape
    out, p = _solve(batch, tasks, cut, valid)
    strength, course = _by_network(out.strength, n), _by_network(out.records, n)
    S, seen = np.stack([t.S for t in tasks]), ~cut
    residual = S - np.sum(seen * strength, axis=1)
    residuals = S[:, :, None] - np.sum(seen[:, :, :, None] * course, axis=1)
    n_out, n_in = tasks[0].input_output.shape
    maps = np.where(valid[:, None, None, None], np.zeros((n, n_pathways, n_out, n_in)), np.nan)
    modes = np.arange(n_modes)
    maps[:, :, modes, modes] = strength
    zero = np.where(valid, 0.0, np.nan)
    return {
        "time": record_times(batch),
        "loss": 0.5 * np.sum(residuals**2, axis=1),
        "mode_strength": course,
        "final_strength": strength,
        "final_share": strength / S[:, None, :],
        "final_map": maps,
        "final_loss": 0.5 * np.sum(residual**2, axis=1),
        "half_learning_time": out.half.reshape(n, n_modes),
        "off_diagonal": zero,
        "balance_drift": zero.copy(),
        "sharpness": _sharpness(p, batch["depth"], cut),
    }


def _solve(batch: Batch, tasks: list[Task], cut: Mask, valid: Mask) -> tuple[Outcome, Array]:
    """Outcomes of all modes, row-major in (network, mode), and the layers p at the end (n *
    n_modes, P).
    """
    _, n_pathways, n_modes = cut.shape
    strengths = np.where(valid[:, None], start_strengths(batch, n_modes), np.nan)
    layer = strengths ** (1.0 / batch["depth"])[:, None]
    p = (layer[:, :, None] * imbalance(batch, n_pathways)[:, None, :]).reshape(-1, n_pathways)

    def each(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.repeat(values, n_modes, axis=0)

    times = record_times(batch)
    lesioned = np.ascontiguousarray(np.moveaxis(cut, 1, 2).reshape(-1, n_pathways))
    S = np.concatenate([t.S for t in tasks])
    course = Course(
        each(batch["depth"]),
        S,
        each(batch["duration"]),
        each(deficit_windows(batch)),
        lesioned,
        each(times),
    )
    size = len(p)
    out = Outcome(
        np.full(p.shape, np.nan),
        np.full((*p.shape, times.shape[1]), np.nan),
        np.full(p.shape, np.nan),
        np.full((size, 1), np.nan),
    )
    account = Account(np.zeros((size, 1)), np.zeros((size, 1), np.int64))
    solve_rows(p, np.zeros(p.shape), np.full(p.shape, np.nan), course, out, account)
    return out, p


def _by_network(values: Array, n: int) -> Array:
    """(n * n_modes, P, ...) as (n, P, n_modes, ...)."""
    return np.moveaxis(values.reshape(n, len(values) // n, *values.shape[1:]), 1, 2)


def _sharpness(p: Array, depth: npt.NDArray[np.int64], cut: Mask) -> Array:
    """Largest over the modes (n,): an entry of the map between two modes has at most the mean of
    theirs.
    """
    n, n_pathways, n_modes = cut.shape
    deepest = int(depth.max(initial=1))
    used = np.arange(deepest) < np.repeat(depth, n_modes)[:, None]
    layers = np.where(used[:, None, :], p[:, :, None], 1.0)
    lesioned = np.moveaxis(cut, 1, 2).reshape(-1, n_pathways)
    of_modes = network_sharpness(layers, lesioned, np.repeat(depth, n_modes))
    return np.asarray(of_modes.reshape(n, n_modes).max(axis=1))
