"""Mean field of the binary perceptron: saddle points of storage, a Franz-Parisi curve."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of
from reference import perceptron as plain

from toysim.plan import Sweep

LOAD = 0.5  # of the curve
REACH, NODES = 9.0, 121  # JAX: uniform nodes, exponentially exact at overlaps away from 1
NODES_OF_CURVE = 109
LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


def rows(tiny: bool) -> Iterator[Row]:
    for n in (2,) if tiny else (1, 10, 100, 1000):
        yield _storage(n)
    yield _curve(50)


def _storage(n: int) -> Row:
    sweep = sweep_of("perceptron.storage", {}, {"alpha": {"linspace": [0.1, 0.8, n]}})
    peers = {"JAX": Peer(partial(jax_storage, sweep))}
    if n <= 10:
        peers["SciPy"] = Peer(partial(scipy_storage, sweep))
    return Row(
        f"storage: saddle points {n}",
        "saddle point",
        n,
        lambda: Engine(sweep, "theory"),
        peers,
        equal_to(1e-8, 1e-8),
        size=n,
        grows="saddle points",
        # Ten evaluations of about 120 nodes for patterns and as many for sites.
        floor=(Amount(Limit("log_ndtr"), 1200.0 * n), Amount(Limit("exp"), 1200.0 * n)),
    )


def _curve(n: int) -> Row:
    """Downwards and in small steps: SciPy's root needs its start close by, and has one at 0.95."""
    overlaps = {"linspace": [0.95, 0.4, n]}
    sweep = sweep_of("perceptron.franz_parisi", {"alpha": LOAD}, {"target_overlap": overlaps})
    return Row(
        f"Franz-Parisi: curve of {n}",
        "point",
        n,
        lambda: Engine(sweep, "theory"),
        {
            "JAX": Peer(partial(jax_curve, sweep)),
            "SciPy": Peer(partial(scipy_curve, sweep)),
        },
        equal_to(1e-7, 1e-8),
        turns=3,
    )


def scipy_storage(sweep: Sweep) -> Job:
    """Adaptive quadrature and a general root."""

    def job() -> dict[str, Any]:
        found = [plain.storage(a) for a in batch_of(sweep)["alpha"]]
        q, free_entropy, p = np.array(found).T
        return {"overlap": q, "free_entropy": free_entropy, "reference_overlap": p}

    return job


def scipy_curve(sweep: Sweep) -> Job:
    """A uniform grid of NumPy arrays and a general root, each point from its neighbour's."""

    def job() -> dict[str, Any]:
        potentials, couplings, start = [], [], None
        for p in batch_of(sweep)["target_overlap"]:
            potential, x, start = plain.potential(LOAD, p, start)
            potentials.append(potential)
            couplings.append(x)
        return {"potential": np.array(potentials), "coupling": np.array(couplings)}

    return job


def _grid(jnp: Any, n: int) -> tuple[Any, Any]:
    """Nodes z and weights of int Dz."""
    z = np.linspace(-REACH, REACH, n)
    return jnp.asarray(z), jnp.asarray(np.exp(-0.5 * z * z - LOG_SQRT_2PI) * (z[1] - z[0]))


def _tails(jax: Any, jnp: Any, t: Any) -> tuple[Any, Any]:
    """ln H(t) and G/H(t)."""
    log_tail = jax.scipy.special.log_ndtr(-t)
    return log_tail, jnp.exp(-0.5 * t * t - LOG_SQRT_2PI - log_tail)


def _storage_solver(jax: Any, jnp: Any) -> Any:
    """Damped iteration, then Newton with the exact derivative, all loads side by side."""
    z, weight = _grid(jnp, NODES)

    def q_hat_of(alpha: Any, q: Any) -> Any:
        _, mills = _tails(jax, jnp, jnp.sqrt(q / (1.0 - q)) * z)
        return alpha / (1.0 - q) * jnp.sum(weight * mills * mills)

    def update(alpha: Any, q: Any) -> Any:
        return jnp.sum(weight * jnp.tanh(jnp.sqrt(q_hat_of(alpha, q)) * z) ** 2)

    def newton(alpha: Any, q: Any) -> Any:
        new, slope = jax.jvp(partial(update, alpha), (q,), (jnp.ones_like(q),))
        return q + (new - q) / (1.0 - slope)

    def solve(alpha: Any) -> Any:
        q = jax.lax.fori_loop(0, 4, lambda _, q: update(alpha, q), jnp.full_like(alpha, 0.3))

        def moves(at: Any) -> Any:
            return (abs(at[0] - at[1]) > 1e-12) & (at[2] < 20)

        first = (newton(alpha, q), q, 0)
        return jax.lax.while_loop(moves, lambda s: (newton(alpha, s[0]), s[0], s[2] + 1), first)[0]

    def observed(alpha: Any) -> Any:
        q = solve(alpha)
        t = jnp.sqrt(q / (1.0 - q)) * z
        log_tail, mills = _tails(jax, jnp, t)
        q_hat = alpha / (1.0 - q) * jnp.sum(weight * mills * mills)
        field = jnp.sqrt(q_hat) * z
        tanh = jnp.tanh(field)
        sites = jnp.sum(weight * jnp.logaddexp(field, -field))
        free_entropy = -0.5 * q_hat * (1.0 - q) + sites + alpha * jnp.sum(weight * log_tail)
        slope = jnp.sum(weight * (mills * (t - mills)) ** 2) / (1.0 - q) ** 2
        spread = jnp.sum(weight * (1.0 - tanh * tanh) ** 2)
        return {
            "overlap": q,
            "reference_overlap": jnp.sum(weight * tanh),
            "free_entropy": free_entropy,
            "entropy": free_entropy,
            "stability": alpha * slope * spread,
        }, q_hat

    return observed


