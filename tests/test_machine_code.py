"""Machine code comes late: only of what Python calls, and everybody's functions work as before."""

import os
import subprocess
import sys

import numpy as np
import pytest

from toysim import jit

FUNCTIONS = """
import numpy as np
import toysim.jit
from numba import cfunc, guvectorize, njit, prange, types, vectorize

@njit(cache=True)
def inner(x):
    if x < 0:
        raise ValueError("below zero")
    return 2 * x

@njit(cache=True)
def outer(x):
    return inner(x) + 1

@njit
def even(n):
    return True if n == 0 else odd(n - 1)

@njit
def odd(n):
    return False if n == 0 else even(n - 1)

@njit(parallel=True, cache=True)
def total(a):
    s = 0.0
    for i in prange(len(a)):
        s += inner(a[i])
    return s

@vectorize(["float64(float64)"], cache=True)
def each(x):
    return inner(x)

@guvectorize(["void(float64[:], float64[:])"], "(n)->()", cache=True)
def rows(a, out):
    out[0] = inner(a[0])

@cfunc("float64(float64)")
def pointer(x):
    return inner(x)

@njit(types.float64(types.FunctionType(types.float64(types.float64)), types.float64))
def apply(f, x):
    return f(x)

ones = np.ones(3)
assert outer(2.0) == 5.0 and even(4) and not odd(4)
assert total(ones) == 6.0 and each(ones).sum() == 6.0 and rows(ones[:, None]).sum() == 6.0
assert pointer.ctypes(2.0) == 4.0 and apply(pointer, 3.0) == 6.0
for f in (outer, inner):
    try:
        f(-1.0)
    except ValueError as error:
        assert str(error) == "below zero"
    else:
        raise AssertionError(f)
"""

MADE = """
from toysim.jit import kernel

@kernel
def root(x: float) -> float:
    return x**0.5

@kernel
def roots(x: float) -> float:
    return root(x) + root(x + 1.0)

assert roots(0.0) == 1.0
(called,), (linked,) = roots.overloads.values(), root.twin.overloads.values()
assert called.library._is_made
assert not linked.library._is_made
"""


@jit.kernel
def root(x: float) -> float:
    if x < 0.0:
        raise ValueError("below zero")
    return np.sqrt(x)


@jit.kernel
def roots(x: float) -> float:
    return root(x) + root(x + 1.0)


def test_what_only_kernels_call_has_no_machine_code(tmp_path):
    run_fresh(tmp_path, MADE)


def test_an_error_of_a_called_kernel_is_told():
    with pytest.raises(ValueError, match="below zero"):
        roots(-1.0)


def test_functions_of_others_run_fresh_and_from_their_caches(tmp_path):
    for _ in range(2):
        run_fresh(tmp_path, FUNCTIONS)


def run_fresh(folder, text):
    """A script in a process of its own, with a cache of its own in ``folder``."""
    script = folder / "functions.py"
    script.write_text(text)
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, script], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
