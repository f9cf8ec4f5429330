"""One row from start to end: compiled updates between the states that are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows
from toysim.models.deep_linear.network.descent import Halves, descend
from toysim.models.deep_linear.network.measures import (
    Snapshot,
    balance,
    balance_drift,
    maps_in_modes,
    sharpness,
    snapshot,
)
from toysim.models.deep_linear.network.net import Net
from toysim.models.deep_linear.network.schedule import Updates
from toysim.models.deep_linear.network.task import Task
from toysim.models.deep_linear.updates import in_updates

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def run_row(
    task: Task, net: Net, cut: Mask, updates: Updates, step: float, times: Array, level: float = 0.5
) -> tuple[Rows, int]:
    """All observables of a row, NaN from where it failed, and at which update it did, or -1; modes
    with S = 0 have no share and no half.

    ``cut`` (P, n_modes), ``times`` (R,) of the records in flow time.
    """
    at = in_updates(times, step, float(updates.begin[-1]))
    nothing = np.full(len(task.S), np.nan)
    halves = Halves(level * task.S, np.full((2, len(task.S)), np.nan), nothing)
    first_balance = balance(net)
    with np.errstate(over="ignore", invalid="ignore"):
        states, failed = _descend(task, net, cut, updates, step, at, halves)
        end: dict[str, Any] = {
            **_at_end(task, net, cut),
            "half_learning_time": np.where(task.S > 0, step * halves.found, np.nan),
            "off_diagonal": max((s.off_diagonal for s in states), default=0.0),
            "balance_drift": balance_drift(first_balance, balance(net)),
        }
    end["eta_sharpness"] = step * end["sharpness"]
    if failed >= 0:
        end = {name: np.full(np.shape(value), np.nan) for name, value in end.items()}
    return {**_courses(task, len(cut), states, len(at)), **end}, failed


def _descend(
    task: Task, net: Net, cut: Mask, updates: Updates, step: float, at: Array, halves: Halves
) -> tuple[list[Snapshot], int]:
    """Updates to the end or to where they leave the finite numbers (that update, else -1); states
    at the records ``at`` (R,), in steps, and at the end, as far as they were reached.
    """
    states: list[Snapshot] = []
    done = 0
    for moment in (*at, updates.begin[-1]):
        n = int(np.searchsorted(updates.begin, moment, "right")) - 1
        failed = descend(net, step, updates, done, n, halves)
        if failed >= 0:
            net.weights[:] = np.nan  # products of what is left may overflow
            return states, failed
        done, ahead = n, _ahead(net, step, updates, n, moment - updates.begin[n])
        states.append(snapshot(task, maps_in_modes(ahead), cut))
    return states, -1


def _ahead(net: Net, step: float, updates: Updates, n: int, share: float) -> Net:
    """The network after a share of update n, which is not taken: a record between two updates."""
    if share == 0.0:
        return net
    ahead = net._replace(weights=net.weights.copy())
    shares = updates.share.copy()
    shares[n] = share
    none = Halves(np.empty(0), np.empty((2, 0)), np.empty(0))
    descend(ahead, step, updates._replace(share=shares), n, n + 1, none)
    return ahead


def _at_end(task: Task, net: Net, cut: Mask) -> Rows:
    maps = maps_in_modes(net)
    last = snapshot(task, maps, cut)
    with np.errstate(divide="ignore"):
        share = np.where(task.S > 0, last.strengths / task.S, np.nan)
    return {
        "final_strength": last.strengths,
        "final_share": share,
        "final_map": maps,
        "final_loss": np.asarray(last.loss),
        "sharpness": np.asarray(sharpness(net)),
    }


def _courses(task: Task, n_pathways: int, states: list[Snapshot], n_records: int) -> Rows:
    """Loss (R,) and strengths (P, n_modes, R) at the records."""
    loss, strengths = (
        np.full(n_records, np.nan),
        np.full((n_pathways, len(task.S), n_records), np.nan),
    )
    for r, state in enumerate(states[:n_records]):
        loss[r], strengths[:, :, r] = state.loss, state.strengths
    return {"loss": loss, "mode_strength": strengths}
