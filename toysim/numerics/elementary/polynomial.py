"""A polynomial with constant coefficients, up to 16: so many LLVM unrolls into the loop around it
(measured).
"""

from typing import Any

from toysim.jit import inlined


@inlined
def polynomial(x: float, coefficients: Any) -> float:
    """c_0 + x (c_1 + x (c_2 + ...)) for a tuple of coefficients, lowest power first."""
    total: float = coefficients[len(coefficients) - 1]
    for k in range(len(coefficients) - 2, -1, -1):
        total = coefficients[k] + x * total
    return total
