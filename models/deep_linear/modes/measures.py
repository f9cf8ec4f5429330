"""Observables from an end state, for simulation and theory alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing
from toysim.models.deep_linear.coordinate import distances
from toysim.models.deep_linear.measures import mode_sharpness, sum_in_order
from toysim.models.deep_linear.mode import Trajectory
from toysim.models.deep_linear.modes.problem import Start
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COURSES = ("mode_strength", "residual")  # kept up to where a run failed


@dataclass
class Run:
    """End of a simulated batch: layers (n, P, D), what the loop wrote (in flow time), at which
    update or evaluation a row gave up (n,), negative if it did not, and why.
    """

    layers: Array
    out: Trajectory
    failed_at: Ints
    status: Ints | Status = Status.DIVERGED


def measure(batch: Batch, start: Start, run: Run) -> Rows:
    """All observables of a simulated batch, and its status; NaN at the end of a run that failed."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        rows = _end_state(batch, start, run)
    for name in rows.keys() - set(COURSES):
        rows[name][run.failed_at >= 0] = np.nan
    return rows | ended(run.failed_at, run.status)


def _end_state(batch: Batch, start: Start, run: Run) -> Rows:
    depth, out = batch["depth"], run.out
    sharpness = mode_sharpness(run.layers, start.lesioned, depth)
    invariant = pathway_distance(run.layers[:, :, 0], start.offset, depth)
    moved = invariant - pathway_distance(start.first, start.offset, depth)
    return {
        **strengths(out, start, batch["singular_value"]),
        "invariant": invariant,
        "invariant_drift": moved - (out.exposure[:, :1] - out.exposure),
        "balance_drift": _balance_drift(run.layers, start.all_layers(depth), depth),
        "final_layers": kept_layers(batch, run.layers),
        "sharpness": sharpness,
        "eta_sharpness": batch["step"] * sharpness,
    }


def kept_layers(batch: Batch, layers: Array) -> Array:
    """Layers (n, P, D) where they are kept, else (n, P, 0)."""
    kept = batch["depth"][0] * batch["keep_layers"][0] if len(batch) else 0
    return layers[:, :, :kept].copy()


def strengths(out: Trajectory, start: Start, target: Array) -> Rows:
    """Observables that follow from the strengths K at the end and at the record times."""
    effective = np.where(start.lesioned, 0.0, out.strength)
    lead = np.empty(len(effective))
    take_lead(effective, lead)
    return {
        "mode_strength": out.records,
        "residual": target[:, None]
        - sum_in_order(np.where(start.lesioned[:, :, None], 0.0, out.records)),
        "final_strength": out.strength,
        "final_share": out.strength / target[:, None],
        "final_residual": target - sum_in_order(effective),
        "dominance": lead / target,
        "half_learning_time": out.half[:, 0],
    }


def pathway_distance(first: Array, offset: Array, depth: Ints) -> Array:
    """x_0 - x_p (n, P) in the learning coordinate; NaN where either has not the one-number form."""
    apart = np.empty(first.shape)
    distances(np.ascontiguousarray(first), offset, depth, apart)
    return apart


def _balance_drift(layers: Array, initial: Array, depth: Ints) -> Array:
    """Largest change (n,) of a_l^2 - a_1^2 over layers and pathways; the flow conserves it."""
    drift = np.zeros(len(layers))
    take_balance_drift(layers, initial, depth, drift)
    return drift


@borrowing
def take_balance_drift(layers: Array, initial: Array, depth: Ints, drift: Array) -> None:
    """``_balance_drift`` into ``drift`` (n,) of zeros."""
    for i in range(layers.shape[0]):
        for j in range(layers.shape[1]):
            now, then = layers[i, j, 0], initial[i, j, 0]
            for k in range(1, depth[i]):
                a, b = layers[i, j, k], initial[i, j, k]
                change = abs((a - now) * (a + now) - (b - then) * (b + then))
                drift[i] = change if change > drift[i] or math.isnan(change) else drift[i]


@borrowing
def take_lead(effective: Array, lead: Array) -> None:
    """The largest strength less the second into ``lead`` (n,), or less 0 where there is none;
    effective (n, P).
    """
    for i in range(len(lead)):
        first, second = -math.inf, -math.inf
        for j in range(effective.shape[1]):
            value = effective[i, j]
            if value > first or math.isnan(value):
                first, second = value, first
            elif value > second:
                second = value
        lead[i] = first - second if effective.shape[1] > 1 else first
