"""Observables from an end state, for simulation and theory alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing
from toysim.models.deep_linear.coordinate import distances
from toysim.models.deep_linear.measures import mode_sharpness
from toysim.models.deep_linear.mode import Trajectory
from toysim.models.deep_linear.modes.problem import Start, layers_of
from toysim.numerics.powers import integer_power
from toysim.outcomes import Status
from toysim.records import ended

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
COURSES = ("mode_strength", "residual")  # kept up to where a run failed


@dataclass
class Run:
    """End of a simulated batch: first layers (n, P), layers (n, P, D), or (n, 0, 0) where first
    ones and offset say it all, what the loop wrote, at which update or evaluation a row gave up
    (n,), negative if it did not, and why; ``unit`` (n,) flow times are one of its times.
    """

    first: Array
    layers: Array
    out: Trajectory
    unit: Array
    failed_at: Ints
    status: Ints | Status = Status.DIVERGED


def measure(batch: Batch, start: Start, run: Run) -> Rows:
    """All observables of a simulated batch, and its status; NaN at the end of a run that failed."""
    rows = _end_state(batch, start, run)
    failed = run.failed_at >= 0
    if failed.any():
        for name in rows.keys() - set(COURSES):
            rows[name][failed] = np.nan
    return rows | ended(run.failed_at, run.status)


def _end_state(batch: Batch, start: Start, run: Run) -> Rows:
    depth, out = batch["depth"], run.out
    invariant, drift = np.empty(run.first.shape), np.empty(run.first.shape)
    begin, end = start.first, run.first
    take_invariants(begin, end, start.offset, depth, run.unit, out.exposure, invariant, drift)
    if run.layers.size:
        balance = _balance_drift(run.layers, start.all_layers(depth), depth)
        sharpness = mode_sharpness(run.layers, start.lesioned, depth)
    else:
        balance = np.zeros(len(batch))
        sharpness = one_number_sharpness(run.first, start.offset, start.lesioned, depth)
    return {
        **strengths(out, start, batch["singular_value"]),
        "half_learning_time": out.half[:, 0] * run.unit,
        "invariant": invariant,
        "invariant_drift": drift,
        "balance_drift": balance,
        "final_layers": kept_layers(batch, start, run.first, run.layers),
        "sharpness": sharpness,
        "eta_sharpness": batch["step"] * sharpness,
    }


def kept_layers(batch: Batch, start: Start, first: Array, layers: Array) -> Array:
    """Layers (n, P, D) at the end where they are kept, else (n, P, 0)."""
    if not (len(batch) and batch["keep_layers"][0]):
        return np.empty((*first.shape, 0))
    if not layers.size:
        layers = layers_of(first, start.offset, batch["depth"])
    return layers[:, :, : batch["depth"][0]].copy()


def strengths(out: Trajectory, start: Start, target: Array) -> Rows:
    """Observables that follow from the strengths K at the end and at the record times."""
    share = np.empty(out.strength.shape)
    residual, dominance = np.empty(len(target)), np.empty(len(target))
    take_shares(out.strength, start.lesioned, target, share, residual, dominance)
    left = np.empty((len(target), out.records.shape[2]))
    take_residuals(out.records, start.lesioned, target, left)
    return {
        "mode_strength": out.records,
        "residual": left,
        "final_strength": out.strength,
        "final_share": share,
        "final_residual": residual,
        "dominance": dominance,
    }


@borrowing
def take_shares(
    strength: Array,
    lesioned: Mask,
    target: Array,
    share: Array,
    residual: Array,
    dominance: Array,
) -> None:
    """K/S (n, P), and of the pathways that are not lesioned S - sum of K and the largest share less
    the second, or less 0 where there is none (n,).
    """
    n_pathways = strength.shape[1]
    for i in range(len(target)):
        total, first, second = 0.0, -math.inf, -math.inf
        for j in range(n_pathways):
            share[i, j] = strength[i, j] / target[i]
            value = 0.0 if lesioned[i, j] else strength[i, j]
            total += value
            if value > first or math.isnan(value):
                first, second = value, first
            elif value > second:
                second = value
        residual[i] = target[i] - total
        dominance[i] = (first - second if n_pathways > 1 else first) / target[i]


@borrowing
def take_residuals(records: Array, lesioned: Mask, target: Array, residual: Array) -> None:
    """S - sum of K, in the pathways' order, at the records: records (n, P, R), residual (n, R)."""
    for i in range(records.shape[0]):
        for r in range(records.shape[2]):
            total = 0.0
            for j in range(records.shape[1]):
                total += 0.0 if lesioned[i, j] else records[i, j, r]
            residual[i, r] = target[i] - total


@borrowing
def take_invariants(
    begin: Array,
    end: Array,
    offset: Array,
    depth: Ints,
    unit: Array,
    exposure: Array,
    invariant: Array,
    drift: Array,
) -> None:
    """x_0 - x_p at the end, and by how much more it changed than by deficits: by the difference of
    the pathways' exposures. NaN where either has not the one-number form. All (n, P) or (n,).
    """
    distances(end, offset, depth, invariant)
    if start_alike(begin, offset):
        drift[:, :] = 0.0
    else:
        distances(begin, offset, depth, drift)
    for i in range(drift.shape[0]):
        for j in range(drift.shape[1]):
            owed = unit[i] * exposure[i, 0] - unit[i] * exposure[i, j]
            drift[i, j] = invariant[i, j] - drift[i, j] - owed


@borrowing
def start_alike(first: Array, offset: Array) -> bool:
    """Whether in every row all pathways have the same positive first layer and offset: their
    distances are 0; first, offset (n, P).
    """
    alike = True
    for i in range(first.shape[0]):
        for j in range(first.shape[1]):
            alike &= (first[i, j] == first[i, 0]) & (offset[i, j] == offset[i, 0])
            alike &= first[i, j] > 0.0
    return alike


def one_number_sharpness(p: Array, c: Array, lesioned: Mask, depth: Ints) -> Array:
    """``mode_sharpness`` (n,) of layers p, q, ..., q with q^2 = p^2 + c; p, c, lesioned (n, P)."""
    total = np.zeros(len(p))
    add_pathways(p, c, lesioned, depth, total)
    return total


@borrowing
def add_pathways(p: Array, c: Array, lesioned: Mask, depth: Ints, total: Array) -> None:
    """q^(2D-2) + (D-1) p^2 q^(2D-4) of every pathway, added to ``total`` (n,)."""
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            square = p[i, j] * p[i, j]
            power = integer_power(square + c[i, j], depth[i] - 2)
            both = (square + c[i, j] + (depth[i] - 1) * square) * power
            both = both if depth[i] > 1 else 1.0
            total[i] += 0.0 if lesioned[i, j] else both


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
