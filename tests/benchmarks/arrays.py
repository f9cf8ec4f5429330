"""Peers written once, for NumPy and for JAX compiled as a whole.

A peer is ``outputs(of, sweep, runs)``: ``of.np`` is the array library; ``of.loop`` and ``of.until``
run steps, which draw from the ``of`` that they are given; draws come by their shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.bench import Job
from benchmarks.peers import jax_numpy

Outputs = Callable[[Any, Any, int], dict[str, Any]]


class InNumpy:
    np = np

    def __init__(self) -> None:
        self._rng = np.random.Generator(np.random.SFC64(1))

    def normal(self, *shape: int) -> Any:
        return self._rng.standard_normal(shape)

    def uniform(self, *shape: int) -> Any:
        return self._rng.random(shape)

    def chi_squared(self, freedom: Any, runs: int) -> Any:
        return self._rng.chisquare(freedom, (runs, len(freedom)))

    def permutations(self, *shape: int) -> Any:
        return np.argsort(self._rng.random(shape), axis=-1)

    def loop(self, n: int, step: Any, state: Any) -> Any:
        for t in range(n):
            state = step(self, t, state)
        return state

    def until(self, going: Any, step: Any, state: Any) -> Any:
        t = 0
        while going(state):
            state, t = step(self, t, state), t + 1
        return state


class InJax:
    """Its keys are followed while a function is traced; a step's key is that of its number."""

    def __init__(self, jax: Any, key: Any) -> None:
        self._jax, self._key, self.np = jax, key, jax.numpy

    def _next(self) -> Any:
        self._key, own = self._jax.random.split(self._key)
        return own

    def normal(self, *shape: int) -> Any:
        return self._jax.random.normal(self._next(), shape)

    def uniform(self, *shape: int) -> Any:
        return self._jax.random.uniform(self._next(), shape)

    def chi_squared(self, freedom: Any, runs: int) -> Any:
        half = self.np.asarray(0.5 * freedom)
        return 2.0 * self._jax.random.gamma(self._next(), half, (runs, len(freedom)))

    def permutations(self, *shape: int) -> Any:
        return self.np.argsort(self.uniform(*shape), axis=-1)

    def loop(self, n: int, step: Any, state: Any) -> Any:
        key = self._next()
        return self._jax.lax.fori_loop(0, n, lambda t, s: step(self._at(key, t), t, s), state)

    def until(self, going: Any, step: Any, state: Any) -> Any:
        key = self._next()

        def one(of: Any) -> Any:
            t, s = of
            return t + 1, step(self._at(key, t), t, s)

        return self._jax.lax.while_loop(lambda of: going(of[1]), one, (0, state))[1]

    def _at(self, key: Any, t: Any) -> InJax:
        return InJax(self._jax, self._jax.random.fold_in(key, t))


def in_numpy(outputs: Outputs, sweep: Any, runs: int) -> Job:
    of = InNumpy()
    return lambda: outputs(of, sweep, runs)


def in_jax(outputs: Outputs, sweep: Any, runs: int) -> Job:
    jax, _ = jax_numpy()
    run = jax.jit(lambda key: outputs(InJax(jax, key), sweep, runs))
    key = jax.random.key(1, impl="rbg")
    return lambda: {name: np.asarray(values) for name, values in run(key).items()}
