"""What a row of the nested logits is given: sizes, mobilities, start."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel

Array = npt.NDArray[np.float64]

STATE = ("beta1", "alpha", "beta2", "xi")  # the state y, in this order


class Problem(NamedTuple):
    """Numbers of n rows, each (n,) but where it says so.

    n_pairs N, n_labels L, competitors m, n_items: tokens without a label that compete in layer 2
    (0 with three logits, N + 1 with four); mobility (4, n) in the order of the state; smallest
    (4, n): sizes of a state's numbers that are as good as 0.
    """

    n_pairs: Any
    n_labels: Any
    competitors: Any
    n_items: Any
    mobility: Any
    smallest: Any


@kernel
def some_of(problem: Problem, rows: npt.NDArray[np.int64]) -> Problem:
    """That of some of the rows."""
    return Problem(
        problem.n_pairs[rows],
        problem.n_labels[rows],
        problem.competitors[rows],
        problem.n_items[rows],
        problem.mobility[:, rows],
        problem.smallest[:, rows],
    )


def problem_of(batch: Batch) -> Problem:
    """That of all rows."""
    n = batch["n_pairs"].astype(float)
    return Problem(
        n_pairs=n,
        n_labels=batch["n_labels"].astype(float),
        competitors=np.where(batch["competitors"] > 0.0, batch["competitors"], n),
        n_items=np.where(batch["form"] == "four", n + 1.0, 0.0),
        mobility=_by_state(batch, "mobility"),
        smallest=_smallest(batch),
    )


def start_of(batch: Batch) -> Array:
    """States (4, n) at t = 0."""
    return _by_state(batch, "start")


def _smallest(batch: Batch) -> Array:
    """1e-12 of what moves fastest: a number of small mobility moves others while it is small. At
    the saddle L = N all grows from the start, which may be small too.
    """
    mobility, (_, alpha, _, xi) = _by_state(batch, "mobility"), np.abs(start_of(batch))
    size = np.where(batch["n_labels"] > batch["n_pairs"], 1.0, np.minimum(alpha + xi, 1.0))
    share = np.divide(
        mobility, mobility.max(axis=0), out=np.zeros_like(mobility), where=mobility > 0
    )
    return np.asarray(np.maximum(1e-12 * size * share, np.finfo(float).tiny))


def _by_state(batch: Batch, what: str) -> Array:
    return np.stack([batch[f"{name}_{what}"] for name in STATE])
