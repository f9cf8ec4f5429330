"""SGD on least squares: runs, exact curves, and the best schedule.

Runs draw numbers of their own, so that they are equal in the mean; exact curves are equal; the best
schedule is compared by its loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.numerics.least_squares import own_coefficient, pair_coefficients
from toysim.numerics.spread import lumped
from toysim.numerics.spread_rows import LOSS_SPREADS, MODE_SPREADS
from toysim.plan import Sweep
from toysim.scheduled import rates


def rows(tiny: bool) -> Iterator[Row]:
    for replicas in (20,) if tiny else (60, 200, 600):
        yield _runs(replicas, 8 if tiny else 64, 20 if tiny else 500)
    for peaks in (3,) if tiny else (5, 50, 500):
        yield _curves(peaks, 8 if tiny else 64, 20 if tiny else 1000)
    yield _optimum(8 if tiny else 256, 20 if tiny else 1000)


def _runs(replicas: int, modes: int, steps: int) -> Row:
    fixed = {"n_modes": modes, "n_steps": steps, "learning_rate": 0.1}
    sweep = sweep_of("scheduled_sgd.regression", fixed)
    n = replicas * modes * steps
    jobs = {"NumPy": numpy_runs, "PyTorch": torch_runs, "JAX": jax_runs}
    return Row(
        f"least squares, runs: replicas {replicas}",
        "update of a mode",
        n,
        lambda: Engine(sweep, replicas=replicas),
        {peer: Peer(partial(make, sweep, replicas)) for peer, make in jobs.items()},
        equal_means(6.0),
        size=replicas,
        grows="replicas",
        floor=(Amount(Limit("normal", "float32"), n), Amount(Limit("arithmetic"), 4.0 * n)),
    )


def _curves(peaks: int, modes: int, steps: int) -> Row:
    axes = {
        "schedule": ["linear", "cosine", "rex"],
        "learning_rate": np.geomspace(0.02, 0.4, peaks),
    }
    sweep = sweep_of("scheduled_sgd.regression", {"n_modes": modes, "n_steps": steps}, axes)
    n = sweep.n_cells * modes * steps
    jobs = {
        "NumPy": numpy_curves,
        "JAX": partial(jax_curves, True),
        "JAX, losses alone": partial(jax_curves, False),
    }
    return Row(
        f"least squares, exact curves: {sweep.n_cells}",
        "update of a mode",
        n,
        lambda: Engine(sweep, "theory"),
        {peer: Peer(partial(make, sweep)) for peer, make in jobs.items()},
        equal_to(1e-9),
        size=sweep.n_cells,
        grows="cells",
        floor=(Amount(Limit("arithmetic"), 5.0 * n),),
    )


def _optimum(modes: int, steps: int) -> Row:
    sweep = sweep_of("scheduled_sgd.optimal", {"n_modes": modes, "n_steps": steps})
    return Row(
        f"least squares, best schedule: {steps} updates",
        "schedule",
        1,
        lambda: Engine(sweep, "theory"),
        {"JAX, 300 steps of Adam": Peer(partial(jax_optimum, sweep))},
        equal_to(2e-2),
    )


class Modes:
    """Spectra (n,), label noise and the rates of every cell (cells, T)."""

    def __init__(self, sweep: Sweep) -> None:
        p = sweep.parameters
        i = np.arange(1.0, p.n_modes + 1.0)
        self.h, self.signal = i**-p.capacity_exponent, i**-p.signal_exponent
        self.root, self.best = np.sqrt(self.h), np.sqrt(self.signal / self.h)
        self.noise, self.n = p.label_noise, p.n_modes

    def outputs(self, w: Any) -> dict[str, Any]:
        loss = 0.5 * self.h * (np.asarray(w, float) - self.best) ** 2
        return {"mode_loss": loss, "final_loss": loss.sum(axis=1)}


def _rates(sweep: Sweep) -> Any:
    return np.array(list(rates(batch_of(sweep))))


def numpy_runs(sweep: Sweep, replicas: int) -> Job:
    m, eta = Modes(sweep), _rates(sweep)[0]
    generator = np.random.Generator(np.random.SFC64(1))

    def job() -> dict[str, Any]:
        w = np.zeros((replicas, m.n))
        x = np.empty_like(w)
        for rate in eta:
            generator.standard_normal(out=x)
            x *= m.root
            z = generator.standard_normal(replicas)
            residual = np.einsum("ri,ri->r", x, w - m.best) - np.sqrt(m.noise) * z
            x *= (rate * residual)[:, None]
            w -= x
        return m.outputs(w)

    return job


def torch_runs(sweep: Sweep, replicas: int) -> Job:
    torch = one_thread_torch()
    m, eta = Modes(sweep), _rates(sweep)[0]
    root, best = torch.from_numpy(m.root), torch.from_numpy(m.best)
    generator = torch.Generator().manual_seed(1)

    def job() -> dict[str, Any]:
        w = torch.zeros((replicas, m.n), dtype=torch.float64)
        for rate in eta:
            x = root * torch.randn(w.shape, dtype=torch.float64, generator=generator)
            z = torch.randn(replicas, dtype=torch.float64, generator=generator)
            residual = (x * (w - best)).sum(1) - m.noise**0.5 * z
            w -= rate * residual[:, None] * x
        return m.outputs(w.numpy())

    return job


def jax_runs(sweep: Sweep, replicas: int) -> Job:
    """All replicas in one array; numbers of a step from one key."""
    jax, jnp = jax_numpy()
    m, eta = Modes(sweep), _rates(sweep)[0]

    @jax.jit
    def run(key: Any, eta: Any) -> Any:
        def step(w: Any, at: Any) -> Any:
            rate, key = at
            draws = jax.random.normal(key, (replicas, m.n + 1))
            x = m.root * draws[:, :-1]
            residual = jnp.sum(x * (w - m.best), axis=1) - m.noise**0.5 * draws[:, -1]
            return w - rate * residual[:, None] * x, None

        start = jnp.zeros((replicas, m.n))
        return jax.lax.scan(step, start, (eta, jax.random.split(key, len(eta))))[0]

    given = jax.random.key(1, impl="rbg"), jnp.asarray(eta)
    return lambda: m.outputs(run(*given))


class Spread:
    """Fourth moments of a few modes, samples one by one, for whether means over replicas show the
    mean loss: as ``toysim.numerics.spread_rows`` has them, in matrices of all pairs.
    """

    def __init__(self, m: Modes) -> None:
        self.h, signal, self.alike = lumped(m.h, m.signal)
        mean, self.noise = self.alike * signal, m.noise
        own, pairs = mean * signal, np.outer(mean, mean)
        self.start = mean[None], own[None], (pairs - np.diag(own))[None]

    def advance(self, xp: Any, state: Any, rate: Any) -> Any:
        """m, O (cells, G) and R (cells, G, G) after an update."""
        m, own, pairs = state
        a = rate[:, None] * self.h
        square, Z = a * a, own + pairs.sum(axis=2)
        weight, S, fourth = self.alike * square, m.sum(axis=1), Z.sum(axis=1)
        kick = 1.5 * (fourth + self.noise * (2.0 * S + self.noise))
        slope = 1.0 - 6.0 * a + 12.0 * square
        push = slope * (Z + self.noise * m) + weight * kick[:, None]
        c0, c1, c2 = (c[:, :, None] for c in pair_coefficients.py_func(a, 1.0))
        held = c0 + a[:, None] * (c1 + a[:, None] * c2)
        both = weight[:, :, None] * push[:, None]
        alone = 2.0 * square * push
        gained = both + xp.swapaxes(both, 1, 2)
        diagonal = ((self.alike - 1.0) * alone)[:, :, None] * np.eye(len(self.h))
        pairs = held * pairs + xp.where(np.eye(len(self.h)) > 0, diagonal, gained)
        own = own_coefficient.py_func(a, 1.0) * own + 3.0 * alone
        m = m * (1.0 - 2.0 * a + 2.0 * square) + weight * (S + self.noise)[:, None]
        return m, own, pairs

    def shown(self, xp: Any, state: Any) -> Any:
        m, own, pairs = state
        S, fourth = m.sum(axis=1), (own + pairs.sum(axis=2)).sum(axis=1)
        modes = own * self.alike < MODE_SPREADS * m * m
        return (fourth < LOSS_SPREADS * S * S) & xp.all(modes, axis=1)


def numpy_curves(sweep: Sweep) -> Job:
    m, eta = Modes(sweep), _rates(sweep)
    spread = Spread(m)

    def job() -> dict[str, Any]:
        M, state = np.tile(m.signal, (len(eta), 1)), spread.start
        for rate in eta.T:
            a = rate[:, None] * m.h
            M = M * (1.0 - 2.0 * a + 2.0 * a * a) + a * a * (M.sum(1, keepdims=True) + m.noise)
            state = spread.advance(np, state, rate)
        loss = 0.5 * M.sum(axis=1)
        valid = np.isfinite(loss) & spread.shown(np, state)
        return {"final_loss": loss, "mode_loss": 0.5 * M, "valid": valid}

    return job


def jax_curves(validity: bool, sweep: Sweep) -> Job:
    """With our validity, or without it."""
    jax, jnp = jax_numpy()
    m, eta = Modes(sweep), _rates(sweep)
    spread = Spread(m)

    @jax.jit
    def run(eta: Any) -> Any:
        def step(state: Any, rate: Any) -> Any:
            M, few = state
            a = rate[:, None] * m.h
            fresh = jnp.sum(M, axis=1, keepdims=True) + m.noise
            M = M * (1.0 - 2.0 * a + 2.0 * a * a) + a * a * fresh
            return (M, spread.advance(jnp, few, rate) if validity else few), None

        every = lambda x: jnp.repeat(x, eta.shape[0], axis=0)  # noqa: E731
        start = every(m.signal[None]), tuple(map(every, spread.start)) if validity else ()
        M, few = jax.lax.scan(step, start, eta.T)[0]
        loss = 0.5 * jnp.sum(M, axis=1)
        told = {"final_loss": loss, "mode_loss": 0.5 * M}
        return told | ({"valid": jnp.isfinite(loss) & spread.shown(jnp, few)} if validity else {})

    given = jnp.asarray(eta)
    return lambda: {name: np.asarray(values) for name, values in run(given).items()}


def jax_optimum(sweep: Sweep) -> Job:
    """Adam on the logarithms of the rates, gradients by reverse mode through the recursion."""
    jax, jnp = jax_numpy()
    m, n_steps = Modes(sweep), sweep.parameters.n_steps

    def loss(log_rates: Any) -> Any:
        def step(M: Any, rate: Any) -> Any:
            a = rate * m.h
            return M * (1.0 - 2.0 * a + 2.0 * a * a) + a * a * (jnp.sum(M) + m.noise), None

        return 0.5 * jnp.sum(jax.lax.scan(step, jnp.asarray(m.signal), jnp.exp(log_rates))[0])

    @jax.jit
    def descend(x: Any) -> Any:
        def step(state: Any, t: Any) -> Any:
            x, mean, square = state
            g = jax.grad(loss)(x)
            mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
            moved = (mean / (1 - 0.9**t)) / (jnp.sqrt(square / (1 - 0.999**t)) + 1e-12)
            return (x - 0.1 * moved, mean, square), None

        start = (x, jnp.zeros_like(x), jnp.zeros_like(x))
        return loss(jax.lax.scan(step, start, jnp.arange(1.0, 301.0))[0][0])

    start = jnp.full(n_steps, np.log(0.25))
    return lambda: {"final_loss": np.asarray(descend(start))[None]}
