"""Integer powers by repeated multiplication."""

from toysim.jit import kernel


@kernel
def integer_power(x: float, n: int) -> float:
    """x**n for n >= 0 (1 at n = 0): n - 1 products, for the small n of a hot loop; exact sign, no
    logarithm.
    """
    product = 1.0
    for _ in range(n):
        product *= x
    return product
