"""What this machine can do at most, on one thread and in cache: the best of the libraries at hand.

A row names what it cannot do without (``Amount``); the time that takes at the limit, over the time
the row took, is the share of the limit that it reaches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from benchmarks.peers import jax_numpy
from numba import njit

from toysim.numerics import normals as single
from toysim.numerics.elementary import normal as double

N = 4096  # numbers in an array: 32 KB in float64
TRIES = 15


class Limit(NamedTuple):
    """``kind``: product of matrices of a shape, an elementary function by name, normal numbers, or
    arithmetic: a multiplication and an addition.
    """

    kind: str
    dtype: str = "float64"
    shape: tuple[int, ...] = ()

    def __str__(self) -> str:
        shape = " " + "x".join(map(str, self.shape)) if self.shape else ""
        return f"{self.kind} {self.dtype}{shape}"


class Amount(NamedTuple):
    """How much of a limit a job needs: products in floating-point operations, the others each."""

    limit: Limit
    number: float

    def seconds(self) -> float:
        return self.number * nanoseconds(self.limit) * 1e-9


@cache
def nanoseconds(limit: Limit) -> float:
    """Of one operation, by the fastest candidate."""
    measures: dict[str, Callable[[str], Iterator[float]]] = {
        "normal": _normals,
        "arithmetic": _arithmetic,
    }
    _asked[limit] = None
    if limit.kind == "product":
        return min(_products(limit))
    if limit.kind in measures:
        return min(measures[limit.kind](limit.dtype))
    return min(_elementary(limit.kind, limit.dtype))


def known() -> list[Limit]:
    """Limits measured so far."""
    return list(_asked)


_asked: dict[Limit, None] = {}


def _best(call: Callable[[], Any], operations: float) -> float:
    """Nanoseconds an operation in the fastest of some calls."""
    call()
    fastest = float("inf")
    for _ in range(TRIES):
        start = time.perf_counter()
        call()
        fastest = min(fastest, time.perf_counter() - start)
    return 1e9 * fastest / operations


@njit
def _multiply(a: Any, b: Any, out: Any, times: int) -> None:
    for _ in range(times):
        np.dot(a, b, out)


def _products(limit: Limit) -> Iterator[float]:
    """BLAS of SciPy (called by Numba) and of NumPy, and JAX's own."""
    m, k, n = limit.shape
    a, b, out = (np.ones(s, limit.dtype) for s in ((m, k), (k, n), (m, n)))
    times = 1 + int(1e7 / (2 * m * k * n))
    operations = 2.0 * m * k * n * times
    yield _best(lambda: _multiply(a, b, out, times), operations)
    yield _best(lambda: [np.dot(a, b, out) for _ in range(times)], operations)
    try:
        jax, jnp = jax_numpy()
    except ImportError:
        return
    chain = jax.jit(lambda a, b: jax.lax.fori_loop(0, times, lambda _, c: (a + c[0, 0]) @ b, a @ b))
    a, b = jnp.zeros((m, k), limit.dtype), jnp.asarray(b)
    yield _best(lambda: chain(a, b).block_until_ready(), operations)


@njit
def _polynomials(x: Any, y: Any, times: int) -> None:
    for _ in range(times):
        for i in range(len(x)):
            v = y[i]
            for _k in range(16):
                v = v * x[i] + x[i]
            y[i] = v


def _arithmetic(dtype: str) -> Iterator[float]:
    x, y = np.full(N, 0.5, dtype), np.zeros(N, dtype)
    yield _best(lambda: _polynomials(x, y, 10), 160 * N)


def _elementary(name: str, dtype: str) -> Iterator[float]:
    """NumPy, SciPy, and JAX where it is there, on numbers in (-2, 2) (logarithms: (0, 2))."""
    from scipy import special

    x = np.linspace(0.01, 2.0, N) if name.startswith("log1") else np.linspace(-2.0, 2.0, N)
    x, out = x.astype(dtype), np.empty(N, dtype)
    function: Any = getattr(np, name, None) or getattr(special, name)
    yield _best(lambda: [function(x, out) for _ in range(20)], 20 * N)
    try:
        jax, jnp = jax_numpy()
    except ImportError:
        return
    theirs = getattr(jnp, name, None) or getattr(jax.scipy.special, name)
    repeated = jax.jit(lambda x: jax.lax.fori_loop(0, 20, lambda _, y: theirs(y) * 0.5, x))
    x = jnp.asarray(x)
    yield _best(lambda: repeated(x).block_until_ready(), 20 * N)


def _normals(dtype: str) -> Iterator[float]:
    generator = np.random.Generator(np.random.SFC64(0))
    ours = single.normals if dtype == "float32" else double.normals
    yield _best(lambda: ours((16 * N,), generator), 16 * N)
    out = np.empty(16 * N, dtype)
    yield _best(lambda: generator.standard_normal(dtype=dtype, out=out), 16 * N)
