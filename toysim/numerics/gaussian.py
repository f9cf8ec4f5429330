"""The normal tail without underflow or cancellation, for use in kernels: what
``toysim.numerics.elementary`` has of it, and two constants.
"""

import math

from toysim.numerics.elementary import density, inverse_mills, log_tail

__all__ = ["FAR", "LOG_SQRT_2PI", "density", "inverse_mills", "log_tail"]

LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
# Beyond, lambda from exp(-x^2/2 - LOG_SQRT_2PI - ln H) is worse than ``inverse_mills``.
FAR = 4.0
