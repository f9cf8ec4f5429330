"""Landmarks of a budget's allocation as functions of its parameters.

One pass over T samples at the best schedule learns some T^x modes and leaves T^(-x (b-1)): x is
1/max(a, b) with label noise (arXiv:2602.06797) and 1/a without; the modes beyond p leave p^-(b-1).
At p T = C both are alike where p ~ C^(x/(1+x)). Linear decay comes to it for a up to 2.
"""

from __future__ import annotations

from typing import Any


def size_exponent(p: Any) -> float:
    """1/(1 + max(a, b)) with label noise, 1/(1 + a) without."""
    return 1.0 / (1.0 + _inverse(p))


def loss_exponent(p: Any) -> float:
    """(b - 1) times the exponent of the size."""
    return float((p.signal_exponent - 1.0) * size_exponent(p))


def _inverse(p: Any) -> float:
    """1/x: updates that learn p modes grow as p to this power."""
    a, b = float(p.capacity_exponent), float(p.signal_exponent)
    if not (a > 1.0 and b > 1.0):
        raise ValueError("a power of its own needs capacity_exponent and signal_exponent above 1")
    if p.label_noise > 0.0:
        return max(a, b)
    if b > 2.0 * a:
        raise ValueError("without label noise known up to signal_exponent = 2 capacity_exponent")
    return a
