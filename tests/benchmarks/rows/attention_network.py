"""The attention-only network at paper size: N = 8, L = 32, D = 63, P = 65, three hidden layers,
batch 128, float32; updates on given batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch
from reference.induction_network import one_hot_tokens

from toysim.models.induction_head.network.attention import workspace
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.tokens import tokens
from toysim.models.induction_head.network.training import train
from toysim.models.induction_head.network.weights import Weights, draw_weights
from toysim.models.induction_head.sequences import Task, draw_batch, draw_contents

UPDATES = 10


def rows(tiny: bool) -> Iterator[Row]:
    for size in (4,) if tiny else (32, 128, 512):
        p = NetworkParameters(
            n_pairs=8,
            n_labels=32,
            n_classes=256,
            dimension=63,
            n_positions=65,
            n_hidden=3,
            p_novel=0.8,
            batch_size=size,
            learning_rate=0.01,
        )
        peers = {
            "JAX, short": Peer(partial(jax_short, p), "float32"),
            "PyTorch, short": Peer(partial(torch_network, p, short_target), "float32"),
        }
        if size <= 128:
            peers["PyTorch, plain"] = Peer(partial(torch_network, p, plain_target), "float32")
        tall = Limit("product", "float32", (size * p.n_tokens, p.width, p.width))
        yield Row(
            f"attention network: batch {size}",
            "update",
            UPDATES,
            partial(ours, p),
            peers,
            equal_to(1e-4, 2e-5),
            precision="float32",
            size=size,
            grows="sequences",
            floor=(Amount(tall, UPDATES * flops(p)),),
        )


def flops(p: NetworkParameters) -> float:
    """Of an update's products in the short algebra."""
    S, T, d, D = p.batch_size, p.n_tokens, p.width, p.dimension
    items, maps = 4.0 * S * (p.n_pairs + 1) * D * d, 4.0 * S * T * T * D
    vectors, matrices = 20.0 * S * T * D, 12.0 * d**3 + 30.0 * S * d * d
    return items + maps + vectors + matrices + 6.0 * S * d * (p.n_hidden * d + p.n_labels)


def given(p: NetworkParameters) -> tuple[Any, Weights]:
    """One batch, and the weights at the start."""
    source = np.random.Generator(np.random.Philox(0))
    task = Task.of(p)
    contents, weights = draw_contents(task, source), draw_weights(p, source)
    return tokens(p, contents, draw_batch(task, contents, p.batch_size, source), source), weights


def told(weights: Any) -> dict[str, Any]:
    return dict(zip(Weights._fields, weights, strict=True))


def ours(p: NetworkParameters) -> Job:
    drawn, start = given(p)
    gradient, space = Weights(*(np.zeros_like(w) for w in start)), workspace(p)

    def job() -> dict[str, Any]:
        weights = Weights(*(w.copy() for w in start))
        for _ in range(UPDATES):
            train(drawn, weights, gradient, space, p.learning_rate, p.weight_decay)
        return told(weights)

    return job


