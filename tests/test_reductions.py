"""Sums and maxima that fill vectors, against exact ones, at lengths of every remainder."""

import math

import numpy as np
import pytest

from toysim.jit import kernel
from toysim.numerics.reductions import dot, largest, total


@kernel
def both(x, room):
    return total(x, room), largest(x, room)


@kernel
def product(x, y):
    return dot(x, y)


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 31, 32, 40, 255, 1000])
def test_sum_and_maximum(n):
    x = np.random.default_rng(n).standard_normal(n)
    added, most = both(x, np.empty(n))
    assert added == pytest.approx(math.fsum(x), abs=1e-15 * (1 + np.abs(x).sum()))
    assert most == (x.max() if n else -math.inf)
    y = np.cos(x)
    assert product(x, y) == pytest.approx(math.fsum(x * y), abs=1e-15 * (1 + np.abs(x * y).sum()))


def test_every_term_counts_once():
    """Powers of two add up without rounding, so that one left out or taken twice shows."""
    x = 2.0 ** np.arange(50)
    for shift in range(50):
        rolled = np.roll(x, shift)
        assert both(rolled, np.empty(50)) == (2.0**50 - 1, 2.0**49)
