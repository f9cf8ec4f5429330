"""Exact means and second moments of task errors for every sequence, size and plasticity."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.continual.arrangements import arranged, distances
from toysim.models.continual.fresh_tasks.change import increase
from toysim.models.continual.fresh_tasks.moments import course, data
from toysim.models.continual.fresh_tasks.orders import centrality, extreme_errors, retention
from toysim.models.continual.fresh_tasks.problem import plasticities
from toysim.models.continual.fresh_tasks.tuning import best_plasticities, best_plasticity
from toysim.models.continual.sequences import probabilities

Array = npt.NDArray[np.float64]

CHANGES = ("error_increase", "error_increase_square", "forward_transfer")
# Beyond, rare runs rule a mean: that of squared errors has the noise's length to the fourth power.
FREE = 8  # least d - n with noise
CALM = 1.0  # most variance of an error over its squared mean


class Problem:
    """What the recursions of a row are given; ``chances`` (T, K) of each task at every visit."""

    def __init__(self, p: Any, chances: Array) -> None:
        v = arranged(p)
        self.start = np.sum(v * v, axis=1)
        self.far, self.kappa = distances(v), plasticities(p)
        self.data = data(p.dimension, p.n_samples, p.noise)
        self.chances = chances

    def moments(self) -> Array:
        """E (1, e)(1, e)' (T+1, K+1, K+1) after every visit."""
        state = np.append(1.0, self.start)
        kept = np.empty((len(self.kappa) + 1, len(state), len(state)))
        course(np.outer(state, state), self.far, self.chances, self.kappa, self.data, kept)
        return kept


def predicted(row: Row) -> dict[str, Any]:
    """Every observable and diagnostic of one row."""
    p, chances = row.p, probabilities(row.p)
    if chances is None:
        return nothing(p, len(row.record_at)) | told(distances(arranged(p)))
    given = Problem(p, chances)
    kept, task = given.moments(), np.argmax(chances, axis=1)
    changes = (np.nan,) * 3 if p.drawn else increase(kept, given.far, task, given.kappa, given.data)
    return {
        **courses(kept[row.record_at]),
        "final_error": kept[-1, 0, 1:].mean(),
        **dict(zip(CHANGES, changes, strict=True)),
        **told(given.far),
        **consequences(p, given),
        **tuned(p, given),
        "valid": calm(p, kept),
    }


def courses(kept: Array) -> Rows:
    """Means and mean squares at the records, from moments (R, K+1, K+1)."""
    mean, square = kept[:, 0, 1:].T, kept[:, 1:, 1:]
    return {
        "error": mean,
        "error_square": np.diagonal(square, axis1=1, axis2=2).T,
        "mean_error": mean.mean(axis=0),
        "mean_error_square": square.mean(axis=(1, 2)),
        "worst_error": mean.max(axis=0),
    }


def told(far: Array) -> Rows:
    """What is read off the teachers."""
    return {"centrality": centrality(far), "distance": far}


def consequences(p: Any, given: Problem) -> dict[str, Any]:
    """Retentions and extreme orders, known at plasticity 1."""
    whole = bool((given.kappa == 1.0).all())
    kept = retention(given.chances, 1.0 - given.data.q) if whole else np.full(p.n_tasks, np.nan)
    best = worst = np.nan
    if whole and not p.drawn:
        visited = np.argmax(given.chances, axis=1)
        best, worst = extreme_errors(given.start, given.far, visited, given.data)
    return {
        "retention": kept,
        "best_order_error": best,
        "worst_order_error": worst,
    }


def tuned(p: Any, given: Problem) -> dict[str, Any]:
    """Best plasticities, where asked for and where there is a mean."""
    if not p.tune or not np.isfinite(given.data.s1):
        return {"best_plasticity": np.nan, "best_plasticities": np.full(p.n_visits, np.nan)}
    of = (given.start, given.far, given.chances, given.data)
    one = best_plasticity(*of)
    return {"best_plasticity": one, "best_plasticities": best_plasticities(*of, one)}


def calm(p: Any, kept: Array) -> bool:
    """Whether the runs that a mean is made of are alike enough to see it."""
    if p.noise > 0.0 and p.dimension - p.n_samples < FREE:
        return False
    mean, square = kept[:, 0, 1:], np.diagonal(kept[:, 1:, 1:], axis1=1, axis2=2)
    return bool((square <= (1.0 + CALM) * mean * mean + 1e-300).all())


def nothing(p: Any, n_records: int) -> Rows:
    """The row of a sequence that depends on its past."""
    shapes: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(("error", "error_square"), (p.n_tasks, n_records)),
        **dict.fromkeys(("mean_error", "mean_error_square", "worst_error"), (n_records,)),
        **dict.fromkeys(("final_error", *CHANGES, "best_order_error", "worst_order_error"), ()),
        "retention": (p.n_tasks,),
        "best_plasticity": (),
        "best_plasticities": (p.n_visits,),
    }
    return {name: np.full(shape, np.nan) for name, shape in shapes.items()} | {
        "valid": np.array(False)
    }


def predict(batch: Batch) -> Rows:
    """Every observable; valid where the sequence does not depend on its past, and where no rare
    runs rule the means.
    """
    return stacked([predicted(row) for row in batch.rows()])
