"""Predictors of urns and regression tasks beside their definition as array code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of
from scipy.special import gammaln, logsumexp

from toysim.batch import Row as Cell
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.plan import Sweep

REPLICAS = 20


def rows(tiny: bool) -> Iterator[Row]:
    for D in (8,) if tiny else (256, 4096):
        yield _gain(D, tiny, True)
        yield _gain(D, tiny, False)
    for D in (8,) if tiny else (1000, 10_000):
        yield _exact(D, 6 if tiny else 32)
    for D in (8,) if tiny else (256, 4096):
        yield _regression(D, tiny)


def _gain(D: int, tiny: bool, by_context: bool) -> Row:
    n = 20 if tiny else 50 if by_context else 300
    fixed = {"n_tasks": D, "n_colours": 8, "context_length": 16 if tiny else 128, "urn_set": 1}
    sweep = sweep_of("bayes_icl.urns", fixed | {"n_sequences": n, "by_context": by_context})
    jobs = {"NumPy": numpy_urns, "JAX": jax_urns}
    what = "predictions" if by_context else "gain alone"
    return Row(
        f"urns, {what}: tasks {D}",
        "sequence",
        n * REPLICAS,
        lambda: Engine(sweep, replicas=REPLICAS),
        {name: Peer(partial(job, sweep)) for name, job in jobs.items()},
        equal_means(6.0),
        size=D,
        grows="tasks",
        floor=(Amount(Limit("arithmetic"), n * REPLICAS * D * (128.0 if by_context else 8.0)),),
    )


def _drawn(sweep: Sweep, rng: Any, chances: Any) -> Any:
    """Balls (n, C) of sequences from random urns (V, D)."""
    p = sweep.parameters
    own = chances.T[rng.integers(0, p.n_tasks, p.n_sequences)].cumsum(axis=1)
    u = rng.random((p.n_sequences, p.context_length, 1))
    return np.minimum((u > own[:, None, :]).sum(axis=2), p.n_colours - 1)


def _setting(sweep: Sweep) -> tuple[Any, Any]:
    batch = batch_of(sweep)
    return Urns(batch).of(Cell(batch, 0)), np.random.Generator(np.random.SFC64(1))


def _log_fresh(counts: Any, V: int, C: int) -> Any:
    return gammaln(V) - gammaln(V + C) + gammaln(counts + 1.0).sum(axis=-1)


def numpy_urns(sweep: Sweep) -> Job:
    """Products of counts and ln p, and logsumexp; predictions of all sequences ball by ball."""
    p = sweep.parameters
    chances, rng = _setting(sweep)
    logs, V, C = np.log(chances), p.n_colours, p.context_length

    def gain() -> float:
        counts = (_drawn(sweep, rng, chances)[:, :, None] == np.arange(V)).sum(axis=1)
        seen = logsumexp(counts @ logs, axis=1) - np.log(p.n_tasks)
        return float((seen - _log_fresh(counts, V, C)).mean())

    def losses() -> tuple[Any, Any]:
        balls = _drawn(sweep, rng, chances)
        likelihood, counts = np.zeros((len(balls), p.n_tasks)), np.zeros((len(balls), V))
        found, every = np.empty((2, C)), np.arange(len(balls))
        for n in range(C):
            ball = balls[:, n]
            weight = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
            seen = (weight @ chances.T)[every, ball] / weight.sum(axis=1)
            found[0, n] = -np.log(seen).mean()
            found[1, n] = -np.log((counts[every, ball] + 1.0) / (n + V)).mean()
            likelihood += logs[ball]
            counts[every, ball] += 1.0
        return found[0], found[1]

    return partial(_job, p.by_context, gain, losses)


def _job(by_context: bool, gain: Any, losses: Any) -> dict[str, Any]:
    if not by_context:
        return {"gain": np.array([float(gain()) for _ in range(REPLICAS)])}
    found = [losses() for _ in range(REPLICAS)]
    names = ("loss_memorising", "loss_generalising")
    return {name: np.array([np.asarray(f[k]) for f in found]) for k, name in enumerate(names)}


def jax_urns(sweep: Sweep) -> Job:
    """The same compiled as a whole; the multiplicative weights are ours."""
    jax, jnp = jax_numpy()
    p = sweep.parameters
    chances, rng = _setting(sweep)
    V, C, D = p.n_colours, p.context_length, p.n_tasks
    table, logs = jnp.asarray(chances), jnp.asarray(np.log(chances))

    @jax.jit
    def gain_of(balls: Any) -> Any:
        counts = (balls[:, :, None] == jnp.arange(V)).sum(axis=1).astype(float)
        seen = jax.nn.logsumexp(counts @ logs, axis=1) - jnp.log(D)
        fresh = jax.lax.lgamma(float(V)) - jax.lax.lgamma(float(V + C))
        return (seen - fresh - jax.lax.lgamma(counts + 1.0).sum(axis=1)).mean()

    @jax.jit
    def losses_of(balls: Any) -> Any:
        def step(state: Any, at: Any) -> Any:
            weight, counts = state
            n, ball = at
            weight = weight * table[ball]
            chance = weight.sum(axis=1)
            hot = ball[:, None] == jnp.arange(V)
            general = ((counts + 1.0) * hot).sum(axis=1) / (n + V)
            told = -jnp.log(chance).mean(), -jnp.log(general).mean()
            return (weight / chance[:, None], counts + hot), told

        start = jnp.full((balls.shape[0], D), 1.0 / D), jnp.zeros((balls.shape[0], V))
        return jax.lax.scan(step, start, (jnp.arange(C), balls.T))[1]

    def drawn() -> Any:
        return jnp.asarray(_drawn(sweep, rng, chances))

    return partial(_job, p.by_context, lambda: gain_of(drawn()), lambda: losses_of(drawn()))


def _exact(D: int, C: int) -> Row:
    sweep = sweep_of("bayes_icl.urns", {"n_tasks": D, "context_length": C, "urn_set": 1})
    return Row(
        f"exact losses of urns: tasks {D}",
        "count vector of an urn",
        D * (C + 1) * (C + 2) / 2,
        lambda: Engine(sweep, "theory"),
        {"NumPy": Peer(partial(numpy_exact, sweep))},
        equal_to(1e-8, 1e-10),
        size=D,
        grows="tasks",
    )


def numpy_exact(sweep: Sweep) -> Job:
    """Sums over the count of one colour, as arrays (n + 1, D)."""
    p = sweep.parameters
    chances, _ = _setting(sweep)
    logs, C = np.log(chances), p.context_length

    def job() -> dict[str, Any]:
        M, G = np.empty((2, C))
        for n in range(C):
            k = np.arange(n + 1.0)[:, None]
            each = k * logs[0] + (n - k) * logs[1]
            seen = logsumexp(each, axis=1)
            weight = np.exp(each - seen[:, None])
            ways = gammaln(n + 1.0) - gammaln(k[:, 0] + 1.0) - gammaln(n - k[:, 0] + 1.0)
            shown = np.exp(ways + seen) / p.n_tasks
            m, g = weight @ chances[0], (k[:, 0] + 1.0) / (n + 2.0)
            M[n] = -shown @ (m * np.log(m) + (1 - m) * np.log(1 - m))
            G[n] = -shown @ (m * np.log(g) + (1 - m) * np.log(1 - g))
        mean = np.array([numpy_mean_gain(p.n_tasks, C)])
        return {"loss_memorising": M[None], "loss_generalising": G[None], "gain_mean": mean}

    return job


_legendre = cache(np.polynomial.legendre.leggauss)


def numpy_mean_gain(D: int, C: int) -> float:
    """The exact mean gain over sets of urns, as one of our diagnostics, on the same nodes."""
    nodes, weights = _legendre(800)
    theta = 0.5 * np.pi * (nodes + 1.0)
    p, w = 0.5 * (1.0 - np.cos(theta)), 0.25 * np.pi * weights * np.sin(theta)
    s = np.exp(np.arange(-45.0, 20.0, 0.05))[:, None]
    whole = 0.0
    for k in range(C // 2 + 1):
        ways = np.log(C + 1.0) + gammaln(C + 1.0) - gammaln(k + 1.0) - gammaln(C - k + 1.0)
        x = np.exp(ways + k * np.log(p) + (C - k) * np.log1p(-p))
        terms = np.exp(-s * x)
        phi, slope = terms @ w, terms @ (w * x)
        each = 0.05 * np.sum(np.exp(-s[:, 0]) - slope * phi ** (D - 1.0))
        whole += each if 2 * k == C else 2.0 * each
    return float(whole / (C + 1.0) - np.log(D))


def _regression(D: int, tiny: bool) -> Row:
    n = 10 if tiny else 50
    sweep = sweep_of("bayes_icl.regression", {"n_tasks": D, "n_sequences": n, "input_set": 0})
    return Row(
        f"regression in context: tasks {D}",
        "task at a point",
        REPLICAS * n * 16 * D,
        lambda: Engine(sweep, replicas=REPLICAS),
        {
            "NumPy": Peer(partial(numpy_regression, sweep)),
            "JAX": Peer(partial(jax_regression, sweep)),
        },
        equal_means(6.0),
        size=D,
        grows="tasks",
        floor=(Amount(Limit("exp"), float(REPLICAS * n * 16 * D)),),
    )


def numpy_regression(sweep: Sweep) -> Job:
    """Sequence by sequence: one product, running likelihoods, a softmax a point."""
    p, rng = sweep.parameters, np.random.Generator(np.random.SFC64(1))

    def run() -> Any:
        tasks, losses = rng.standard_normal((p.dim, p.n_tasks)), np.zeros(p.n_points)
        for _ in range(p.n_sequences):
            x = rng.standard_normal((p.n_points, p.dim))
            target = x @ tasks[:, rng.integers(p.n_tasks)]
            y = target + p.noise_variance**0.5 * rng.standard_normal(p.n_points)
            fields = x @ tasks
            each = -((y[:, None] - fields) ** 2) / (2.0 * p.noise_variance)
            logs = np.cumsum(each, axis=0) - each
            weight = np.exp(logs - logs.max(axis=1, keepdims=True))
            losses += ((weight * fields).sum(axis=1) / weight.sum(axis=1) - target) ** 2
        return losses / p.n_sequences

    return lambda: {"loss_memorising": np.array([run() for _ in range(REPLICAS)])}


def jax_regression(sweep: Sweep) -> Job:
    """The same in a scan over sequences."""
    jax, jnp = jax_numpy()
    p = sweep.parameters

    @jax.jit
    def run(key: Any) -> Any:
        own, keys = jax.random.split(key)
        tasks = jax.random.normal(own, (p.dim, p.n_tasks))

        def step(losses: Any, key: Any) -> Any:
            a, b, c = jax.random.split(key, 3)
            x = jax.random.normal(a, (p.n_points, p.dim))
            target = x @ tasks[:, jax.random.randint(b, (), 0, p.n_tasks)]
            y = target + p.noise_variance**0.5 * jax.random.normal(c, (p.n_points,))
            fields = x @ tasks
            each = -((y[:, None] - fields) ** 2) / (2.0 * p.noise_variance)
            logs = jnp.cumsum(each, axis=0) - each
            weight = jnp.exp(logs - logs.max(axis=1, keepdims=True))
            error = (weight * fields).sum(axis=1) / weight.sum(axis=1) - target
            return losses + error**2, None

        keys = jax.random.split(keys, p.n_sequences)
        return jax.lax.scan(step, jnp.zeros(p.n_points), keys)[0] / p.n_sequences

    every = jax.random.split(jax.random.key(1, impl="rbg"), REPLICAS)
    return lambda: {"loss_memorising": np.array([np.asarray(run(key)) for key in every])}
