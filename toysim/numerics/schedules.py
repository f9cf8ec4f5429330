"""Learning rates as pure functions of the step t = 0, 1, ..., n_steps - 1.

Each takes an array of steps and gives the share of the peak rate in [0, 1]; ``learning_rates`` puts
warm-up and schedule together. A decay runs from 1 at its first step to ``final`` one step after the
last, so that the last update still moves when ``final`` is 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def warmup(t: Array, n_steps: int) -> Array:
    """Linear rise over the first n_steps updates: 1/n, 2/n, ..., 1."""
    return np.minimum(1.0, (t + 1.0) / n_steps) if n_steps else np.ones_like(t)


def linear(t: Array, start: int, end: int, final: float) -> Array:
    """1 until ``start``, then a straight line to ``final`` at ``end``."""
    return 1.0 - (1.0 - final) * _progress(t, start, end)


def cosine(t: Array, start: int, end: int, final: float) -> Array:
    """1 until ``start``, then half a period of a cosine to ``final`` at ``end``."""
    return final + 0.5 * (1.0 - final) * (1.0 + np.cos(np.pi * _progress(t, start, end)))


def step(t: Array, start: int, final: float) -> Array:
    """1 until ``start``, then ``final``."""
    return np.where(t < start, 1.0, final)


def _progress(t: Array, start: int, end: int) -> Array:
    return np.clip((t - start) / max(end - start, 1), 0.0, 1.0)


def learning_rates(
    schedule: str,
    peak: float,
    n_steps: int,
    warmup_steps: int = 0,
    decay_steps: int = 0,
    final: float = 0.0,
) -> Array:
    """Rates (n_steps,) of a whole run.

    schedule: constant; linear and cosine, which decay from the end of the warm-up on; wsd (warm-up,
    stable, decay) and step, which keep the peak until the last ``decay_steps`` updates and then go
    down in a straight line, or at once. ``final`` is the share of the peak that they head for: step
    is there at once, the others would be one update after the last. The first update of a decay
    still has the peak (but for step), so wsd with decay_steps = 1 never decays.
    """
    t = np.arange(n_steps, dtype=float)
    decay_at = n_steps - decay_steps
    shapes: dict[str, Callable[[], Array]] = {
        "constant": lambda: np.ones_like(t),
        "linear": lambda: linear(t, warmup_steps, n_steps, final),
        "cosine": lambda: cosine(t, warmup_steps, n_steps, final),
        "wsd": lambda: linear(t, decay_at, n_steps, final),
        "step": lambda: step(t, decay_at, final),
    }
    return peak * warmup(t, warmup_steps) * shapes[schedule]()
