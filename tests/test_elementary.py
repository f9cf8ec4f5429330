"""Elementary functions against arithmetic of forty digits, and what LLVM makes of them."""

import platform
import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import mpmath
import numba
import numpy as np
import numpy.typing as npt
import pytest

from toysim.numerics import elementary
from toysim.numerics.elementary import exponential, logarithm, normal
from toysim.numerics.elementary import tail as tails

Array = npt.NDArray[np.float64]
MANY = 1500


class Tried(NamedTuple):
    """Where a function is compared, (from, to) each, evenly and by powers of ten of either sign."""

    exact: Callable[[Any], Any]
    bound: float
    even: tuple[tuple[float, float], ...]
    powers: tuple[tuple[float, float], ...] = ()
    signs: tuple[int, ...] = (1, -1)


def tail(x: Any) -> Any:
    """H(x)."""
    return mpmath.erfc(x / mpmath.sqrt(2)) / 2


def gauss(x: Any) -> Any:
    """G(x)."""
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def log_tail(x: Any) -> Any:
    return mpmath.log(tail(x)) if x > 0 else mpmath.log1p(-tail(-x))


TRIED = {
    "exp": Tried(mpmath.exp, 1.6e-16, ((-708, 709.7), (-1, 1))),
    "expm1": Tried(mpmath.expm1, 2.9e-16, ((-45, 709.7), (-2, 2)), ((-20, 0),)),
    "tanh": Tried(mpmath.tanh, 3.8e-16, ((-25, 25), (-2, 2)), ((-20, 0),)),
    "log": Tried(mpmath.log, 1.6e-16, ((0, 3), (0.999, 1.001)), ((-307, 308),), (1,)),
    "log1p": Tried(mpmath.log1p, 1.6e-16, ((-1, 3), (3, 1e4), (-1e-3, 1e-3)), ((-20, -1),)),
    "erf": Tried(mpmath.erf, 3.5e-16, ((-6.5, 6.5), (-1, 1)), ((-20, 0),)),
    "erfc": Tried(mpmath.erfc, 8.5e-16, ((-6.5, 26.5), (-2, 2))),
    "density": Tried(gauss, 3.3e-16, ((-37.5, 37.5), (-2, 2))),
    "log_tail": Tried(log_tail, 1.2e-15, ((-37.4, 37.5), (-3, 3), (1, 1e8)), ((-10, 1.5),)),
    "inverse_mills": Tried(
        lambda x: gauss(x) / tail(x), 1.15e-15, ((-37.4, 37.5), (-3, 3), (1, 1e8)), ((-10, 1.5),)
    ),
}
EDGES = np.array(
    """0.0 -0.0 inf -inf nan 5e-324 -5e-324 1e-310 -1e-310 -1.0 -2.0 1e308 -1e308
    709.78 709.79 -745.1 -745.2 -740.0""".split(),
    float,
)


@cache
def over_array(name: str) -> Any:
    """y_i = f(x_i)."""
    function = getattr(elementary, name)

    @numba.njit(error_model="numpy")
    def loop(x, y):
        for i in range(len(x)):
            y[i] = function(x[i])

    return loop


def values(name: str, x: Array) -> Array:
    y = np.empty_like(x)
    over_array(name)(x, y)
    return y


def points(tried: Tried) -> Array:
    draw = np.random.Generator(np.random.Philox(1)).uniform
    even = [draw(a, b, MANY) for a, b in tried.even]
    return np.concatenate(
        even + [s * 10 ** draw(a, b, MANY) for a, b in tried.powers for s in tried.signs]
    )


def relative_errors(name: str, x: Array) -> Array:
    with mpmath.workdps(40):
        exact = [TRIED[name].exact(mpmath.mpf(a)) for a in x.tolist()]
        computed = values(name, x).tolist()
        return np.array([abs(float(y / e - 1)) for y, e in zip(computed, exact, strict=True)])


@pytest.mark.parametrize("name", TRIED)
def test_as_close_as_the_docstring_says(name: str) -> None:
    assert relative_errors(name, points(TRIED[name])).max() <= TRIED[name].bound


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "tanh"])
def test_edges_are_those_of_numpy(name: str) -> None:
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(EDGES)
    computed = values(name, EDGES)
    np.testing.assert_allclose(computed, expected, rtol=4e-16, atol=0)
    finite = ~np.isnan(expected)
    assert np.array_equal(np.signbit(computed)[finite], np.signbit(expected)[finite])


ENDS = {
    "erf": {np.inf: 1.0, -np.inf: -1.0, 0.0: 0.0, 5e-324: 5e-324, 1e300: 1.0},
    "erfc": {np.inf: 0.0, -np.inf: 2.0, 0.0: 1.0, -30.0: 2.0, 27.3: 0.0, 1e300: 0.0},
    "density": {np.inf: 0.0, -np.inf: 0.0, 39.0: 0.0, -1e300: 0.0},
    "log_tail": {np.inf: -np.inf, -np.inf: 0.0, -39.0: 0.0, 1e100: -5e199, 1e200: -np.inf},
    "inverse_mills": {np.inf: np.inf, -np.inf: 0.0, -39.0: 0.0, 1e100: 1e100, 1.5e308: 1.5e308},
}


