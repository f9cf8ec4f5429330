"""Double descent in time: when learning the noise of few repeated rows shows in the risk."""

from __future__ import annotations

import math


def rise_above(fraction: float) -> float:
    """s^2/W above which the stream's risk rises midway and falls later, as m/d -> 0; derived.

    The rows' noise is learned at rate f d/m, much faster than all else. With x = e^(-lambda t) of
    their modes the risk moves by m/d [f s^2 x(1 - x) - (1 - f) - f x^2 ...], whose largest value is
    above zero iff s^2/W > 2 sqrt(1 - f)/(1 - sqrt(1 - f)).
    """
    root = math.sqrt(1.0 - fraction)
    return 2.0 * root / (1.0 - root) if fraction > 0.0 else math.inf
