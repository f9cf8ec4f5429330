"""Elementary functions in double precision that LLVM vectorises: scalars, for use in the loops of
kernels.
"""

from toysim.numerics.elementary.exponential import exp, expm1, tanh
from toysim.numerics.elementary.logarithm import log, log1p

__all__ = ["exp", "expm1", "log", "log1p", "tanh"]
