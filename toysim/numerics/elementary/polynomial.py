"""A polynomial with constant coefficients; LLVM unrolls it into the loop around it."""

from typing import Any

from toysim.jit import kernel


@kernel
def polynomial(x: float, coefficients: Any) -> float:
    """c_0 + x (c_1 + x (c_2 + ...)) for a tuple of coefficients, lowest power first."""
    total: float = coefficients[len(coefficients) - 1]
    for k in range(len(coefficients) - 2, -1, -1):
        total = coefficients[k] + x * total
    return total
