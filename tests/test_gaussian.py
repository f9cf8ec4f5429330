"""ln H and the inverse Mills ratio against arithmetic of fifty digits."""

import mpmath
import numpy as np
import pytest

from toysim.numerics.gaussian import FAR, density, inverse_mills, log_tail


@pytest.mark.parametrize(
    "x", [-40.0, -9.0, -1.0, -0.999, 0.0, 1.0, FAR - 1e-9, FAR, 8.0, 40.0, 1e4]
)
def test_tail_to_the_last_digits(x: float) -> None:
    with mpmath.workdps(50):
        tail = mpmath.erfc(mpmath.mpf(x) / mpmath.sqrt(2)) / 2
        exact_density = mpmath.exp(-(mpmath.mpf(x) ** 2) / 2) / mpmath.sqrt(2 * mpmath.pi)
        log, mills = float(mpmath.log(tail)), float(exact_density / tail)
    # Next to G, exp(-x^2/2) rounds in proportion to x^2; the continued fraction has no such part.
    rounding, far = 4e-16 * (4 + 0.5 * x * x), 4e-16 * 4
    np.testing.assert_allclose(log_tail(x), log, rtol=far if x >= FAR else rounding, atol=0)
    np.testing.assert_allclose(inverse_mills(x), mills, rtol=far if x >= FAR else rounding, atol=0)
    np.testing.assert_allclose(density(x), float(exact_density), rtol=rounding, atol=0)
