"""The normal tail without underflow or cancellation: ln H, inverse Mills ratio, density; scalars,
for use in kernels.

G(x) = exp(-x^2/2)/sqrt(2 pi),   H(x) = int_x^inf G,   lambda(x) = G(x)/H(x)
"""

import math

from toysim.jit import kernel

LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
# From here on the continued fraction: with 40 terms it is off by 2e-16 at 4 and less above.
FAR = 4.0
TERMS = 40


@kernel
def density(x: float) -> float:
    """G(x)."""
    return math.exp(-0.5 * x * x - LOG_SQRT_2PI)


@kernel
def _far_mills(x: float) -> float:
    """lambda(x) = x + 1/(x + 2/(x + 3/(x + ...))), for x >= FAR."""
    fraction = x
    for k in range(TERMS, 0, -1):
        fraction = x + k / fraction
    return fraction


@kernel
def log_tail(x: float) -> float:
    """ln H(x), to a few units in the last place for any x: H itself underflows near 38 and rounds
    to 1 near -8.
    """
    if x >= FAR:
        return -0.5 * x * x - LOG_SQRT_2PI - math.log(_far_mills(x))
    if x > -1.0:
        return math.log(0.5 * math.erfc(x / math.sqrt(2.0)))
    return math.log1p(-0.5 * math.erfc(-x / math.sqrt(2.0)))


@kernel
def inverse_mills(x: float) -> float:
    """lambda(x) = G(x)/H(x) = -d ln H/dx: 0 far to the left, x + 1/x far to the right."""
    if x >= FAR:
        return _far_mills(x)
    return density(x) / (0.5 * math.erfc(x / math.sqrt(2.0)))
