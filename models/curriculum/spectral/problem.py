"""Modes, and how many of them every update shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def modes(p: Any) -> tuple[Array, Array]:
    """Input variances and teacher (d,)."""
    i = np.arange(1.0, p.n_modes + 1.0)
    return i**-p.input_power, i ** (0.5 * (p.input_power - p.signal_power))


def exposed(p: Any) -> Ints:
    """m(t) of the updates t = 0..T-1 (T,)."""
    T, t = p.n_steps, np.arange(p.n_steps)
    if p.pacing == "full":
        return np.full(T, p.n_modes)
    if p.pacing == "constant":
        return np.full(T, p.modes_start)
    if p.pacing == "linear":
        rising = p.modes_start + (p.n_modes - p.modes_start) * t / T
        return np.asarray(np.rint(rising), np.int64)
    stage = (t >= int(0.6 * T)).astype(np.int64) + (t >= int(0.8 * T))
    return np.array(p.stage_modes, np.int64)[stage]


def shown(p: Any, m: Ints, record_at: Ints) -> dict[str, Array]:
    """The exposure at the records, and the cost."""
    return {
        "exposed": m[np.minimum(record_at, p.n_steps - 1)].astype(float),
        "cost": np.asarray(m.sum() / p.n_modes),
    }
