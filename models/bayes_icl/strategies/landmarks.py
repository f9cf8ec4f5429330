"""When memorising takes over, means over sets of urns, and how that grows with their number."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.models.bayes_icl.exact_gain import exact_gain
from toysim.models.bayes_icl.information import distinguishable_tasks
from toysim.models.bayes_icl.strategies.problem import bits, takeover_time

LONGEST = 256


def mean_gain(p: Any, n_tasks: int) -> float:
    """Mean gain of memorising in nats a ball."""
    if p.urn_shares or p.concentration != 1.0 or p.context_length > LONGEST:
        raise ValueError(
            f"known for drawn urns of concentration 1 and up to {LONGEST} balls; give those"
        )
    return float(exact_gain(n_tasks, p.context_length, True) / p.context_length)


def memorising_time(p: Any) -> float:
    """N_GM of the mean gain."""
    K = bits(p) ** p.beta
    return takeover_time(p, float(K[2] - K[1]), mean_gain(p, p.n_tasks))


def transition_exponent(p: Any) -> float:
    """(kappa + e)/(1 - alpha): kappa = beta (K_M - K_G) K_M^(beta - 1)/(K_M^beta - K_G^beta), and
    e = -d ln gain/d ln D between D and 2 D.
    """
    _, K_G, K_M = bits(p)
    kappa = p.beta * (K_M - K_G) * K_M ** (p.beta - 1.0) / (K_M**p.beta - K_G**p.beta)
    e = -np.log2(mean_gain(p, 2 * p.n_tasks) / mean_gain(p, p.n_tasks))
    return float((kappa + e) / (1.0 - p.alpha))


def two_colour_tasks(p: Any) -> float:
    """N_eff."""
    return distinguishable_tasks(2, p.context_length, p.concentration)
