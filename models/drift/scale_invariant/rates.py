"""The effective rate that gains most at an overlap."""

from toysim.jit import inlined


@inlined
def best_rate(c: float, s2: float, most: float) -> float:
    """(1 - c^2)/(c S), S = 2 (1 - c) + sigma^2, at most ``most``, which it is for c <= 0: where
    dc/dtau is largest. Derived.
    """
    pull, cost = 1.0 - c * c, c * (2.0 * (1.0 - c) + s2)
    return pull / cost if cost > 0.0 and pull < most * cost else most
