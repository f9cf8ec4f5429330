"""Exact mean of SGD with repeated rows beside its recursion as BLAS products and as JAX."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.scaling.repeated_sgd.problem import problems
from toysim.plan import Sweep


def rows(tiny: bool) -> Iterator[Row]:
    steps = 20 if tiny else 1000
    for size in (8,) if tiny else (20, 40, 80):
        yield _row(size, steps)


def _row(size: int, steps: int) -> Row:
    fixed = {"n_modes": size, "n_rows": size, "n_steps": steps, "learning_rate": 0.05}
    sweep = sweep_of("scaling.repeated_sgd", fixed)
    jobs = {"NumPy": numpy_recursion, "JAX": jax_recursion}
    return Row(
        f"mean of repeated rows: modes and rows {size}",
        "update",
        steps,
        lambda: Engine(sweep, "theory"),
        {name: Peer(partial(job, sweep)) for name, job in jobs.items()},
        equal_to(1e-9),
        size=size,
        grows="modes and rows",
        floor=(Amount(Limit("product", "float64", (size,) * 3), 4.0 * size**3 * steps),),
    )


class Constants:
    """What the recursion is made of, as whole matrices."""

    def __init__(self, sweep: Sweep) -> None:
        p, given = sweep.parameters, next(problems(batch_of(sweep)))
        self.x, self.eps, self.h = given.rows, given.noise, given.h
        self.f, self.s2, self.eta, self.steps = (
            p.fraction,
            p.label_noise,
            p.learning_rate,
            p.n_steps,
        )
        self.share = p.fraction / len(self.x)
        kept = self.share * self.x.T @ self.x
        self.a, self.q = (1 - self.f) * np.diag(self.h) + kept, self.share * self.x.T @ self.eps
        self.mean = -given.teacher
        self.moment = np.outer(self.mean, self.mean)
        self.cross = 2 * np.outer(self.h, self.h)

    def step(self, np_: Any, moment: Any, mean: Any) -> Any:
        """One update, in the arrays of ``np_``."""
        eta, x = self.eta, self.x
        square = np_.sum((x @ moment) * x, axis=1) - 2 * self.eps * (x @ mean) + self.eps**2
        trace = np_.sum(self.h * np_.diag(moment)) + self.s2
        fresh = (1 - self.f) * (self.cross * moment + np_.diag(self.h * trace))
        pulled, learned = self.a @ moment, np_.outer(mean, self.q)
        moment = moment - eta * (pulled + pulled.T) + eta * (learned + learned.T)
        moment = moment + eta**2 * (fresh + self.share * (x.T * square) @ x)
        return moment, mean - eta * (self.a @ mean - self.q)

    def outputs(self, moment: Any) -> dict[str, Any]:
        return {"final_loss": np.array([0.5 * np.sum(self.h * np.diag(np.asarray(moment)))])}


def numpy_recursion(sweep: Sweep) -> Job:
    c = Constants(sweep)

    def job() -> dict[str, Any]:
        moment, mean = c.moment, c.mean
        for _ in range(c.steps):
            moment, mean = c.step(np, moment, mean)
        return c.outputs(moment)

    return job


def jax_recursion(sweep: Sweep) -> Job:
    jax, jnp = jax_numpy()
    c = Constants(sweep)

    @jax.jit
    def run(moment: Any, mean: Any) -> Any:
        def step(state: Any, _: Any) -> Any:
            return c.step(jnp, *state), None

        return jax.lax.scan(step, (moment, mean), None, length=c.steps)[0][0]

    return lambda: c.outputs(run(jnp.asarray(c.moment), jnp.asarray(c.mean)))
