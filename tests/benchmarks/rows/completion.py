"""Deep matrix completion, float32, at sizes of arXiv:2308.12221."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from benchmarks.sides import Engine, batch_of, sweep_of

from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.problem import problem_of
from toysim.plan import Sweep

DEPTH, STEP, EVERY, KEPT = 3, 0.2, 10, 10
# In the proportions of the paper: 0 to 10^5 updates before, 3 x 10^4 after.
SWITCHES, AFTER = (0, 10, 50, 100, 200, 400, 600, 800, 1000), 300


def rows(tiny: bool) -> Iterator[Row]:
    n, updates = (20, 20) if tiny else (100, 1000)
    for size in (n,) if tiny else (25, 50, 100, 200):
        yield _row(f"completion: with singular values, N {size}", size, (updates,), updates, EVERY)
    for size in (n,) if tiny else (25, 50, 100, 200):
        yield _row(f"completion: losses alone, N {size}", size, (updates,), updates, 0)
    switches, after = (tuple(range(9)), 3) if tiny else (SWITCHES, AFTER)
    yield _row("completion: nine switch times", n, switches, after, 0)


def _row(name: str, size: int, switches: tuple[int, ...], after: int, every: int) -> Row:
    done = switches[-1] + len(switches) * after
    sweep = sweep_of(
        "deep_linear.completion",
        {
            "size": size,
            "depth": DEPTH,
            "rank": 5,
            "rank_before": 10,
            "n_observed": size * size // 5,
            "start": "gaussian",
            "start_scale": 0.1,
            "step": STEP,
            "precision": "float32",
            "n_singular_values": KEPT,
            "switch_times": tuple(STEP * n for n in switches),
            "duration_after": STEP * after,
            "n_records": (switches[-1] + after) // every + 1 if every else 0,
        },
    )
    given = (sweep, switches, after, every)
    product = Limit("product", "float32", (size, size, size))
    return Row(
        name,
        "update",
        done,
        lambda: Engine(sweep),
        {
            "JAX": Peer(partial(jax_scan, *given), "float32"),
            "PyTorch": Peer(partial(torch_autograd, *given), "float32"),
            "NumPy": Peer(partial(numpy_backward, *given), "float32"),
        },
        equal_to(1e-3, 1e-4),
        precision="float32",
        size=size,
        grows="N" if len(switches) == 1 else "",
        floor=(Amount(product, done * 3 * (DEPTH - 1) * 2.0 * size**3),),
    )


class Drawn:
    """Layers, and target and weights of the residual in both phases."""

    def __init__(self, sweep: Sweep) -> None:
        problem = problem_of(next(batch_of(sweep).rows()))
        self.layers = problem.layers.astype(np.float32)
        self.targets = [d.target.astype(np.float32) for d in (problem.before, problem.after)]
        self.masks = [d.mask for d in (problem.before, problem.after)]
        self.counts = [d.n_observed for d in (problem.before, problem.after)]
        self.after = problem.after


def forward(layers: Any) -> Any:
    product = layers[0]
    for layer in layers[1:]:
        product = layer @ product
    return product


def outputs(drawn: Drawn, branches: list[Any], records: Any) -> dict[str, Any]:
    """From the layers at the ends of the branches, measured on all sides by the engine's functions;
    of all records the test loss and singular values.
    """
    data, ends = drawn.after, [np.array([np.asarray(W) for W in layers]) for layers in branches]
    products = [forward(layers) for layers in ends]
    kernels = [measures.layer_kernels(layers.astype(np.float64)) for layers in ends]
    sharp = [measures.sharpness(p, k, data) for p, k in zip(products, kernels, strict=True)]
    ranks = [measures.effective_rank(measures.singular_values(p)) for p in products]
    losses = [measures.losses(p, data.target, data.mask)[0] for p in products]
    found = {"final_test_loss": losses, "sharpness": sharp, "effective_rank": ranks}
    found = {name: np.array(values)[None] for name, values in found.items()}
    if len(records):
        course, values = zip(*records, strict=True)
        found |= {
            "test_loss": np.array(course)[None, None],
            "singular_values": np.array(values).T[None, None],
        }
    return found


def numpy_backward(sweep: Sweep, switches: Any, after: int, every: int) -> Job:
    """The engine's algebra in NumPy: the way to a switch time is gone once."""

    def job() -> dict[str, Any]:
        drawn, records, branches = Drawn(sweep), [], []
        layers = list(drawn.layers)

        def observe(phase: int, layers: Any) -> None:
            product = forward(layers).astype(np.float64)
            square = np.linalg.eigvalsh(product.T @ product)[::-1][:KEPT]
            records.append((np.mean((product - drawn.targets[phase]) ** 2), np.sqrt(square)))

        def descend(phase: int, layers: Any, first: int, stop: int) -> Any:
            weight = (STEP / drawn.counts[phase] * drawn.masks[phase]).astype(np.float32)
            for n in range(first, stop):
                below = [layers[0]]
                for layer in layers[1:]:
                    below.append(layer @ below[-1])
                signal = weight * (below[-1] - drawn.targets[phase])
                new = []
                for k in reversed(range(1, DEPTH)):
                    new.append(layers[k] - signal @ below[k - 1].T)
                    signal = layers[k].T @ signal
                layers = [layers[0] - signal, *new[::-1]]
                if every and (n + 1) % every == 0:
                    observe(phase, layers)
            return layers

        if every:
            observe(0, layers)
        done = 0
        for switch in switches:
            layers, done = descend(0, layers, done, switch), switch
            branches.append(descend(1, layers, switch, switch + after))
        return outputs(drawn, branches, records)

    return job


