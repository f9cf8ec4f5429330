"""What a row is given: curvatures of the modes and the signal in them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


# Both sides take the modes from here, so comparing them does not check them: the tests do.
@lru_cache(maxsize=64)
def power_modes(d: int, a: float, b: float) -> tuple[Array, Array]:
    """Curvatures h_i = i^-a and signals h_i w*_i^2 = i^-b, both (d,), not to be written to."""
    i = np.arange(1.0, d + 1.0)
    return i**-a, i**-b


@lru_cache(maxsize=64)
def geometric_modes(d: int, condition: float) -> tuple[Array, Array]:
    """h from 1 to 1/condition in equal ratios, signals h_i/d."""
    h = condition ** -np.linspace(0.0, 1.0, d)
    return h, h / d


def modes(p: Any) -> tuple[Array, Array]:
    """Curvatures and signals (d,) of a row's parameters."""
    if getattr(p, "spectrum", "power") == "geometric":
        return geometric_modes(p.n_modes, p.condition_number)
    return power_modes(p.n_modes, p.capacity_exponent, p.signal_exponent)
