"""Seeds of 20,000 single-sample updates of the feature-noise network (d = 64, n = 16, m = 8).

Drawing data, weights and visits, the same for all sides, is in everybody's time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.oscillation.feature_noise.problem import NOISE, U, V, problem_of
from toysim.plan import Sweep

GAMMA, M, N = 1.1, 8, 16


def rows(tiny: bool) -> Iterator[Row]:
    updates = 50 if tiny else 20_000
    for seeds in (2,) if tiny else (2, 20, 200):
        # Test accuracies are measured by our side alone: on as few points as there may be.
        fixed = {"gamma_u": GAMMA, "n_steps": updates, "n_test": 2}
        sweep = sweep_of("oscillation.feature_noise", fixed)
        given = (sweep, seeds)
        peers = {"JAX, dual": Peer(partial(jax_dual, *given))}
        if seeds <= 20:
            peers |= {
                "NumPy": Peer(partial(numpy_weights, *given)),
                "PyTorch": Peer(partial(torch_weights, *given)),
            }
        yield Row(
            f"feature_noise: seeds {seeds}",
            "update of a seed",
            seeds * updates,
            lambda sweep=sweep, seeds=seeds: Engine(sweep, replicas=seeds),
            peers,
            equal_to(1e-6, 1e-9),
            size=seeds,
            grows="seeds",
            # Three overlaps moved along up to three patches, and their squares.
            floor=(Amount(Limit("arithmetic"), seeds * updates * 2 * M * 3 * 5),),
        )


class Drawn:
    """Stacked draws of all seeds: patches (s, n+2, d), weights (s, 2m, d), visits (T, s)."""

    def __init__(self, sweep: Sweep, seeds: int) -> None:
        found = [problem_of(row) for row in batch_of(sweep, seeds).rows()]
        self.task = found[0].task
        self.patches = np.stack([problem.patches for problem in found])
        self.weights = np.stack([problem.weights for problem in found])
        self.visits = np.stack([problem.task.visits[:, 0] for problem in found], axis=1)
        self.strong = self.task.kind == 0
        self.y = 1.0 - 2.0 * self.task.side


SIGN = np.repeat([1.0, -1.0], M)


def outputs(drawn: Drawn, z: Any, first: Any, late: Any) -> dict[str, Any]:
    """From the overlaps z (s, n+2, 2m) at the end and sums over residuals."""
    u, v = z[:, U], z[:, V]
    noise = np.maximum(z[:, NOISE:], 0.0) ** 2 @ SIGN / M  # (s, n): y f's part without y

    def side(x: Any, y: float) -> Any:
        return y * (np.maximum(y * x, 0.0) ** 2 @ SIGN) / M

    strong = np.stack([side(u, 1.0), side(u, -1.0)], axis=1)
    weak = np.stack([side(v, 1.0), side(v, -1.0)], axis=1)
    told = strong[:, drawn.task.side] * drawn.strong + weak[:, drawn.task.side] + drawn.y * noise
    return {
        "strong_output": strong,
        "weak_output": weak,
        "final_loss": np.mean((1.0 - told) ** 2, axis=1),
        "final_residual_sum": first,
        "late_residual": late / (len(drawn.visits) - drawn.task.late),
    }


def jax_dual(sweep: Sweep, seeds: int) -> Job:
    """Overlaps with the patches, kept up to date by rank-one terms; seeds side by side."""
    jax, jnp = jax_numpy()
    sign = jnp.asarray(SIGN)

    def run(z: Any, gram: Any, visits: Any, strong: Any, y: Any, side: Any, late_from: Any) -> Any:
        def step(carried: Any, at: Any) -> Any:
            z, first, late = carried
            t, i = at
            label, has = y[i], strong[i]
            u, v, xi = (
                has * jax.nn.relu(label * z[U]),
                jax.nn.relu(label * z[V]),
                jax.nn.relu(z[NOISE + i]),
            )
            e = 1.0 - label * jnp.sum(sign * (u * u + v * v + xi * xi)) / M
            pace = GAMMA * e * sign
            change = (
                gram[:, U, None] * (pace * u)
                + gram[:, V, None] * (pace * v)
                + gram[:, NOISE + i, None] * (label * pace * xi)
            )
            first = first.at[side[i]].add(jnp.where(has, e, 0.0))
            return (z + change, first, late + jnp.where(t >= late_from, abs(e), 0.0)), None

        at = (jnp.arange(len(visits)), visits)
        return jax.lax.scan(step, (z, jnp.zeros(2), 0.0), at)[0]

    batched = jax.jit(jax.vmap(run, in_axes=(0, 0, 1, None, None, None, None)))

    def job() -> dict[str, Any]:
        d = Drawn(sweep, seeds)
        z, gram = d.patches @ d.weights.mT, d.patches @ d.patches.mT
        found = batched(z, gram, d.visits, d.strong, d.y, d.task.side, d.task.late)
        return outputs(d, *map(np.asarray, found))

    return job


def _samples(d: Drawn) -> Any:
    """x (s, n, 3, d): the patches of every sample, with signs, zero where one is absent."""
    x = np.zeros((len(d.patches), N, 3, d.patches.shape[2]))
    x[:, :, 0] = (d.y * d.strong)[:, None] * d.patches[:, None, U]
    x[:, :, 1] = d.y[:, None] * d.patches[:, None, V]
    x[:, :, 2] = d.patches[:, NOISE:]
    return x


class Ledger:
    """Sums over residuals e (s,) of the samples visited."""

    def __init__(self, d: Drawn) -> None:
        self.d, self.first, self.late = d, np.zeros((len(d.patches), 2)), 0.0

    def enter(self, t: int, visit: Any, e: Any) -> None:
        d = self.d
        np.add.at(self.first, (np.arange(len(e)), d.task.side[visit]), e * d.strong[visit])
        self.late += abs(e) * (t >= d.task.late)


def numpy_weights(sweep: Sweep, seeds: int) -> Job:
    """Weights of all seeds in one array."""

    def job() -> dict[str, Any]:
        d, seed = Drawn(sweep, seeds), np.arange(seeds)
        x, w, ledger = _samples(d), d.weights.copy(), Ledger(d)
        for t, visit in enumerate(d.visits):
            patch, y = x[seed, visit], d.y[visit]
            z = np.maximum(w @ patch.mT, 0.0)
            f = np.einsum("sfp,sfp,f->s", z, z, SIGN) / M
            w += (GAMMA * (y - f))[:, None, None] * SIGN[:, None] * z @ patch
            ledger.enter(t, visit, 1.0 - y * f)
        return outputs(d, d.patches @ w.mT, ledger.first, ledger.late)

    return job


def torch_weights(sweep: Sweep, seeds: int) -> Job:
    """Autograd of the loss, seeds in one batched network."""
    torch = one_thread_torch()

    def job() -> dict[str, Any]:
        d, seed, a = Drawn(sweep, seeds), torch.arange(seeds), torch.tensor(SIGN)
        x, ledger = torch.tensor(_samples(d)), Ledger(d)
        w = torch.tensor(d.weights, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=GAMMA * M / 4)
        for t, visit in enumerate(d.visits):
            y = torch.tensor(d.y[visit])
            patch = x[seed, torch.tensor(visit)]
            f = ((torch.relu(w @ patch.mT) ** 2).sum(2) @ a) / M
            optimizer.zero_grad()
            ((f - y) ** 2).sum().backward()
            optimizer.step()
            ledger.enter(t, visit, (1.0 - y * f).detach().numpy())
        return outputs(d, d.patches @ w.detach().numpy().mT, ledger.first, ledger.late)

    return job
