"""Samplers of the perceptron on one instance: Metropolis, enumeration, message passing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from scipy.special import log_ndtr

from toysim.models.perceptron.samplers.enumeration import violations
from toysim.models.perceptron.samplers.instances import labelled, signs
from toysim.models.perceptron.samplers.magnetisations import sample, target
from toysim.models.perceptron.samplers.message_passing import marginals, problem

BETA, STEP, SWEEPS, PATTERNS = 5.0, 1.0, 3, 200
ENUMERATED, ITERATIONS = 10, 20
LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


def rows(tiny: bool) -> Iterator[Row]:
    for chains in (1,) if tiny else (1, 256):
        yield _metropolis(21 if tiny else 201, chains)
    for size in (9,) if tiny else (13, 17, 21):
        yield _enumeration(size)
    for size in (51,) if tiny else (501, 1001, 2001):
        yield _message_passing(size)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def instance(size: int, patterns: int) -> Any:
    return labelled(generator(2), size, patterns, signs(generator(1), size))


# Metropolis: every side runs the same chains, proposal by proposal, from the same numbers.


def _metropolis(size: int, chains: int) -> Row:
    given = partial(instance, size, PATTERNS)
    peers = {"JAX": Peer(lambda: jax_metropolis(given(), chains))}
    if chains == 1:
        peers["NumPy"] = Peer(lambda: numpy_metropolis(given()))
    proposals = chains * SWEEPS * size
    return Row(
        f"Metropolis: chains {chains}",
        "proposal",
        proposals,
        lambda: our_metropolis(given(), chains),
        peers,
        equal_to(1e-7, 1e-9),
        size=chains,
        grows="chains",
        # The fields moved, and ln H by a cubic in a table.
        floor=(Amount(Limit("arithmetic"), 8.0 * proposals * PATTERNS),),
    )


def our_metropolis(patterns: Any, chains: int) -> Job:
    of = target(patterns, BETA)

    def job() -> dict[str, Any]:
        ends = np.zeros((chains, len(patterns)))
        for c in range(chains):
            sample(ends[c], of, STEP, 0, SWEEPS, generator(c))
        return {"end": ends}

    return job


def numpy_metropolis(patterns: Any) -> Job:
    """Every sum an expression over the patterns."""

    def job() -> dict[str, Any]:
        x, rng, m = patterns.astype(float), generator(), np.zeros(len(patterns))
        n = len(m)
        for _ in range(SWEEPS):
            fields, variance = m @ x, np.sum(1 - m * m)
            likelihood = log_ndtr(fields / math.sqrt(variance)).sum()
            for _ in range(n):
                i = int(n * rng.random())
                new = m[i] + STEP * (2 * rng.random() - 1)
                new = 2 - new if new > 1 else -2 - new if new < -1 else new
                moved = fields + (new - m[i]) * x[i]
                new_variance = variance + m[i] ** 2 - new**2
                proposed = log_ndtr(moved / math.sqrt(new_variance)).sum()
                gain = BETA * (proposed - likelihood)
                if gain >= 0 or rng.random() < math.exp(gain):
                    fields, variance, likelihood = moved, new_variance, proposed
                    m[i] = new
        return {"end": m[None]}

    return job


def jax_metropolis(patterns: Any, chains: int) -> Job:
    """Chains side by side; a chain takes two or three of its numbers a proposal, in their order."""
    jax, jnp = jax_numpy()
    x = jnp.asarray(patterns, float)
    n = len(patterns)

    def likelihood_of(fields: Any, variance: Any) -> Any:
        return jnp.sum(jax.scipy.special.log_ndtr(fields / jnp.sqrt(variance)))

    def chain(uniform: Any) -> Any:
        def propose(state: Any, _: Any) -> Any:
            m, fields, variance, likelihood, at = state
            i = (n * uniform[at]).astype(int)
            new = m[i] + STEP * (2.0 * uniform[at + 1] - 1.0)
            new = jnp.where(new > 1.0, 2.0 - new, jnp.where(new < -1.0, -2.0 - new, new))
            moved = fields + (new - m[i]) * x[i]
            new_variance = variance + m[i] ** 2 - new**2
            proposed = likelihood_of(moved, new_variance)
            gain = BETA * (proposed - likelihood)
            up = gain >= 0.0
            taken = up | (uniform[at + 2] < jnp.exp(gain))
            state = (
                m.at[i].set(jnp.where(taken, new, m[i])),
                jnp.where(taken, moved, fields),
                jnp.where(taken, new_variance, variance),
                jnp.where(taken, proposed, likelihood),
                at + 3 - up,
            )
            return state, None

        def sweep(carried: Any, _: Any) -> Any:
            m, at = carried
            fields, variance = m @ x, jnp.sum(1.0 - m * m)
            state = (m, fields, variance, likelihood_of(fields, variance), at)
            (m, *_, at), _ = jax.lax.scan(propose, state, length=n)
            return (m, at), None

        return jax.lax.scan(sweep, (jnp.zeros(n), 0), length=SWEEPS)[0][0]

    run = jax.jit(jax.vmap(chain))

    def job() -> dict[str, Any]:
        numbers = np.stack([generator(c).random(3 * n * SWEEPS) for c in range(chains)])
        return {"end": np.asarray(run(numbers))}

    return job


# Enumeration: the number of violated patterns of all 2^N configurations.


def _enumeration(size: int) -> Row:
    given = partial(instance, size, ENUMERATED)
    return Row(
        f"enumeration: N {size}",
        "configuration",
        1 << size,
        lambda: our_enumeration(given()),
        {
            "JAX": Peer(lambda: jax_enumeration(given())),
            "NumPy": Peer(lambda: numpy_enumeration(given())),
        },
        equal_to(1e-12),
        size=size,
        grows="N",
    )


def our_enumeration(patterns: Any) -> Job:
    return lambda: {"violations": violations(patterns, 0.0)}


def _bits(patterns: Any) -> Any:
    """Patterns as integers."""
    return (np.left_shift(1, np.arange(len(patterns))) @ (patterns > 0)).astype(np.uint32)


def numpy_enumeration(patterns: Any) -> Job:
    """Bits of state XOR pattern, counted."""
    n, bits = len(patterns), _bits(patterns)

    def job() -> dict[str, Any]:
        states = np.arange(1 << n, dtype=np.uint32)
        counts = np.zeros(1 << n, np.int16)
        for pattern in bits:
            counts += 2 * np.bitwise_count(states ^ pattern) > n
        return {"violations": counts}

    return job


def jax_enumeration(patterns: Any) -> Job:
    jax, jnp = jax_numpy()
    n, bits = len(patterns), jnp.asarray(_bits(patterns))

    @jax.jit
    def run() -> Any:
        states = jnp.arange(1 << n, dtype=jnp.uint32)
        wrong = [2 * jax.lax.population_count(states ^ b).astype(jnp.int16) > n for b in bits]
        return sum(w.astype(jnp.int16) for w in wrong)

    return lambda: {"violations": np.asarray(run())}


# Message passing: as many iterations on all sides.


def _message_passing(size: int) -> Row:
    given = partial(instance, size, size)
    return Row(
        f"message passing: N {size}",
        "iteration",
        ITERATIONS,
        lambda: our_message_passing(given()),
        {
            "JAX": Peer(lambda: jax_message_passing(given())),
            "NumPy": Peer(lambda: numpy_message_passing(given())),
        },
        equal_to(1e-7, 1e-8),
        size=size,
        grows="N",
        floor=(Amount(Limit("product", "float64", (1, size, size)), ITERATIONS * 4.0 * size**2),),
    )


def our_message_passing(patterns: Any) -> Job:
    given, start = problem(patterns), np.zeros(len(patterns))

    def job() -> dict[str, Any]:
        found = marginals(given, start, 0.0, math.nan, ITERATIONS)
        return {"magnetisation": found.magnetisation, "free_entropy": found.free_entropy}

    return job


def numpy_message_passing(patterns: Any) -> Job:
    c = patterns / math.sqrt(len(patterns))

    def job() -> dict[str, Any]:
        m, f = np.zeros(len(c)), np.zeros(c.shape[1])
        for _ in range(ITERATIONS):
            v = 1 - np.mean(m * m)
            t = -(m @ c - v * f) / math.sqrt(v)
            log_tail = log_ndtr(-t)
            f = np.exp(-0.5 * t * t - LOG_SQRT_2PI - log_tail) / math.sqrt(v)
            onsager = np.sum(f * f - f * t / math.sqrt(v)) / len(m)
            h = c @ f + onsager * m
            m = np.tanh(h)
        sites = np.sum(np.logaddexp(h, -h) - h * m)
        total = np.sum(log_tail + 0.5 * v * f * f) + sites
        return {"magnetisation": m, "free_entropy": total / len(m)}

    return job


def jax_message_passing(patterns: Any) -> Job:
    jax, jnp = jax_numpy()
    c = jnp.asarray(patterns / math.sqrt(len(patterns)))

    def step(_: Any, state: Any) -> Any:
        m, f, _ = state
        v = 1.0 - jnp.mean(m * m)
        t = -(m @ c - v * f) / jnp.sqrt(v)
        log_tail = jax.scipy.special.log_ndtr(-t)
        f = jnp.exp(-0.5 * t * t - LOG_SQRT_2PI - log_tail) / jnp.sqrt(v)
        onsager = jnp.sum(f * f - f * t / jnp.sqrt(v)) / len(m)
        h = c @ f + onsager * m
        m = jnp.tanh(h)
        total = jnp.sum(log_tail + 0.5 * v * f * f) + jnp.sum(jnp.logaddexp(h, -h) - h * m)
        return m, f, total / len(m)

    @jax.jit
    def run(c: Any) -> Any:
        start = (jnp.zeros(len(c)), jnp.zeros(c.shape[1]), 0.0)
        return jax.lax.fori_loop(0, ITERATIONS, step, start)

    def job() -> dict[str, Any]:
        m, _, free_entropy = run(c)
        return {"magnetisation": np.asarray(m), "free_entropy": np.asarray(free_entropy)}

    return job
