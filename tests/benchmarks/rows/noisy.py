"""Loops that draw a normal number a step: noisy quadratic model and river valley.

Every side draws numbers of its own, so that results are equal in the mean over replicas.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.plan import Sweep
from toysim.scheduled import rates


def rows(tiny: bool) -> Iterator[Row]:
    steps = 50 if tiny else 1000
    for replicas in (20,) if tiny else (20, 60, 200):
        yield _quadratic(replicas, 8 if tiny else 256, steps)
    for replicas in (20,) if tiny else (20, 200, 1000):
        yield _valley(replicas, steps)


def _row(name: str, unit: str, n: int, replicas: int, sweep: Sweep, jobs: Any) -> Row:
    return Row(
        f"{name}: replicas {replicas}",
        unit,
        n,
        lambda: Engine(sweep, replicas=replicas),
        {peer: Peer(partial(make, sweep, replicas)) for peer, make in jobs.items()},
        equal_means(6.0),
        size=replicas,
        grows="replicas",
        floor=(Amount(Limit("normal"), n), Amount(Limit("arithmetic"), 2.0 * n)),
    )


def _quadratic(replicas: int, modes: int, steps: int) -> Row:
    fixed = {"n_modes": modes, "n_steps": steps, "learning_rate": 0.5, "momentum": 0.5}
    sweep = sweep_of("oscillation.noisy_quadratic", fixed)
    n = replicas * modes * steps
    jobs = {"NumPy": numpy_quadratic, "JAX": jax_quadratic}
    return _row("noisy quadratic", "update of a mode", n, replicas, sweep, jobs)


def _valley(replicas: int, steps: int) -> Row:
    sweep = sweep_of("oscillation.river_valley", {"n_steps": steps, "decay_steps": steps // 5})
    jobs = {"NumPy": numpy_valley, "JAX": jax_valley}
    return _row("river valley", "update", replicas * steps, replicas, sweep, jobs)


class Quadratic:
    """Spectra (n,), rates (T,) and constants of all replicas."""

    def __init__(self, sweep: Sweep) -> None:
        p = sweep.parameters
        i = np.arange(1.0, p.n_modes + 1.0)
        self.h = i**-p.curvature_power
        self.deviation = np.sqrt(p.noise * i**-p.noise_power)
        self.rates, self.beta, self.start = _rates(sweep), p.momentum, p.start
        self.modes = p.n_modes

    def outputs(self, theta: Any) -> dict[str, Any]:
        theta = np.asarray(theta)
        return {"square": theta**2, "final_loss": 0.5 * np.sum(self.h * theta**2, axis=1)}


def _rates(sweep: Sweep) -> Any:
    return np.array(next(rates(batch_of(sweep))))


def numpy_quadratic(sweep: Sweep, replicas: int) -> Job:
    q, generator = Quadratic(sweep), np.random.Generator(np.random.SFC64(1))

    def job() -> dict[str, Any]:
        theta, w = np.full((replicas, q.modes), q.start), np.zeros((replicas, q.modes))
        z, slope = np.empty_like(theta), np.empty_like(theta)
        for eta in q.rates:
            generator.standard_normal(out=z)
            z *= q.deviation
            np.multiply(theta, q.h, out=slope)
            slope += z
            slope *= eta
            w *= q.beta
            w -= slope
            theta += w
        return q.outputs(theta)

    return job


def jax_quadratic(sweep: Sweep, replicas: int) -> Job:
    """All replicas in one array; numbers of a step from one key."""
    jax, jnp = jax_numpy()
    q = Quadratic(sweep)
    shape = (replicas, q.modes)

    @jax.jit
    def run(key: Any, eta: Any) -> Any:
        def step(state: Any, at: Any) -> Any:
            theta, w = state
            eta, key = at
            z = jax.random.normal(key, shape)
            w = q.beta * w - eta * (q.h * theta + q.deviation * z)
            return (theta + w, w), None

        start = (jnp.full(shape, q.start), jnp.zeros(shape))
        return jax.lax.scan(step, start, (eta, jax.random.split(key, len(eta))))[0][0]

    given = jax.random.key(1, impl="rbg"), jnp.asarray(q.rates)
    return lambda: q.outputs(run(*given))


class Valley:
    """Constants of the walk, rates, and where the decay begins."""

    def __init__(self, sweep: Sweep) -> None:
        p = sweep.parameters
        self.p, self.rates = p, _rates(sweep)
        self.decay_at = p.n_steps - p.decay_steps
        self.position = np.cumsum(self.rates * p.river_slope)

    def outputs(self, at_decay: Any, y: Any) -> dict[str, Any]:
        p, x = self.p, self.position
        before = 0.5 * p.curvature * np.asarray(at_decay) ** 2
        hill = 0.5 * p.curvature * np.asarray(y) ** 2
        loss = hill - p.river_slope * x[-1]
        return {
            "final_position": np.full(len(hill), x[-1]),
            "final_hill_loss": hill,
            "final_loss": loss,
            "decay_gain": before - p.river_slope * x[self.decay_at - 1] - loss,
        }


def numpy_valley(sweep: Sweep, replicas: int) -> Job:
    v, generator = Valley(sweep), np.random.Generator(np.random.SFC64(1))

    def job() -> dict[str, Any]:
        y, p = np.full(replicas, v.p.start), v.p
        at_decay = y
        for t, eta in enumerate(v.rates):
            if t == v.decay_at:
                at_decay = y.copy()
            z = generator.standard_normal(replicas)
            y = y - eta * (p.curvature * y + p.noise * z)
        return v.outputs(at_decay, y)

    return job


def jax_valley(sweep: Sweep, replicas: int) -> Job:
    """All replicas in one array; numbers of a step from one key."""
    jax, jnp = jax_numpy()
    v = Valley(sweep)
    p = v.p

    @jax.jit
    def run(key: Any, eta: Any) -> Any:
        def step(y: Any, at: Any) -> Any:
            eta, key = at
            z = jax.random.normal(key, (replicas,))
            return y - eta * (p.curvature * y + p.noise * z), None

        keys = jax.random.split(key, len(eta))
        start = jnp.full(replicas, p.start)
        cut = v.decay_at
        at_decay, _ = jax.lax.scan(step, start, (eta[:cut], keys[:cut]))
        return at_decay, jax.lax.scan(step, at_decay, (eta[cut:], keys[cut:]))[0]

    given = jax.random.key(1, impl="rbg"), jnp.asarray(v.rates)
    return lambda: v.outputs(*run(*given))
