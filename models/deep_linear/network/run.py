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
from toysim.models.deep_linear.network.task import Task
from toysim.models.deep_linear.updates import in_updates

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def run_row(
    task: Task, net: Net, cut: Mask, gates: Mask, step: float, times: Array
) -> tuple[Rows, int]:
    """All observables of a row, NaN from where it failed, and at which update it did, or -1; modes
    with S = 0 have no share and no half.

    Records are linear between two updates.

    ``cut`` (P, n_modes), ``gates`` (P, updates), ``times`` (R,) in flow time.
    """
    at = in_updates(times, step, float(gates.shape[1]))
    nothing = np.full(len(task.S), np.nan)
    halves = Halves(task.S, np.full((2, len(task.S)), np.nan), nothing)
    first_balance = balance(net)
    with np.errstate(over="ignore", invalid="ignore"):
        states, failed = _descend(task, net, cut, gates, step, at, halves)
        end: dict[str, Any] = {
            **_at_end(task, net, cut),
            "half_learning_time": np.where(task.S > 0, step * halves.found, np.nan),
            "off_diagonal": max((s.off_diagonal for s in states.values()), default=0.0),
            "balance_drift": balance_drift(first_balance, balance(net)),
        }
    end["eta_sharpness"] = step * end["sharpness"]
    if failed >= 0:
        end = {name: np.full(np.shape(value), np.nan) for name, value in end.items()}
    return {**_courses(task, len(cut), states, at), **end}, failed


def _descend(
    task: Task, net: Net, cut: Mask, gates: Mask, step: float, at: Array, halves: Halves
) -> tuple[dict[int, Snapshot], int]:
    """Updates to the end or to where they leave the finite numbers (that update, else -1); states
    around the records ``at`` (R,), in updates, and at the end.
    """
    stops = np.unique([*np.floor(at), *np.ceil(at), gates.shape[1]]).astype(np.int64)
    states: dict[int, Snapshot] = {}
    done = 0
    for stop in stops.tolist():
        failed = descend(net, step, gates, done, stop, halves)
        if failed >= 0:
            net.weights[:] = np.nan  # products of what is left may overflow
            return states, failed
        states[stop], done = snapshot(task, maps_in_modes(net), cut), stop
    return states, -1


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


def _courses(task: Task, n_pathways: int, states: dict[int, Snapshot], at: Array) -> Rows:
    """Loss (R,) and strengths (P, n_modes, R) at the records."""
    loss, strengths = np.full(len(at), np.nan), np.full((n_pathways, len(task.S), len(at)), np.nan)
    for r, moment in enumerate(at):
        below, above = (states.get(int(edge(moment))) for edge in (np.floor, np.ceil))
        if below and above:
            weight = moment - np.floor(moment)
            loss[r] = (1.0 - weight) * below.loss + weight * above.loss
            strengths[:, :, r] = (1.0 - weight) * below.strengths + weight * above.strengths
    return {"loss": loss, "mode_strength": strengths}
