"""One row from start to end: compiled updates between the states that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.deep_linear.modes.start import in_updates
from toysim.models.deep_linear.network.build import visible
from toysim.models.deep_linear.network.descent import Halves, Net, descend
from toysim.models.deep_linear.network.measures import (
    balance,
    balance_drift,
    maps_in_modes,
    sharpness,
)
from toysim.models.deep_linear.network.task import Task

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Snapshot:
    """State at one update: half the sum of squared errors, strengths (P, n_modes), and what mixes
    the modes.
    """

    loss: float
    strengths: Array
    off_diagonal: float


def run_row(
    task: Task, net: Net, cut: Mask, gates: Mask, step: float, times: Array
) -> dict[str, Any]:
    """All observables of a row, NaN from where it failed; modes with S = 0 have no share and no
    half.

    Records are linear between two updates.

    ``cut`` (P, n_modes), ``gates`` (P, updates), ``times`` (R,) in flow time.
    """
    n_modes, n = len(task.S), gates.shape[1]
    at = in_updates(times, np.array(step), np.array(float(n)))
    halves = Halves(task.S, np.full((2, n_modes), np.nan), np.full(n_modes, np.nan))
    first_balance, states = balance(net), {}
    done, failed = 0, -1
    with np.errstate(over="ignore", invalid="ignore"):
        for stop in np.unique([*np.floor(at), *np.ceil(at), n]).astype(np.int64).tolist():
            failed = descend(net, step, gates, done, stop, halves)
            if failed >= 0:
                break
            states[stop], done = snapshot(task, maps_in_modes(net), cut), stop
    ended = failed < 0
    nan = np.full((len(cut), *task.input_output.shape), np.nan)
    maps = maps_in_modes(net) if ended else nan
    last = snapshot(task, maps, cut)
    half = np.where((task.S > 0) & ended, step * halves.found, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(task.S > 0, last.strengths / task.S, np.nan)
    curvature = sharpness(net) if ended else np.nan
    return {
        "time": times,
        **_courses(task, len(cut), states, at),
        "final_strength": last.strengths,
        "final_share": share,
        "final_map": maps,
        "final_loss": last.loss,
        "half_learning_time": half,
        "off_diagonal": max(state.off_diagonal for state in states.values()) if ended else np.nan,
        "balance_drift": balance_drift(first_balance, balance(net)) if ended else np.nan,
        "sharpness": curvature,
        "eta_sharpness": step * curvature,
        "status": int(not ended),
        "status_step": failed,
    }


def snapshot(task: Task, maps: Array, cut: Mask) -> Snapshot:
    """What the maps K_p (P, n_out, n_in) of the pathways add up to."""
    n_out, n_in = task.input_output.shape
    inputs, targets = task.in_modes
    total = np.sum(visible(cut, n_out)[:, :, None] * maps * visible(cut, n_in)[:, None, :], axis=0)
    loss = 0.5 * float(np.sum((targets - total @ inputs) ** 2))
    mixed = float(np.abs(total[task.blocks_apart]).max(initial=0.0))
    return Snapshot(loss, np.diagonal(maps, axis1=1, axis2=2).copy(), mixed)


def _courses(task: Task, n_pathways: int, states: dict[int, Snapshot], at: Array) -> dict[str, Any]:
    """Loss (R,) and strengths (P, n_modes, R) at the records."""
    loss, strengths = np.full(len(at), np.nan), np.full((n_pathways, len(task.S), len(at)), np.nan)
    for r, moment in enumerate(at):
        below, above = (states.get(int(edge(moment))) for edge in (np.floor, np.ceil))
        if below and above:
            weight = moment - np.floor(moment)
            loss[r] = (1.0 - weight) * below.loss + weight * above.loss
            strengths[:, :, r] = (1.0 - weight) * below.strengths + weight * above.strengths
    return {"loss": loss, "mode_strength": strengths}
