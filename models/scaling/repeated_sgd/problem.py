"""What both sides are given: the spectrum, the teacher, and the kept rows with their noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.models.scaling.power_laws import spectrum

Array = npt.NDArray[np.float64]

# What the kept rows depend on beside the root seed: not the replica, nor how they are used.
OF_ROWS = ("data_set", "n_modes", "n_rows")


@dataclass(frozen=True)
class Problem:
    """Variances h (d,), teacher (d,), kept rows (m, d) and their label noise (m,)."""

    h: Array
    teacher: Array
    rows: Array
    noise: Array


def problems(batch: Batch) -> Iterator[Problem]:
    """The problem of every row; a data set is the same for all replicas and rates."""
    shared = batch.sharing(*OF_ROWS)
    for i in range(len(batch)):
        d, m = int(batch["n_modes"][i]), int(batch["n_rows"][i])
        a, b = float(batch["capacity_exponent"][i]), float(batch["signal_exponent"][i])
        h, c = spectrum(d, a, b)
        c = np.full(d, 1.0 / d) if a == 0.0 else c
        draws = shared.generator(i, "rows").standard_normal((m + 1, d + 1))
        teacher = np.sign(draws[m, :d]) * np.sqrt(c / h)
        noise = np.sqrt(batch["label_noise"][i]) * draws[:m, d]
        yield Problem(h, teacher, draws[:m, :d] * np.sqrt(h), noise)
