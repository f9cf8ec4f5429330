"""Weights of the strategies along the training, from their exact losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.models.bayes_icl.counts import Contexts

Array = npt.NDArray[np.float64]


def strategy_losses(exact: Contexts) -> Array:
    """Mean losses (3,) a ball on seen tasks, of uniform, generaliser and memoriser."""
    general = exact.losses(False, exact.generaliser).mean()
    return np.array([np.log(2.0), general, exact.losses(False, exact.memoriser).mean()])


def bits(p: Any) -> Array:
    """Complexities (3,)."""
    return np.array([0.0, p.code_bits, p.code_bits + p.bits_per_task * p.n_tasks])


def weights(p: Any, losses: Array, at: Array) -> Array:
    """Of the strategies (3, R) after N = ``at`` (R,) updates; NaN where there is no record."""
    evidence = -np.log(2.0) * bits(p) ** p.beta
    exponent = evidence[:, None] - p.gamma * at ** (1.0 - p.alpha) * losses[:, None]
    if not p.with_uniform:
        exponent[0] = -np.inf
    share = np.exp(exponent - exponent.max(axis=0))
    return np.asarray(share / share.sum(axis=0))


def takeover(p: Any, less: int, more: int, losses: Array) -> float:
    """Updates at which a strategy of more bits weighs as much as one of fewer: NaN where it
    gains nothing.
    """
    gain = losses[less] - losses[more]
    if not gain > 0.0:
        return float("nan")
    K = bits(p) ** p.beta
    return float(takeover_time(p, K[more] - K[less], gain))


def takeover_time(p: Any, cost: float, gain: float) -> float:
    """[ln 2 (K^beta - K'^beta)/(gamma gain)]^(1/(1 - alpha)); gain in nats a ball."""
    return float((np.log(2.0) * cost / (p.gamma * gain)) ** (1.0 / (1.0 - p.alpha)))


def relative_distance(to_general: Array, to_memory: Array, between: float) -> Array:
    """(r + 1)/2 of r = (d(T,G) - d(T,M))/d(M,G), r cut to [-1, 1]."""
    r = (to_general - to_memory) / between
    return np.asarray(0.5 * (np.clip(r, -1.0, 1.0) + 1.0))
