"""What both sides are given: the sizes of the data set, and the fit expected at each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.scaling.power_laws import spectrum
from toysim.numerics.ridge_equivalent import Fit, Ridge

Ints = npt.NDArray[np.int64]


def sizes(p: Any) -> Ints:
    """Samples of the growing data set (K,)."""
    return np.asarray(p.stride * np.arange(1, p.n_sizes + 1))


def regression(p: Any) -> Ridge:
    """The problem: variances and signals of the modes, label noise."""
    return Ridge(*spectrum(p.n_modes, p.capacity_exponent, p.signal_exponent), p.label_noise)


def fits(p: Any, ridge: Ridge) -> list[Fit]:
    """The deterministic equivalent at every size, and with it the penalty where that is the best
    of it.
    """
    if p.regularisation == "best":
        return [ridge.best(int(n)) for n in sizes(p)]
    return [ridge.fit(int(n), p.penalty) for n in sizes(p)]
