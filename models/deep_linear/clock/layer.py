"""One pathway on the clock: its first layer from x, and how fast its strength grows with x."""

import math

from toysim.jit import borrowing
from toysim.models.deep_linear.coordinate import coordinate, other_layers
from toysim.numerics.powers import integer_power


@borrowing
def sharpness(p: float, c: float, depth: int) -> float:
    """dK/dx, the layers' squared products of the others: f^2 + (D-1) p^2 (p^2 + c)^(D-2)."""
    if depth == 1:
        return 1.0
    w = p * p + c
    power = integer_power(w, depth - 2)
    return power * w + (depth - 1) * p * p * power


@borrowing
def layer_at(x: float, c: float, depth: int, guess: float, low: float, high: float) -> float:
    """Inverse of ``coordinate``: the p with x(p) = x, within [low, high] where c > 0 and D > 2.

    Halley's iteration (x''/x' = -(D-1) p/(p^2 + c)), bisecting where it leaves the bracket; third
    order, so it ends after a step below 1e-6 of the scale sqrt(p^2 + c)/D of x. Derived.
    """
    if depth == 1:
        return x
    if c == 0.0:
        return math.exp(x) if depth == 2 else math.pow(-x * (depth - 2.0), -1.0 / (depth - 2.0))
    if depth == 2:
        return math.sqrt(c) * math.sinh(x)
    p = min(max(guess, low), high)
    for _ in range(200):
        gap = coordinate(p, c, depth) - x
        if gap > 0.0:
            high = min(high, p)
        else:
            low = max(low, p)
        newton = gap * other_layers(p, c, depth)
        w = p * p + c
        new = p - newton / (1.0 + 0.5 * newton * (depth - 1) * p / w)
        if not low <= new <= high:
            new = 0.5 * (low + high)
            if new in (low, high):
                return new
        move = abs(new - p)
        p = new
        if move <= 1e-6 * math.sqrt(w) / depth:
            return p
    return p