def jax_short(p: NetworkParameters) -> Job:
    """jax.grad of our algebra: layer 1 in projections on the target, places as rows of a matrix."""
    jax, jnp = jax_numpy()
    drawn, start = given(p)
    u = one_hot_tokens(drawn.items, drawn.label_vectors, drawn.labels, drawn.first, p.positions)
    place = drawn.first[:, None] + np.arange(p.n_tokens)
    hides = jnp.asarray(np.triu(np.full((p.n_tokens, p.n_tokens), -np.inf, np.float32), 1))

    def loss(weights: Weights, u: Any, batch: Any, place: Any) -> Any:
        (Q1, K1, V1), (Q2, K2, V2) = weights.attention
        A1 = Q1.T @ K1
        of_content = A1[p.positions :]
        by_item = batch.items @ of_content
        by_label = (batch.label_vectors @ of_content)[batch.labels]
        pairs = jnp.stack([by_item[:, :-1], by_label], axis=2)
        contents = pairs.reshape(len(u), p.n_tokens - 1, p.width)
        keys = jnp.concatenate([contents, by_item[:, -1:]], axis=1) + A1[place]
        a1 = jax.nn.softmax(keys @ u.mT + hides, axis=-1)
        x = u[:, -1] + jnp.einsum("sk,skd->sd", a1[:, -1], u) @ V1.T
        v = (x @ Q2.T) @ K2
        on_second = jnp.einsum("skd,sd->sk", u, v @ V1)
        scores = jnp.einsum("skd,sd->sk", u, v) + jnp.einsum("sjk,sk->sj", a1, on_second)
        a2 = jax.nn.softmax(scores, axis=-1)
        b = jnp.einsum("sjk,sj->sk", a1, a2)
        o = jnp.einsum("sk,skd->sd", a2, u) + jnp.einsum("sk,skd->sd", b, u) @ V1.T
        h = x + o @ V2.T
        for W, bias in zip(weights.hidden, weights.bias, strict=True):
            h = jax.nn.relu(h @ W.T + bias)
        log_p = jax.nn.log_softmax(h @ weights.output.T, axis=-1)
        return -jnp.mean(jnp.take_along_axis(log_p, batch.truth[:, None], axis=1))

    @jax.jit
    def run(weights: Any, u: Any, batch: Any, place: Any) -> Any:
        def step(_: Any, weights: Any) -> Any:
            change = jax.grad(loss)(weights, u, batch, place)
            kept = 1.0 - p.weight_decay
            return jax.tree.map(lambda w, g: kept * w - p.learning_rate * g, weights, change)

        return jax.lax.fori_loop(0, UPDATES, step, weights)

    arguments = jax.tree.map(jnp.asarray, (start, u, drawn, place))
    return lambda: told([np.asarray(w) for w in run(*arguments)])


def plain_target(torch: Any, x: Any, attention: Any, hides: Any) -> Any:
    """As it is written: every token through both layers."""
    for Q, K, V in attention:
        a = torch.softmax((x @ Q.T) @ (x @ K.T).mT + hides, -1)
        x = x + (a @ x) @ V.T
    return x[:, -1]


def short_target(torch: Any, u: Any, attention: Any, hides: Any) -> Any:
    """Q'K first, and only what the target needs of layer 2."""
    (Q1, K1, V1), (Q2, K2, V2) = attention
    a = torch.softmax((u @ (Q1.T @ K1)) @ u.mT + hides, -1)
    x = u + (a @ u) @ V1.T
    last = x[:, -1]
    probe = (last @ Q2.T) @ K2
    a = torch.softmax((x @ probe[:, :, None])[:, :, 0], -1)
    return last + (a[:, None] @ x)[:, 0] @ V2.T


def torch_network(p: NetworkParameters, target: Any) -> Job:
    torch = one_thread_torch()
    drawn, start = given(p)
    hides = torch.full((p.n_tokens, p.n_tokens), -torch.inf).triu(1)
    u = one_hot_tokens(drawn.items, drawn.label_vectors, drawn.labels, drawn.first, p.positions)
    u, truth = torch.tensor(u), torch.tensor(drawn.truth)

    def job() -> dict[str, Any]:
        weights = [torch.tensor(w, requires_grad=True) for w in start]
        attention, hidden, bias, output = weights
        for _ in range(UPDATES):
            h = target(torch, u, attention, hides)
            for k in range(p.n_hidden):
                h = torch.relu(h @ hidden[k].T + bias[k])
            torch.nn.functional.cross_entropy(h @ output.T, truth).backward()
            with torch.no_grad():
                for w in weights:
                    w.mul_(1 - p.weight_decay).sub_(w.grad, alpha=p.learning_rate)
                    w.grad = None
        return told([w.detach().numpy() for w in weights])

    return job
