"""Gradient descent on all weights of the two-layer linear network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.oscillation.rows import ESCAPED, records_of

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Course(NamedTuple):
    """What a row leaves: output and kernel (n, R + 1) at the records and, last, the end; largest
    |f| (n,).
    """

    output: Any
    kernel: Any
    peak: Any


@kernel
def output_and_kernel(u: Array, v: Array) -> tuple[float, float]:
    """f = u.v/sqrt(n) and lambda = (|u|^2 + |v|^2)/n."""
    product = squares = 0.0
    for k in range(len(u)):
        product += u[k] * v[k]
        squares += u[k] * u[k] + v[k] * v[k]
    return product / np.sqrt(len(u)), squares / len(u)


@kernel
def descend(i: int, u: Array, v: Array, eta_kernel: float, keep_at: Ints, course: Course) -> int:
    """Row i: u <- u - eta f v/sqrt(n), v <- v - eta f u/sqrt(n), with eta = eta_kernel / lambda_0.

    ``keep_at``: updates, ascending, at which ``course`` is written; the last ends the run.
    Returns -1, or the update that left |f| < ESCAPED.
    """
    f, kernel_now = output_and_kernel(u, v)
    eta, t, peak = eta_kernel / kernel_now, 0, abs(f)
    for k in range(len(keep_at)):
        while t < keep_at[k]:
            move = eta * f / np.sqrt(len(u))
            for j in range(len(u)):
                u[j], v[j] = u[j] - move * v[j], v[j] - move * u[j]
            f, kernel_now = output_and_kernel(u, v)
            peak = max(peak, abs(f))
            t += 1
            if not abs(f) < ESCAPED:
                return t
        course.output[i, k], course.kernel[i, k] = f, kernel_now
    course.peak[i] = peak
    return -1


def updates_kept(batch: Batch) -> Ints:
    """Updates (n, R + 1) of the records and of the end."""
    return np.concatenate([records_of(batch), batch["n_steps"][:, None]], axis=1)


def starts(batch: Batch) -> Iterator[Array]:
    """The weights u, v (2, n) of the rows in turn."""
    for rng, width in zip(batch.generators("weights"), batch["width"], strict=True):
        yield rng.standard_normal((2, int(width)))


def empty_course(keep_at: Ints) -> Course:
    """NaN for every row."""
    return Course(
        np.full(keep_at.shape, np.nan),
        np.full(keep_at.shape, np.nan),
        np.full(len(keep_at), np.nan),
    )


def measured(eta: Array, course: Course) -> Rows:
    """Observables from the states kept, at the rows' learning rates."""
    loss, eta_kernel = 0.5 * course.output**2, eta[:, None] * course.kernel
    return {
        "output": course.output[:, :-1],
        "eta_kernel": eta_kernel[:, :-1],
        "loss": loss[:, :-1],
        "final_output": course.output[:, -1],
        "final_eta_kernel": eta_kernel[:, -1],
        "final_loss": loss[:, -1],
        "peak_loss": 0.5 * course.peak**2,
    }


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at = updates_kept(batch)
    course, eta, failed_at = empty_course(at), np.empty(len(batch)), np.empty(len(batch), np.int64)
    for i, (u, v) in enumerate(starts(batch)):
        eta[i] = batch["start_eta_kernel"][i] / output_and_kernel(u, v)[1]
        failed_at[i] = descend(i, u, v, batch["start_eta_kernel"][i], at[i], course)
    return {
        **measured(eta, course),
        "update": at[:, :-1].astype(float),
        "status": (failed_at >= 0).astype(np.int8),
        "status_step": failed_at,
    }