@pytest.mark.parametrize("name", ENDS)
def test_ends_of_the_gaussian_functions(name: str) -> None:
    x, expected = np.array([*ENDS[name], np.nan]), np.array([*ENDS[name].values(), np.nan])
    np.testing.assert_allclose(values(name, x), expected, rtol=TRIED[name].bound, atol=0)


@pytest.mark.parametrize(
    ("name", "x"), [("exp", -740.0), ("erfc", 26.6), ("density", 38.4), ("inverse_mills", -38.4)]
)
def test_underflow_is_gradual(name: str, x: float) -> None:
    with mpmath.workdps(40):
        exact = float(TRIED[name].exact(mpmath.mpf(x)))
    assert 0 < exact < 2.0**-1022
    assert abs(values(name, np.array([x]))[0] - exact) <= 5e-324


@pytest.mark.parametrize("name", ["tanh", "erf"])
def test_exactly_odd(name: str) -> None:
    x = points(TRIED[name])
    assert np.array_equal(values(name, -x), -values(name, x))
    assert np.signbit(values(name, np.array([-0.0])))[0]


def scaled_tail(t: Any) -> Any:
    """(x + 4) exp(x^2/2) H(x) at x = 4 (1 + t)/(1 - t)."""
    x = 4 * (1 + t) / (1 - t)
    return (x + 4) * mpmath.exp(x * x / 2) * tail(x)


def root(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Of sqrt(t)."""
    return lambda t: function(mpmath.sqrt(t))


class Fitted(NamedTuple):
    coefficients: tuple[float, ...]
    function: Callable[[Any], Any]
    low: float
    high: float
    off_by: float


POLYNOMIALS = {
    "exp": Fitted(
        exponential.QUADRATIC, lambda r: (mpmath.expm1(r) - r) / r**2, -0.3466, 0.3466, 1.7e-16
    ),
    "log": Fitted(
        logarithm.ARTANH, root(lambda s: 2 * (mpmath.atanh(s) - s) / s**3), 0, 0.02944, 4e-16
    ),
    "tail": Fitted(tails.TAIL, scaled_tail, -1, 1, 1.4e-16),
    "erf": Fitted(tails.NEAR_ZERO, root(lambda x: mpmath.erf(x) / x), 0, 0.5625, 1e-16),
    "sine": Fitted(normal.SINE, root(lambda x: (mpmath.sin(x) - x) / x**3), 0, 0.6169, 4e-17),
    "cosine": Fitted(
        normal.COSINE, root(lambda x: (mpmath.cos(x) - 1 + x**2 / 2) / x**4), 0, 0.6169, 4e-18
    ),
}


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_are_as_close_as_their_comments_say(name: str) -> None:
    """The coefficients came out of ``mpmath.chebyfit`` on the same intervals, and were rounded."""
    fitted = POLYNOMIALS[name]
    with mpmath.workdps(60):
        for k in range(300):
            x = fitted.low + (fitted.high - fitted.low) * (mpmath.mpf(k) + 0.5) / 300
            value = mpmath.fsum(c * x**n for n, c in enumerate(fitted.coefficients))
            assert abs(value - fitted.function(x)) < fitted.off_by


@cache
def over_words() -> Any:
    """Pairs of normal numbers from two arrays of words."""
    pair = elementary.normal_pair

    @numba.njit(error_model="numpy")
    def loop(first, second, x, y):
        for i in range(len(x)):
            x[i], y[i] = pair(first[i], second[i])

    words, numbers = np.zeros(3, np.uint64), np.empty(3)
    loop(words, words, numbers, numbers.copy())
    return loop


def compiled(name: str) -> Any:
    if name == "normal_pair":
        return over_words()
    values(name, EDGES)
    return over_array(name)


def loop_itself(text: str, start: str, end: str) -> str:
    """The compiled loop without what makes it callable from Python."""
    found = re.search(rf"^{start}.*?^{end}", text, re.M | re.S)
    assert found is not None
    return found.group()


VECTORISED = pytest.mark.parametrize("name", [*TRIED, "normal_pair"])


@VECTORISED
def test_compiled_to_vectors_without_calls_or_contraction(name: str) -> None:
    (text,) = compiled(name).inspect_llvm().values()
    code = loop_itself(text, r"define[^\n]* @_ZN(?!7cpython)", "}")
    assert re.search(r"fmul <\d+ x double>", code)
    assert not re.search(r" (fast|contract|reassoc|afn|arcp) ", code)
    assert set(re.findall(r"call [^@]*@([\w.]+)\(", code)) - {"sqrt"} <= {
        f"llvm.{intrinsic}.{kind}"
        for intrinsic in ("fabs", "copysign", "sqrt")
        for kind in ("f64", "v2f64", "v4f64", "v8f64")
    }


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 instructions")
@VECTORISED
def test_x86_instructions_are_packed_and_not_fused(name: str) -> None:
    (text,) = compiled(name).inspect_asm().values()
    code = loop_itself(text, "_ZN(?!7cpython)[^\n]*:\n", r"\.Lfunc_end")
    assert re.search(r"\bv?mulpd\b", code)
    assert not re.search(r"\bvfn?m(add|sub)", code)
    assert not re.search(r"\bcall", code)