def jax_scan(sweep: Sweep, switches: Any, after: int, every: int) -> Job:
    """Gradient by hand or by jax.grad compile alike (products are shared); branches as ours."""
    jax, jnp = jax_numpy()

    def descend(layers: Any, target: Any, weight: Any, updates: Any) -> Any:
        def loss(layers: Any) -> Any:
            return 0.5 * jnp.sum(weight * (forward(layers) - target) ** 2)

        def step(_: Any, layers: Any) -> Any:
            return [W - g for W, g in zip(layers, jax.grad(loss)(layers), strict=True)]

        return jax.lax.fori_loop(0, updates, step, layers)

    def observe(layers: Any, target: Any) -> Any:
        product = forward(layers)
        wide = product.astype(jnp.float64)
        values = jnp.sqrt(jnp.linalg.eigvalsh(wide.T @ wide)[::-1][:KEPT])
        return jnp.mean((product - target) ** 2), values

    phase = jax.jit(descend)

    @jax.jit
    def recorded(layers: Any, targets: Any, weights: Any) -> Any:
        """Both phases, observed at the start and after every ``every`` updates."""
        start = observe(layers, targets[0])

        def between(at: int) -> Any:
            def step(layers: Any, _: Any) -> Any:
                layers = descend(layers, targets[at], weights[at], every)
                return layers, observe(layers, targets[at])

            return step

        layers, first = jax.lax.scan(between(0), layers, length=switches[0] // every)
        layers, second = jax.lax.scan(between(1), layers, length=after // every)
        return layers, start, first, second

    def job() -> dict[str, Any]:
        drawn = Drawn(sweep)
        layers = [jnp.asarray(W) for W in drawn.layers]
        weights = [
            jnp.asarray(STEP / n * mask, jnp.float32)
            for n, mask in zip(drawn.counts, drawn.masks, strict=True)
        ]
        if every:
            layers, *seen = recorded(layers, drawn.targets, weights)
            start, first, second = jax.tree.map(np.asarray, seen)
            records = [start, *zip(*first, strict=True), *zip(*second, strict=True)]
            return outputs(drawn, [layers], records)
        branches, done = [], 0
        for switch in switches:
            layers = phase(layers, drawn.targets[0], weights[0], switch - done)
            done = switch
            branches.append(phase(layers, drawn.targets[1], weights[1], after))
        return outputs(drawn, branches, [])

    return job


def torch_autograd(sweep: Sweep, switches: Any, after: int, every: int) -> Job:
    """As the authors' code does it: every switch time from the start."""
    torch = one_thread_torch()

    def job() -> dict[str, Any]:
        drawn, records, branches = Drawn(sweep), [], []

        def observe(layers: Any, target: Any) -> None:
            with torch.no_grad():
                product = forward(layers)
                apart = float((product - target).square().mean())
                records.append((apart, torch.linalg.svdvals(product)[:KEPT].numpy()))

        for switch in switches:
            layers = [torch.tensor(W, requires_grad=True) for W in drawn.layers]
            optimizer = torch.optim.SGD(layers, lr=STEP)
            for phase, updates in ((0, switch), (1, after)):
                target = torch.tensor(drawn.targets[phase])
                observed = torch.tensor(np.flatnonzero(drawn.masks[phase]))
                wanted = target.ravel()[observed]
                if every and phase == 0:
                    observe(layers, target)
                for n in range(updates):
                    product = forward(layers)
                    loss = 0.5 * (product.ravel()[observed] - wanted).square().mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    if every and (n + 1) % every == 0:
                        observe(layers, target)
            branches.append([W.detach().numpy() for W in layers])
        return outputs(drawn, branches, records)

    return job
