"""The gradient flow of networks, exactly: mode by mode where the start is aligned, else at depth
2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows
from toysim.models.deep_linear.clock.solution import solved
from toysim.models.deep_linear.measures import mode_sharpness
from toysim.models.deep_linear.mode import ModeTask, Trajectory, unwritten
from toysim.models.deep_linear.network.balanced import predict_balanced
from toysim.models.deep_linear.network.problem import aligned_layers, lesions_of, start_weights
from toysim.models.deep_linear.network.task import Task
from toysim.models.deep_linear.problem import deficit_windows
from toysim.models.deep_linear.validity import stacked_where_valid

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def predict(batch: Batch) -> Rows:
    """Every observable but eta_sharpness, for linear networks with whitened inputs.

    Aligned start: all depths, pathways, deficits and lesions, a row of the clock solution for every
    mode; windows and the end are taken as written. Balanced start: one pathway without deficits or
    lesions (arXiv:2409.14623). Elsewhere, where weights are given, some S is 0, a hidden layer has
    fewer units than the task modes, or a deficit freezes by chance, not valid (NaN).
    """
    given = zip(batch.rows(), deficit_windows(batch), strict=True)
    return stacked_where_valid([_predicted(row, windows) for row, windows in given])


def _predicted(row: Row, windows: Array) -> Rows | None:
    p, task, cut = row.p, row.p.task, lesions_of(row.p)
    if p.nonlinearity != "linear" or p.start_weights or not task.whitened or task.S[-1] == 0:
        return None
    gated = bool(np.any(windows[:, 2] > windows[:, 1]))
    certain = not gated or p.freeze_probability == 1
    if p.start == "aligned" and p.width >= p.n_modes and certain:
        return _mode_by_mode(row, task, cut, windows)
    if p.start == "balanced" and p.n_pathways == 1 and not gated and not cut.any():
        (layers,) = start_weights(row, task)
        return predict_balanced(task, layers, p, row.record_at)
    return None


def _mode_by_mode(row: Row, task: Task, cut: Mask, windows: Array) -> Rows | None:
    """An aligned network: every mode is a row of the clock solution (derived). Not valid where a
    mode is learned so near the end that the run may not see it.
    """
    out, layers = _solve(row, task, cut, windows)
    if np.any(out.half[:, 0] > row.p.duration - _lag(row, task, cut)):
        return None
    strength, course = out.strength.T, np.moveaxis(out.records, 1, 0)
    residual = task.S - np.sum(~cut * strength, axis=0)
    residuals = task.S[:, None] - np.sum(~cut[:, :, None] * course, axis=0)
    maps = np.zeros((len(cut), *task.input_output.shape))
    np.einsum("pii->pi", maps[:, : len(task.S), : len(task.S)])[:] = strength
    depth = np.full(len(layers), row.p.depth)
    all_layers = np.repeat(layers[:, :, None], row.p.depth, axis=2)
    return {
        "loss": 0.5 * np.sum(residuals**2, axis=0),
        "mode_strength": course,
        "final_strength": strength,
        "final_share": strength / task.S,
        "final_map": maps,
        "final_loss": np.asarray(0.5 * np.sum(residual**2)),
        "half_learning_time": out.half[:, 0],
        "off_diagonal": np.zeros(()),
        "balance_drift": np.zeros(()),
        # An entry of the map between two modes has at most the mean of their sharpnesses.
        "sharpness": mode_sharpness(all_layers, cut.T, depth).max(),
    }


def _lag(row: Row, task: Task, cut: Mask) -> Array:
    """Bound (n_modes,) on how much later than the flow updates of step h reach a level (derived):
    to first order h/2 ln(speed there / speed at the start), with speed K^(2 - 2/D) (S - K), hence
    at most h ln(K there / K at the start), and one update more.
    """
    strength = np.sum(~cut * aligned_layers(row)[:, : len(task.S)] ** row.p.depth, axis=0)
    gain = row.p.level * task.S / np.maximum(strength, np.finfo(float).tiny)
    return np.asarray(row.p.step * (1.0 + np.log(np.maximum(gain, 1.0))))


def _solve(row: Row, task: Task, cut: Mask, windows: Array) -> tuple[Trajectory, Array]:
    """Outcomes of the modes, and the layers (n_modes, P) at the end."""
    p, n_modes = row.p, len(task.S)
    layers = np.ascontiguousarray(aligned_layers(row)[:, :n_modes].T)

    def each(value: npt.ArrayLike) -> npt.NDArray[np.generic]:
        return np.repeat(np.asarray(value)[None], n_modes, axis=0)

    tasks = ModeTask(
        each(p.depth),
        task.S,
        p.level * task.S,
        each(p.duration),
        each(windows),
        np.ascontiguousarray(cut.T),
        each(row.record_at),
    )
    out = unwritten(tasks)
    solved(layers, np.zeros(layers.shape), tasks, out)
    return out, layers
