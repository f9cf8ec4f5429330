"""What a row is given, as kernels take it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch


class Tracker(NamedTuple):
    """One row: ``moves`` q or p, at home and in every other season; ``decaying``: 1/(t + 2);
    ``bayes``: the filter that knows all of this.
    """

    walk: bool
    moves: tuple[float, float]
    variance: float
    s2: float
    decaying: bool
    bayes: bool
    gain: float
    season: int
    end: int
    burn_in: int


def trackers(batch: Batch) -> Iterator[Tracker]:
    """Every row's numbers."""
    walk = batch["target"] == "walk"
    home = np.where(walk, batch["drift"], batch["switch_probability"])
    turns = (batch["seasons"] > 0) & (batch["seasons"] < batch["n_steps"])
    away = np.where(turns, home * batch["season_factor"], home)
    for i in range(len(batch)):
        yield Tracker(
            bool(walk[i]),
            (float(home[i]), float(away[i])),
            float(batch["switch_variance"][i]),
            float(batch["noise"][i]),
            bool(batch["rule"][i] == "decaying"),
            bool(batch["rule"][i] == "bayes"),
            float(batch["gain"][i]),
            max(int(batch["seasons"][i]), 1),
            int(batch["n_steps"][i]),
            int(batch["burn_in"][i]),
        )


def outputs(
    course: npt.NDArray[np.float64], means: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Observables of square errors (n, R) and of the means (n, 3) of error, gain and its square."""
    return {
        "square_error": course,
        "mean_square_error": means[:, 0],
        "mean_gain": means[:, 1],
        "gain_variance": np.maximum(means[:, 2] - means[:, 1] ** 2, 0.0),
    }
