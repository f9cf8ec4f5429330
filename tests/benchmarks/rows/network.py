"""Two pathways 8-h-h-h-15 (figure 2 of arXiv:2308.12221), the weights drawn and the end measured.

Half times, drifts and the sharpness at the end are measured by our side alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.deep_linear.network.problem import start_weights
from toysim.plan import Sweep

DEPTH, STEP = 4, 0.01
CASES: dict[str, dict[str, Any]] = {
    "aligned": {},
    "gaussian": {"start": "gaussian"},
    "tanh": {"nonlinearity": "tanh"},
    "relu": {"nonlinearity": "relu"},
}


def rows(tiny: bool) -> Iterator[Row]:
    updates = 20 if tiny else 1000
    for case, fixed in CASES.items():
        # Aligned starts are cheap: many updates beside what is measured once.
        n = 10 * updates if case == "aligned" else updates
        yield _row(f"network: {case} width 100", case, fixed, 20 if tiny else 100, n)
    for width in () if tiny else (25, 50, 200):
        yield _row(
            f"network: gaussian width {width}", "gaussian", CASES["gaussian"], width, updates
        )


def _row(name: str, case: str, fixed: dict[str, Any], width: int, updates: int) -> Row:
    at = {"depth": DEPTH, "width": width, "step": STEP, "duration": updates * STEP}
    sweep = sweep_of("deep_linear.network", at | fixed)
    peers = {
        "JAX grad": Peer(partial(jax_grad, sweep, updates)),
        "PyTorch": Peer(partial(torch_autograd, sweep, updates)),
        "PyTorch float32": Peer(partial(torch_autograd, sweep, updates, "float32"), "float32"),
    }
    if case == "aligned":
        peers["JAX, invariant spaces"] = Peer(partial(jax_grad, sweep, updates, True))
    return Row(
        name,
        "update",
        updates,
        lambda: Engine(sweep),
        peers | {"NumPy": Peer(partial(numpy_backward, sweep, updates))},
        _same,
        size=width,
        grows="width" if case == "gaussian" else "",
        floor=() if case == "aligned" else tuple(_products(width, updates)),
    )


def _same(ours: Any, theirs: Any) -> float:
    """float32 goes through the plateau, and comes out at another time."""
    single = theirs["final_map"].dtype == np.float32
    return (equal_to(1.0, 2e-2) if single else equal_to(1e-7, 1e-9))(ours, theirs)


def _products(h: int, updates: int, n_in: int = 8, n_out: int = 15, m: int = 8) -> Iterator[Amount]:
    """Of both pathways: forward and change of every layer, back of all but the first."""
    sides = [n_in, *[h] * (DEPTH - 1), n_out]
    for k, (c, r) in enumerate(pairwise(sides)):
        for shape in ((m, c, r), (r, m, c), *([(m, r, c)] if k else [])):
            yield Amount(Limit("product", "float64", shape), 2 * updates * 2.0 * m * r * c)


def drawn(sweep: Sweep) -> tuple[Any, list[list[Any]]]:
    """The task, and the layers of both pathways at the start."""
    row = next(batch_of(sweep).rows())
    return row.p.task, start_weights(row, row.p.task)


def numpy_backward(sweep: Sweep, updates: int) -> Job:
    """Back-propagation by hand."""
    kind = sweep.parameters.nonlinearity
    phi = {"linear": lambda z: z, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0)}[kind]
    slope = {
        "linear": lambda f: 1.0,
        "tanh": lambda f: 1.0 - f * f,
        "relu": lambda f: f > 0.0,
    }[kind]

    def job() -> dict[str, Any]:
        task, weights = drawn(sweep)
        weights = [[W.copy() for W in layers] for layers in weights]
        for _ in range(updates):
            passed = []
            for layers in weights:
                f = [task.inputs]
                for W in layers:
                    f.append(phi(W @ f[-1]))
                passed.append(f)
            residual = task.targets - sum(f[-1] for f in passed)
            for layers, f in zip(weights, passed, strict=True):
                b = residual * slope(f[-1])
                for k in reversed(range(DEPTH)):
                    change = STEP * b @ f[k].T
                    b = (layers[k].T @ b) * slope(f[k]) if k else b
                    layers[k] += change
        return told(task, [_through(phi, layers, task.inputs) for layers in weights])

    return job


def _through(phi: Any, layers: Any, f: Any) -> Any:
    for W in layers:
        f = phi(W @ f)
    return f


def told(task: Any, ends: Any) -> dict[str, Any]:
    """Maps in the task's modes and loss, from the outputs of both pathways (inputs are the unit
    vectors).
    """
    loss = 0.5 * np.sum((task.targets - sum(ends)) ** 2)
    return {"final_map": np.array([[task.U.T @ f @ task.V for f in ends]]), "final_loss": [loss]}


def in_spaces(task: Any, layers: list[Any]) -> list[Any]:
    """Layers in orthonormal bases of the spaces that the modes pass through (aligned starts)."""
    bases = [task.V]
    for W in layers[:-1]:
        bases.append(np.linalg.qr(W @ bases[-1])[0])
    bases.append(task.U)
    return [Q.T @ W @ P for W, (P, Q) in zip(layers, pairwise(bases), strict=True)]


def jax_grad(sweep: Sweep, updates: int, reduced: bool = False) -> Job:
    """jax.grad in a loop compiled as a whole; ``reduced``: in the smallest spaces, in modes."""
    jax, jnp = jax_numpy()
    kind = sweep.parameters.nonlinearity
    phi = {"linear": lambda z: z, "tanh": jnp.tanh, "relu": jax.nn.relu}[kind]

    @jax.jit
    def run(weights: Any, x: Any, y: Any) -> Any:
        def loss(weights: Any) -> Any:
            return 0.5 * jnp.sum((y - sum(_through(phi, layers, x) for layers in weights)) ** 2)

        def step(_: Any, weights: Any) -> Any:
            change = jax.grad(loss)(weights)
            return jax.tree.map(lambda W, g: W - STEP * g, weights, change)

        weights = jax.lax.fori_loop(0, updates, step, weights)
        return [_through(phi, layers, x) for layers in weights]

    def job() -> dict[str, Any]:
        task, weights = drawn(sweep)
        if not reduced:
            ends = run(weights, task.inputs, task.targets)
            return told(task, [np.asarray(f) for f in ends])
        small = [in_spaces(task, layers) for layers in weights]
        ends = run(small, task.V.T @ task.inputs, task.U.T @ task.targets)
        return told(task, [task.U @ np.asarray(f) for f in ends])

    return job


def torch_autograd(sweep: Sweep, updates: int, precision: str = "float64") -> Job:
    torch = one_thread_torch()
    dtype = getattr(torch, precision)
    kind = sweep.parameters.nonlinearity
    phi = {"linear": lambda z: z, "tanh": torch.tanh, "relu": torch.relu}[kind]

    def job() -> dict[str, Any]:
        task, drawn_weights = drawn(sweep)
        weights = [
            [torch.tensor(W, dtype=dtype, requires_grad=True) for W in layers]
            for layers in drawn_weights
        ]
        x, y = (torch.tensor(a, dtype=dtype) for a in (task.inputs, task.targets))
        flat = [W for layers in weights for W in layers]
        for _ in range(updates):
            loss = 0.5 * ((y - sum(_through(phi, layers, x) for layers in weights)) ** 2).sum()
            gradients = torch.autograd.grad(loss, flat)
            with torch.no_grad():
                for W, g in zip(flat, gradients, strict=True):
                    W -= STEP * g
        with torch.no_grad():
            ends = [_through(phi, layers, x).numpy() for layers in weights]
        found = told(task, ends)
        return {name: np.asarray(value, precision) for name, value in found.items()}

    return job
