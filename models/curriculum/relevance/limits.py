"""Learning rates at which the mean of the norms ceases to contract."""

from __future__ import annotations

from typing import Any

ROOM = 0.55  # of the limit


def rate_limit(p: Any) -> float:
    """2/(rho + (1 - rho) Delta_h): of hard examples alone, d infinite; derived."""
    rho = p.n_relevant / p.dimension
    return float(2.0 / (rho + (1.0 - rho) * p.hard_variance))


def largest_valid_rate(p: Any) -> float:
    """A share of it at finite d, 2 d/(n_r + 2 + (n_i + 2) Delta_h): below that the weights' fourth
    moments contract too, and means over runs are not those of a few.
    """
    limit = 2.0 * p.dimension / (p.n_relevant + 2 + (p.n_irrelevant + 2) * p.hard_variance)
    return float(ROOM * limit)
