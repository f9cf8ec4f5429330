"""Normal numbers of both precisions from the same words by another way: Philox in Python's
integers, Box-Muller in double precision or more.
"""

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from scipy import stats

from toysim.numerics.elementary import normal as double
from toysim.numerics.normals import ROUNDS, fill_normals, normals

EITHER = pytest.mark.parametrize(
    ("normals", "precision"), [(normals, np.float32), (double.normals, np.float64)]
)
Normals = Callable[[tuple[int, ...], np.random.Generator], np.ndarray]


def philox(counter: tuple[int, ...], key: tuple[int, int]) -> tuple[int, ...]:
    """Philox4x32-10 as Salmon et al. (2011) write it."""
    c0, c1, c2, c3 = counter
    for r in range(ROUNDS):
        k0, k1 = (key[0] + r * 0x9E3779B9) % 2**32, (key[1] + r * 0xBB67AE85) % 2**32
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = p1 // 2**32 ^ c1 ^ k0, p1 % 2**32, p0 // 2**32 ^ c3 ^ k1, p0 % 2**32
    return c0, c1, c2, c3


def box_muller(first: int, second: int) -> tuple[float, float]:
    angle = np.pi / 4 * ((second >> 2) / 2**29 - 1)
    pair = np.array([np.cos(angle), np.sin(angle)])[:: -1 if second & 2 else 1]
    x, y = np.sqrt(-2 * np.log((first + 0.5) / 2**32)) * pair * (-1 if second & 1 else 1)
    return float(x), float(y)


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_reference_gives_the_published_words(
    counter: tuple[int, ...], key: tuple[int, int], words: object
) -> None:
    """Known answers of the authors' library."""
    assert philox(counter, key) == words


def test_every_number_is_that_of_its_words() -> None:
    """To single precision: log u is rounded where u is near 1, so that small radii are off by 2^-24
    in their square.
    """
    key, stream, n = 0xDEADBEEF_12345678, 0x0F1E2D3C_4B5A6978, 3000
    z = np.empty((4, n), np.float32)
    fill_normals(np.uint64(key), np.uint64(stream), z)
    words = [
        philox((i, 0, stream % 2**32, stream // 2**32), (key % 2**32, key // 2**32))
        for i in range(n)
    ]
    exact = np.array([box_muller(a, b) + box_muller(c, d) for a, b, c, d in words]).T
    radius = np.hypot(exact[::2], exact[1::2]).repeat(2, axis=0)
    assert np.all(abs(z - exact) < 2.0**-22 * (radius + 1 / radius))


def exact_pair(first: int, second: int) -> tuple[float, float]:
    """As ``double.normal_pair`` says, from words of 64 bits."""
    half = mpmath.mpf(1) / 2
    radius = mpmath.sqrt(-2 * mpmath.log(((first >> 12) + half) / 2**52))
    angle = mpmath.pi / 2 * (((second >> 12) + half) / 2**52 - half)
    pair = [mpmath.cos(angle), mpmath.sin(angle)][:: -1 if second & 2 else 1]
    x, y = (float(radius * z * (-1 if second & 1 else 1)) for z in pair)
    return x, y


def test_every_double_is_that_of_its_words() -> None:
    """Off by at most 5e-16 of itself, where sines are small too."""
    key, stream, n = 0xDEADBEEF_12345678, 0x0F1E2D3C_4B5A6978, 3000
    z = np.empty((2, n))
    double.fill_normals(np.uint64(key), np.uint64(stream), z)
    words = [
        philox((i, 0, stream % 2**32, stream // 2**32), (key % 2**32, key // 2**32))
        for i in range(n)
    ]
    with mpmath.workdps(40):
        exact = [exact_pair(a << 32 | b, c << 32 | d) for a, b, c, d in words]
    np.testing.assert_allclose(z, np.array(exact).T, rtol=5e-16, atol=0)


@pytest.mark.parametrize("first", [0, 2**64 - 1, 2**63])
@pytest.mark.parametrize("second", [0, 1, 2, 2**64 - 1, 2**63, 2**63 - 1])
def test_extreme_words(first: int, second: int) -> None:
    with mpmath.workdps(40):
        exact = exact_pair(first, second)
    pair = double.normal_pair(np.uint64(first), np.uint64(second))
    np.testing.assert_allclose(pair, exact, rtol=5e-16, atol=0)
    assert np.all(np.abs(pair) < 8.6)


@EITHER
def test_law_and_independence(normals: Normals, precision: type) -> None:
    """Moments and correlations within four standard errors; each also fails on numbers that are a
    little wrong.
    """
    z = normals((1000, 1001), np.random.Generator(np.random.Philox(5)))
    assert z.dtype == precision
    numbers = z.ravel().astype(float)

    def moments(x: np.ndarray) -> np.ndarray:
        errors = np.sqrt(np.array([1, 2, 15, 96]) / x.size)  # variances of x, x^2, x^3, x^4
        return (np.array([x.mean(), (x**2).mean() - 1, (x**3).mean(), (x**4).mean() - 3])) / errors

    assert np.all(abs(moments(numbers)) < 4)
    assert np.any(abs(moments(1.005 * numbers)) > 4)
    assert stats.kstest(numbers, "norm").pvalue > 1e-4
    assert stats.kstest(np.round(numbers, 2), "norm").pvalue < 1e-4
    for lag in (
        1,
        2,
        1001,
        numbers.size // 4,
        numbers.size // 2,
    ):  # cosines stand a quarter before their sines
        assert abs(numbers[lag:] @ numbers[:-lag]) < 4 * np.sqrt(numbers.size - lag)
        squares = numbers**2 - 1
        assert abs(squares[lag:] @ squares[:-lag]) < 4 * 2 * np.sqrt(numbers.size - lag)


@pytest.mark.parametrize("shape", [(0, 3), (1,), (5,), (2, 3, 7)])
@EITHER
def test_any_shape_and_a_stream_that_goes_on(
    shape: tuple[int, ...], normals: Normals, precision: type
) -> None:
    generator = np.random.Generator(np.random.Philox(5))
    first, second = normals(shape, generator), normals(shape, generator)
    assert first.shape == shape
    assert first.dtype == precision
    assert not np.any(first == second)
    assert np.array_equal(first, normals(shape, np.random.Generator(np.random.Philox(5))))
