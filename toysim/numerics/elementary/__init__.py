"""Elementary functions in double precision that LLVM vectorises: scalars, for use in the loops of
kernels.

Only sums, products, quotients, square roots and operations on integers occur, each rounded as IEEE
754 says and none fused, without branches or tables: the same bits on every machine, in a vector or
alone. The stated errors are the largest against ``mpmath`` at 200 000 or more points of the range
named, spread evenly and by powers of ten; all formulas and coefficients are derived.
"""

from toysim.numerics.elementary.exponential import exp, expm1, tanh
from toysim.numerics.elementary.logarithm import log, log1p
from toysim.numerics.elementary.normal import normal_pair, normals
from toysim.numerics.elementary.tail import density, erf, erfc, inverse_mills, log_tail

__all__ = [
    "density",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "inverse_mills",
    "log",
    "log1p",
    "log_tail",
    "normal_pair",
    "normals",
    "tanh",
]
