"""Observables of a course of states p = x y, s = x^2 + y^2 and D = x^2 - y^2."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import borrowing, kernel
from toysim.models.oscillation.product_losses import KINDS, bend_of, loss_of, slope_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def kinds(batch: Batch) -> Ints:
    """Number (n_rows,) of every row's loss."""
    return np.array([KINDS[kind] for kind in batch["loss_kind"].tolist()], np.int64)


def state_of(x: Array, y: Array) -> Array:
    """p, s and D (3, ...) of x and y."""
    return np.array([x * y, x * x + y * y, (x - y) * (x + y)])


@borrowing
def sharpness_of(kind: int, p: float, s: float, D: float) -> float:
    """Largest eigenvalue of the Hessian in (x, y); derived.

    [[l'' y^2, l' + l'' p], [l' + l'' p, l'' x^2]]: [l'' s + sqrt(l''^2 D^2 + 4 (l' + l'' p)^2)]/2
    """
    slope = slope_of(kind, p)
    bend = bend_of(kind, p, slope)
    return 0.5 * (bend * s + math.hypot(bend * D, 2.0 * (slope + bend * p)))


@kernel
def sharpness_and_loss(kind: Ints, course: Array) -> Array:
    """(2, n, R) of p, s and D (3, n, R)."""
    measured = np.empty((2, *course.shape[1:]))
    for i in range(course.shape[1]):
        for k in range(course.shape[2]):
            p, s, D = course[:, i, k]
            measured[0, i, k] = sharpness_of(kind[i], p, s, D)
            measured[1, i, k] = loss_of(kind[i], p)
    return measured


def measured(batch: Batch, course: Array) -> Rows:
    """From the states (3, n_rows, R + 1) at the records and, last, at the end."""
    sharpness, loss = sharpness_and_loss(kinds(batch), course)
    kept = {"product": course[0], "imbalance": course[2], "sharpness": sharpness, "loss": loss}
    rows = {name: values[:, :-1] for name, values in kept.items()}
    final = {f"final_{name}": values[:, -1] for name, values in kept.items()}
    return {**rows, **final, "edge_share": 0.5 * batch["learning_rate"] * sharpness[:, -1]}
