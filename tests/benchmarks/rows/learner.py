"""Epochs of the field-space learner at N = 1001, P = 2002: full-batch Adam, and SGD with momentum
on batches of 32. Task 2, with the field of the start as its past.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import batch_of, sweep_of
from scipy.special import log_ndtr

from toysim.models.perceptron.learner.descent import train
from toysim.models.perceptron.learner.problem import Problem, problem_of
from toysim.models.perceptron.learner.simulation import rule_of, start, workspace
from toysim.plan import Sweep

EPOCHS = 3
LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
ADAM = {"optimiser": "adam", "learning_rate_2": 5e-3}
SGD = {"optimiser": "momentum", "learning_rate_2": 1e-3, "batch_size": 32}


def rows(tiny: bool) -> Iterator[Row]:
    for size in (21,) if tiny else (251, 501, 1001):
        yield _row(f"learner: full batch Adam, N {size}", size, ADAM)
    yield _row("learner: SGD batches of 32", 21 if tiny else 1001, SGD)


def _row(name: str, size: int, fixed: dict[str, Any]) -> Row:
    sweep = sweep_of("perceptron.learner", {"size": size, "alpha_1": 0.0, "alpha_2": 2.0, **fixed})
    n, patterns = size, 2 * size
    batch = fixed.get("batch_size", patterns)
    product = Limit("product", "float64", (1, n, min(batch, patterns)))
    return Row(
        name,
        "epoch",
        EPOCHS,
        partial(ours, sweep),
        {
            "JAX": Peer(partial(jax_learner, sweep)),
            "JAX float32": Peer(partial(jax_learner, sweep, "float32"), "float32"),
            "PyTorch": Peer(partial(torch_learner, sweep)),
            "NumPy": Peer(partial(numpy_learner, sweep)),
        },
        _same,
        size=size,
        grows="N" if fixed is ADAM else "",
        floor=(Amount(product, EPOCHS * 4.0 * n * patterns),),
    )


def _same(ours: Any, theirs: Any) -> float:
    single = theirs["theta"].dtype == np.float32
    return (equal_to(1e-3, 1e-3) if single else equal_to(1e-8, 1e-9))(ours, theirs)


def drawn(sweep: Sweep) -> Problem:
    return problem_of(next(batch_of(sweep).rows()))


def ours(sweep: Sweep) -> Job:
    found = drawn(sweep)
    work, rule = workspace(found), rule_of(found.parameters, 2)

    def job() -> dict[str, Any]:
        state = start(found.theta.copy(), found.theta)
        train(found.tasks[1], rule, state, 0, np.empty(0), np.empty(EPOCHS), work)
        return {"theta": state.theta}

    return job


def batches_of(found: Problem, dtype: str) -> list[Any]:
    """Signs of the patterns, (n, N) a batch."""
    task = found.tasks[1]
    bits = np.unpackbits(task.by_pattern, axis=1, bitorder="little")
    signs = zip(bits, task.counts, strict=True)
    return [np.asarray(2.0 * b[:n] - 1.0, dtype) for b, n in signs]


def numpy_learner(sweep: Sweep) -> Job:
    """The gradient by hand, whole matrices."""
    found = drawn(sweep)
    p, task = found.parameters, found.tasks[1]
    batches = batches_of(found, "float64")
    adam, rate = p.optimiser == "adam", p.learning_rate_2

    def gradient(theta: Any, z: Any) -> Any:
        m = np.tanh(theta)
        s = 1.0 - m * m
        variance = s.sum()
        S = np.sqrt(variance)
        along = z @ m
        u = along / S
        score = np.exp(-0.5 * u * u - LOG_SQRT_2PI - log_ndtr(u))
        data = -s * ((score @ z) / S + m * (score @ along) / (S * variance))
        return data + p.gamma * len(z) / task.n_patterns * s * (theta - found.theta)

    def job() -> dict[str, Any]:
        theta, first, second = found.theta.copy(), np.zeros(p.size), np.zeros(p.size)
        n = 0
        for _ in range(EPOCHS):
            for z in batches:
                g, n = gradient(theta, z), n + 1
                if adam:
                    first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
                    root = np.sqrt(second / (1.0 - 0.999**n)) + 1e-20
                    theta = theta - rate * first / (1.0 - 0.9**n) / root
                else:
                    first = p.momentum * first + rate * g
                    theta = theta - first
        return {"theta": theta}

    return job


def jax_learner(sweep: Sweep, dtype: str = "float64") -> Job:
    """The gradient by hand, batches of one size scanned and the rest after them."""
    jax, jnp = jax_numpy()
    found = drawn(sweep)
    p, task = found.parameters, found.tasks[1]
    batches = batches_of(found, dtype)
    rest = batches.pop() if len(batches) > 1 and len(batches[-1]) < len(batches[0]) else None
    stacked = jnp.asarray(np.stack(batches))
    rest = None if rest is None else jnp.asarray(rest)
    reference = jnp.asarray(found.theta, dtype)
    adam, rate = p.optimiser == "adam", p.learning_rate_2

    def gradient(theta: Any, z: Any) -> Any:
        m = jnp.tanh(theta)
        s = 1.0 - m * m
        variance = jnp.sum(s)
        S = jnp.sqrt(variance)
        along = z @ m
        u = along / S
        log_tail = jax.scipy.special.log_ndtr(u)
        score = jnp.exp(-0.5 * u * u - LOG_SQRT_2PI - log_tail)
        data = -s * ((score @ z) / S + m * (score @ along) / (S * variance))
        return data + p.gamma * len(z) / task.n_patterns * s * (theta - reference)

    def step(state: Any, z: Any) -> Any:
        theta, first, second, n = state
        g, n = gradient(theta, z), n + 1
        if not adam:
            first = p.momentum * first + rate * g
            return (theta - first, first, second, n), None
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
        t = n.astype(theta.dtype)
        root = jnp.sqrt(second / (1.0 - 0.999**t)) + 1e-20
        return (theta - rate * first / (1.0 - 0.9**t) / root, first, second, n), None

    @jax.jit
    def run(theta: Any, stacked: Any, rest: Any) -> Any:
        def epoch(state: Any, _: Any) -> Any:
            state, _ = jax.lax.scan(step, state, stacked)
            return (state if rest is None else step(state, rest)[0]), None

        zero = jnp.zeros_like(theta)
        return jax.lax.scan(epoch, (theta, zero, zero, jnp.array(0)), length=EPOCHS)[0][0]

    return lambda: {"theta": np.asarray(run(reference, stacked, rest))}


def torch_learner(sweep: Sweep) -> Job:
    """Autograd of the loss, PyTorch's own optimisers."""
    torch = one_thread_torch()
    found = drawn(sweep)
    p, task = found.parameters, found.tasks[1]
    batches = [torch.tensor(z) for z in batches_of(found, "float64")]
    old = torch.tanh(torch.tensor(found.theta))

    def job() -> dict[str, Any]:
        theta = torch.tensor(found.theta, requires_grad=True)
        if p.optimiser == "adam":
            optimiser = torch.optim.Adam([theta], lr=p.learning_rate_2, eps=1e-20)
        else:
            optimiser = torch.optim.SGD([theta], lr=p.learning_rate_2, momentum=p.momentum)
        for _ in range(EPOCHS):
            for z in batches:
                m = torch.tanh(theta)
                u = z @ m / torch.sqrt(torch.sum(1 - m * m))
                plus = (1 + m) * torch.log((1 + m) / (1 + old))
                minus = (1 - m) * torch.log((1 - m) / (1 - old))
                held = p.gamma * len(z) / task.n_patterns * 0.5 * (plus + minus).sum()
                loss = held - torch.special.log_ndtr(u).sum()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return {"theta": theta.detach().numpy()}

    return job