def jax_storage(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    observed = _storage_solver(jax, jnp)
    run = jax.jit(jax.vmap(lambda alpha: observed(alpha)[0]))

    def job() -> dict[str, Any]:
        return {k: np.asarray(v) for k, v in run(jnp.asarray(batch_of(sweep)["alpha"])).items()}

    return job


def jax_curve(sweep: Sweep) -> Job:
    """Newton in (q, t, p^) together, with jax.jacfwd, each point from its neighbour's and
    the curve's slope there.
    """
    jax, jnp = jax_numpy()
    z, weight = _grid(jnp, NODES_OF_CURVE)
    row, column, pairs = z[:, None], z[None, :], weight[:, None] * weight[None, :]
    storage = _storage_solver(jax, jnp)

    def ndtr(x: Any) -> Any:
        return jax.scipy.special.ndtr(x)

    def density(x: Any) -> Any:
        return jnp.exp(-0.5 * x * x - LOG_SQRT_2PI)

    def patterns(q: Any, t: Any, p: Any, q0: Any) -> Any:
        room0, a0 = jnp.sqrt(1.0 - q0), jnp.sqrt(q0 / (1.0 - q0))
        breadth = jnp.sqrt(q - t * t / q0)
        rho = (p - t) / (room0 * breadth)
        left = jnp.sqrt(1.0 - rho * rho)
        eta = (a0 * row + rho * column) / left
        u = -(t / jnp.sqrt(q0) * row + breadth * column) / jnp.sqrt(1.0 - q)
        log_tail, mills = _tails(jax, jnp, u)
        f = mills / jnp.sqrt(1.0 - q)
        fits = ndtr(a0 * row)
        K = pairs * ndtr(eta) / fits
        f0 = _tails(jax, jnp, -a0 * row)[1] / room0
        along = jnp.sum(pairs * density(eta) / (room0 * left * fits) * f)
        means = [jnp.sum(K * f * f), jnp.sum(K * f * f0), along, jnp.sum(K * log_tail)]
        return [LOAD * mean for mean in means]

    def sites(q_hat: Any, t_hat: Any, p_hat: Any, q0_hat: Any) -> Any:
        width = jnp.sqrt(q0_hat)
        reference = jnp.tanh(width * row)
        spread = jnp.sqrt(q_hat - t_hat**2 / q0_hat)
        field = t_hat / width * row + p_hat - t_hat + spread * column
        share, tanh = pairs * (1.0 + reference), jnp.tanh(field)
        entropy = jnp.sum(share * jnp.logaddexp(field, -field))
        first = share * tanh
        return jnp.sum(first), jnp.sum(first * tanh), jnp.sum(first * reference), entropy

    @jax.jit
    def run(overlaps: Any) -> Any:
        found, q0_hat = storage(jnp.asarray(LOAD))
        q0 = found["overlap"]

        def excess(x: Any, p: Any) -> Any:
            q_hat, t_hat, *_ = patterns(x[0], x[1], p, q0)
            p_found, q_found, t_found, _ = sites(q_hat, t_hat, x[2], q0_hat)
            return jnp.stack([q_found - x[0], t_found - x[1], p_found - p])

        def point(before: Any, p: Any) -> Any:
            x, slope, p_before = before
            x = x + slope * (p - p_before)

            def goes_on(at: Any) -> Any:
                return (jnp.max(abs(at[1])) > 1e-10) & (at[2] < 30)

            def newton(at: Any) -> Any:
                x, off, n = at
                change = jnp.linalg.solve(jax.jacfwd(excess)(x, p), off)

                def worse(tried: Any) -> Any:
                    _, new_off, factor = tried
                    return ~(jnp.max(abs(new_off)) < jnp.max(abs(off))) & (factor > 1e-4)

                def halved(tried: Any) -> Any:
                    factor = 0.5 * tried[2]
                    return x - factor * change, excess(x - factor * change, p), factor

                tried = (x - change, excess(x - change, p), 1.0)
                x, off, _ = jax.lax.while_loop(worse, halved, tried)
                return x, off, n + 1

            x, *_ = jax.lax.while_loop(goes_on, newton, (x, excess(x, p), 0))
            q, t, p_hat = x
            q_hat, t_hat, along, log_mean = patterns(q, t, p, q0)
            entropy = sites(q_hat, t_hat, p_hat, q0_hat)[3]
            potential = -0.5 * q_hat * (1.0 - q) - p * p_hat + t * t_hat + entropy + log_mean
            by_p = jax.jvp(partial(excess, x), (p,), (jnp.ones_like(p),))[1]
            slope = -jnp.linalg.solve(jax.jacfwd(excess)(x, p), by_p)
            return (x, slope, p), (potential, p_hat - along, q, t)

        # Upwards, from near the exact point p = q0.
        way = (overlaps[-1] - q0) / (1.0 - q0)
        x = jnp.stack([q0 + (1.0 - q0) * way**1.5, q0, q0_hat])
        start = (x, jnp.zeros(3), overlaps[-1])
        return jax.lax.scan(point, start, overlaps, reverse=True)[1]

    def job() -> dict[str, Any]:
        found = run(jnp.asarray(batch_of(sweep)["target_overlap"]))
        names = ("potential", "coupling", "self_overlap", "cross_overlap")
        return {name: np.asarray(values) for name, values in zip(names, found, strict=True)}

    return job
