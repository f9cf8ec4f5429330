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

Array = npt.NDArray[np.float64]
MANY = 1500


class Tried(NamedTuple):
    """Where a function is compared, (from, to) each, evenly and by powers of ten of either sign."""

    exact: Callable[[Any], Any]
    bound: float
    even: tuple[tuple[float, float], ...]
    powers: tuple[tuple[float, float], ...] = ()
    signs: tuple[int, ...] = (1, -1)


TRIED = {
    "exp": Tried(mpmath.exp, 1.5e-16, ((-708, 709.7), (-1, 1))),
    "expm1": Tried(mpmath.expm1, 2.9e-16, ((-45, 709.7), (-2, 2)), ((-20, 0),)),
    "tanh": Tried(mpmath.tanh, 3.1e-16, ((-25, 25), (-2, 2)), ((-20, 0),)),
    "log": Tried(mpmath.log, 1.6e-16, ((0, 3), (0.999, 1.001)), ((-307, 308),), (1,)),
    "log1p": Tried(mpmath.log1p, 1.6e-16, ((-1, 3), (-1e-3, 1e-3)), ((-20, -1),)),
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


def machine_code(text: str, start: str, end: str) -> str:
    """The compiled loop itself, without what makes it callable from Python."""
    found = re.search(rf"^{start}.*?^{end}", text, re.M | re.S)
    assert found is not None
    return found.group()


@pytest.mark.parametrize("name", TRIED)
def test_compiled_to_vectors_without_calls_or_contraction(name: str) -> None:
    values(name, EDGES)
    (text,) = over_array(name).inspect_llvm().values()
    code = machine_code(text, r"define[^\n]* @_ZN(?!7cpython)", "}")
    assert re.search(r"fmul <\d+ x double>", code)
    assert not re.search(r" (fast|contract|reassoc|afn|arcp) ", code)
    assert set(re.findall(r"call [^@]*@([\w.]+)\(", code)) <= {
        f"llvm.{intrinsic}.{kind}"
        for intrinsic in ("fabs", "copysign", "sqrt")
        for kind in ("f64", "v2f64", "v4f64", "v8f64")
    }


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 instructions")
@pytest.mark.parametrize("name", TRIED)
def test_x86_instructions_are_packed_and_not_fused(name: str) -> None:
    values(name, EDGES)
    (text,) = over_array(name).inspect_asm().values()
    code = machine_code(text, "_ZN(?!7cpython)[^\n]*:\n", r"\.Lfunc_end")
    assert re.search(r"\bv?mulpd\b", code)
    assert not re.search(r"\bvfn?m(add|sub)", code)
    assert not re.search(r"\bcall", code)
