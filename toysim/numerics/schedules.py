"""Learning rates as pure functions of the step t = 0, 1, ..., n_steps - 1.

A profile takes steps and a ``Shape`` and gives shares of the peak rate; ``learning_rates`` puts
warm-up and profile together. A profile begins where the warm-up ends: the share of it that is over
before an update is z = (t - T_w)/(T - T_w), from 0 at its first step to one step short of 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

EXPONENTIAL = 5.0  # exp(-5) = .007 is left at the end
STAIRS = (0.3, 0.6, 0.9)
CYCLE_RISES, CYCLE_FROM = 0.3, 1 / 25


class Shape(NamedTuple):
    """What the rates of a run follow but for their size; the fields are those of ``Scheduled``."""

    schedule: str
    n_steps: int
    warmup_steps: int = 0
    decay_steps: int = 0
    final_share: float = 0.0
    rex_shape: float = 0.5
    uba_shape: float = 1.0
    decay_power: float = 2.0
    decay_shape: str = "linear"
    cooldown_steps: int = 0
    constant_share: float = 0.25
    checkpoints: tuple[int, ...] = ()
    decay_share: float = 0.1
    sampling: int = 1


def warmup(t: Array, n_steps: int) -> Array:
    """Linear rise over the first n_steps updates: 1/n, 2/n, ..., 1."""
    return np.minimum(1.0, (t + 1.0) / n_steps) if n_steps else np.ones_like(t)


def progress(t: Array, start: int, end: int) -> Array:
    """0 until ``start``, then evenly to 1 at ``end``."""
    return np.clip((t - start) / max(end - start, 1), 0.0, 1.0)


def half_cosine(y: Array) -> Array:
    """(1 + cos pi y)/2, from 1 to 0."""
    return 0.5 * (1.0 + np.cos(np.pi * y))


def constant(t: Array, s: Shape) -> Array:
    return np.ones_like(t)


def linear(t: Array, s: Shape) -> Array:
    """1 - (1 - f) z."""
    return linearly(_over(t, s), s.final_share)


def cosine(t: Array, s: Shape) -> Array:
    """f + (1 - f)(1 + cos pi z)/2."""
    return by_cosine(_over(t, s), s.final_share)


def rex(t: Array, s: Shape) -> Array:
    """u/((1 - r) + r u) of u = 1 - z (r = 1/2 in arXiv:2107.04197)."""
    u = 1.0 - _over(t, s)
    return _headed(u / ((1.0 - s.rex_shape) + s.rex_shape * u), s)


def uba(t: Array, s: Shape) -> Array:
    """2 v/(phi + (2 - phi) v) of the cosine v; phi = 2 is the cosine itself (family of
    arXiv:2505.24452).
    """
    v = half_cosine(_over(t, s))
    return _headed(2.0 * v / (s.uba_shape + (2.0 - s.uba_shape) * v), s)


def power(t: Array, s: Shape) -> Array:
    """(1 - z)^g (arXiv:2602.06797)."""
    return _headed((1.0 - _over(t, s)) ** s.decay_power, s)


def exponential(t: Array, s: Shape) -> Array:
    """exp(-5 z)."""
    return np.asarray(np.exp(-EXPONENTIAL * _over(t, s)))


def inverse_sqrt(t: Array, s: Shape) -> Array:
    """1/sqrt(1 + t), t from the end of the warm-up."""
    return np.asarray(1.0 / np.sqrt(1.0 + np.maximum(t - s.warmup_steps, 0.0)))


def staircase(t: Array, s: Shape) -> Array:
    """1, .1, .01, .001 from z = 0, .3, .6, .9."""
    return np.asarray(0.1 ** np.searchsorted(STAIRS, _over(t, s), side="right"))


def one_cycle(t: Array, s: Shape) -> Array:
    """Up from 1/25 by half a cosine to z = .3, down to 0 by another."""
    z = _over(t, s)
    up = 1.0 - (1.0 - CYCLE_FROM) * half_cosine(z / CYCLE_RISES)
    down = half_cosine((z - CYCLE_RISES) / (1.0 - CYCLE_RISES))
    return np.where(z < CYCLE_RISES, up, down)


def wsd(t: Array, s: Shape) -> Array:
    """Warm-up, stable, decay: 1 until the last ``decay_steps``, then down by ``decay_shape``; its
    first step has the peak, so a decay of one step is none.
    """
    y = progress(t, s.n_steps - s.decay_steps, s.n_steps)
    return DECAYS[s.decay_shape](y, s.final_share)


def step(t: Array, s: Shape) -> Array:
    """1 until the last ``decay_steps``, then f at once."""
    return np.where(t < s.n_steps - s.decay_steps, 1.0, s.final_share)


def infinite(t: Array, s: Shape) -> Array:
    """Cosine from 1 to q over ``cooldown_steps``, constant q, and over the last N = ``decay_steps``
    q f^((n + 1)/N), n = 0..N-1 (arXiv:2503.02844, equation 1).
    """
    q, n_decay = s.constant_share, s.decay_steps
    cooled = by_cosine(progress(t, s.warmup_steps, s.warmup_steps + s.cooldown_steps), q)
    if not s.cooldown_steps:
        cooled = np.where(t < s.warmup_steps, 1.0, q)
    annealed = np.maximum(t - (s.n_steps - n_decay) + 1.0, 0.0) / max(n_decay, 1)
    return np.asarray(cooled * s.final_share**annealed) if n_decay else cooled


def cyclic(t: Array, s: Shape) -> Array:
    """The cosine, started anew after each of ``checkpoints`` (arXiv:2403.08763)."""
    start, end = _cycle(t, s)
    return by_cosine(np.clip((t - start) / np.maximum(end - start, 1.0), 0.0, 1.0), s.final_share)


def wsd_s(t: Array, s: Shape) -> Array:
    """The peak, but for a decay over the last ``decay_share`` T_k updates (rounded) before every
    checkpoint T_k (arXiv:2410.05192).
    """
    start, end = _cycle(t, s)
    span = np.clip(np.round(s.decay_share * end), 1.0, np.maximum(end - start, 1.0))
    y = np.clip((t - end + span) / span, 0.0, 1.0)
    return DECAYS[s.decay_shape](y, s.final_share)


# Decays from 1 at y = 0 to f at y = 1.


def linearly(y: Array, f: float) -> Array:
    return 1.0 - (1.0 - f) * y


def by_cosine(y: Array, f: float) -> Array:
    return f + 0.5 * (1.0 - f) * (1.0 + np.cos(np.pi * y))


def inversely(y: Array, f: float) -> Array:
    """Linear in one over the rate, as the decay of arXiv:2410.05192."""
    return np.asarray(1.0 / (y / f + (1.0 - y)))


def by_root(y: Array, f: float) -> Array:
    return np.asarray(1.0 - (1.0 - f) * np.sqrt(y))


def exponentially(y: Array, f: float) -> Array:
    return np.asarray(f**y)


DECAYS: dict[str, Callable[[Array, float], Array]] = {
    "linear": linearly,
    "inverse": inversely,
    "one_minus_sqrt": by_root,
    "exponential": exponentially,
    "cosine": by_cosine,
}
PROFILES: dict[str, Callable[[Array, Shape], Array]] = {
    profile.__name__: profile
    for profile in (
        *(constant, linear, cosine, wsd, step, rex, uba, power, exponential, inverse_sqrt),
        *(staircase, one_cycle, infinite, cyclic, wsd_s),
    )
}


def learning_rates(schedule: str, peak: float, n_steps: int, *phases: Any, **shape: Any) -> Array:
    """Rates (n_steps,) of a whole run; the other arguments are the fields of ``Shape`` in turn, or
    by name.

    ``final_share`` f is the share of the peak that a decay heads for, one update after its last
    (step is there at once); constant, exponential, inverse_sqrt, staircase and one_cycle have no
    end to set. Every profile takes its value at the first of ``sampling`` updates for all of them.
    """
    return peak * shares(Shape(schedule, n_steps, *phases, **shape))


def shares(s: Shape) -> Array:
    """Shares (n_steps,) of the peak rate."""
    t = np.arange(s.n_steps, dtype=float)
    held = t
    if s.sampling > 1:
        held = t - np.maximum(t - s.warmup_steps, 0.0) % s.sampling
    return warmup(t, s.warmup_steps) * PROFILES[s.schedule](held, s)


def _over(t: Array, s: Shape) -> Array:
    return progress(t, s.warmup_steps, s.n_steps)


def _headed(profile: Array, s: Shape) -> Array:
    return s.final_share + (1.0 - s.final_share) * profile


def _cycle(t: Array, s: Shape) -> tuple[Array, Array]:
    """First step and end of the cycle that each step is in."""
    ends = np.array(s.checkpoints or (s.n_steps,), dtype=float)
    starts = np.append(float(s.warmup_steps), np.maximum(ends[:-1], s.warmup_steps))
    which = np.searchsorted(ends, t, side="right")
    return starts[which], ends[which]
