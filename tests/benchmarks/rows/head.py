"""The minimal induction head (N = 8, L = 32, D = 63), linear classifier on o, float32: updates on
given sequences, and with sequences drawn anew for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy, one_thread_torch

from toysim.models.induction_head.head.classifier import Classifier
from toysim.models.induction_head.head.passes import Head
from toysim.models.induction_head.head.training import update
from toysim.models.induction_head.sequences import Task, draw_batch, draw_contents

N, L, D, RATE, NOISE = 8, 32, 63, 1.0, 0.1
TOKENS = 2 * N + 1
TASK = Task(N, L, 0, D, 1, NOISE, 1.0, 1.0, 0.0)
UPDATES = 20


def rows(tiny: bool) -> Iterator[Row]:
    for size in (8,) if tiny else (32, 128, 512):
        yield _row(f"head: update, batch {size}", size, on_given, equal_to(1e-3, 1e-5))
    size = 8 if tiny else 128
    yield _row(f"head: drawing and update, batch {size}", size, on_fresh, equal_means())


def _row(name: str, size: int, job: Any, same: Any) -> Row:
    fresh = job is on_fresh
    jax = jax_fresh if fresh else jax_given
    peers = {
        "JAX": Peer(partial(jax, size), "float32"),
        "PyTorch": Peer(partial(torch_fresh if fresh else torch_given, size), "float32"),
    }
    # Items by the target and by the gradient of o, pooled; labels and classifier three products.
    flops = 2.0 * size * (3 * (N + 1) * D + 6 * L * D)
    floor = [Amount(Limit("product", "float32", (size, D, L)), UPDATES * flops)]
    if fresh:
        floor.append(Amount(Limit("normal", "float32"), UPDATES * size * (N + 1) * D))
    else:
        peers["NumPy"] = Peer(partial(numpy_given, size), "float32")
    return Row(
        name,
        "update",
        UPDATES,
        lambda: job(size),
        peers,
        same,
        precision="float32",
        size=size,
        grows="" if fresh else "sequences",
        floor=tuple(floor),
    )


def generator() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(0))


def given(size: int) -> tuple[Any, list[Any]]:
    """Label vectors, and the sequences of every update."""
    source = generator()
    contents = draw_contents(TASK, source)
    return contents, [draw_batch(TASK, contents, size, source) for _ in range(UPDATES)]


def new_head(contents: Any) -> Head:
    classifier = Classifier([np.zeros((L, D), np.float32)])
    return Head(contents.label_vectors, np.zeros(3), classifier, "output")


def on_given(size: int) -> Job:
    contents, batches = given(size)

    def job() -> dict[str, Any]:
        head = new_head(contents)
        for sequences in batches:
            update(head, sequences, RATE, True)
        return {"scores": head.scores, "weight": head.classifier.weights[0]}

    return job


def on_fresh(size: int) -> Job:
    contents, source = given(size)[0], generator()

    def job() -> dict[str, Any]:
        head = new_head(contents)
        for _ in range(UPDATES):
            sequences = draw_batch(TASK, contents, size, source)
            update(head, sequences, RATE, True)
        return law_of(*sequences)

    return job


def law_of(items: Any, labels: Any, truth: Any) -> dict[str, Any]:
    """What tells whether sequences have the task's law, one number a sequence."""
    items, labels, truth = map(np.asarray, (items, labels, truth))
    slot = np.argmax(labels == truth[:, None], axis=1)
    asked = items[np.arange(len(items)), slot]
    return {
        "overlap": np.sum(asked * items[:, N], axis=1),
        "square": np.sum(items[:, N] ** 2, axis=1),
        "label": truth,
        "slot": slot,
    }


def numpy_given(size: int) -> Job:
    """Forward and backward by hand, all in NumPy."""
    contents, batches = given(size)
    vectors, rows = contents.label_vectors, np.arange(size)
    place = np.arange(TOKENS)
    before = (place[:, None] - 1 == place).astype(np.float32)
    causal = np.tril(np.ones((TOKENS, TOKENS), np.float32))
    odd = (place % 2).astype(np.float32)

    def by_token(tokens: Any, vector: Any) -> Any:
        return np.matmul(tokens, vector[:, :, None])[:, :, 0]

    def job() -> dict[str, Any]:
        scores, W = np.zeros(3, np.float32), np.zeros((L, D), np.float32)
        for items, labels, truth in batches:
            tokens = np.empty((size, TOKENS, D), np.float32)
            tokens[:, ::2], tokens[:, 1::2] = items, vectors[labels]
            first = causal * np.exp(scores[0] * before)
            first /= first.sum(axis=1, keepdims=True)
            g = by_token(tokens, items[:, N])
            match = g @ first.T
            a = np.exp(scores[1] * match + scores[2] * odd)
            a /= a.sum(axis=1, keepdims=True)
            o = np.matmul(a[:, None], tokens)[:, 0]
            logits = o @ W.T
            error = np.exp(logits - logits.max(axis=1, keepdims=True))
            error /= error.sum(axis=1, keepdims=True)
            error[rows, truth] -= 1
            error /= np.float32(size)
            by_a = by_token(tokens, error @ W)
            ds = a * (by_a - np.sum(a * by_a, axis=1, keepdims=True))
            slope = first * (before - np.sum(first * before, axis=1, keepdims=True))
            by_beta1 = scores[1] * np.sum(ds * (g @ slope.T))
            change = np.array([by_beta1, np.sum(ds * match), np.sum(ds @ odd)], np.float32)
            W = W - RATE * error.T @ o
            scores = scores - np.float32(RATE) * change
        return {"scores": scores, "weight": W}

    return job


def _jax_update(jax: Any, jnp: Any, vectors: Any) -> Any:
    """One update by jax.grad, in the short algebra: tokens are never laid out."""
    place = jnp.arange(TOKENS)
    before = (place[:, None] - 1 == place).astype(jnp.float32)
    hidden = jnp.where(place[:, None] >= place, 0.0, -jnp.inf).astype(jnp.float32)
    odd = (place % 2).astype(jnp.float32)

    def loss(state: Any, items: Any, labels: Any, truth: Any) -> Any:
        scores, W = state
        first = jax.nn.softmax(scores[0] * before + hidden, axis=1)
        target = items[:, N]
        on_items = jnp.einsum("snd,sd->sn", items, target)
        on_labels = jnp.take_along_axis(target @ vectors.T, labels, axis=1)
        g = jnp.zeros((len(items), TOKENS), jnp.float32)
        g = g.at[:, ::2].set(on_items).at[:, 1::2].set(on_labels)
        a = jax.nn.softmax(scores[1] * g @ first.T + scores[2] * odd, axis=1)
        mass = jnp.sum(a[:, 1::2, None] * jax.nn.one_hot(labels, L, dtype=jnp.float32), axis=1)
        o = jnp.einsum("sn,snd->sd", a[:, ::2], items) + mass @ vectors
        told = jax.nn.log_softmax(o @ W.T, axis=1)
        return -jnp.mean(jnp.take_along_axis(told, truth[:, None], axis=1))

    def step(state: Any, sequences: Any) -> Any:
        change = jax.grad(loss)(state, *sequences)
        return jax.tree.map(lambda w, g: w - RATE * g, state, change)

    return step


def jax_given(size: int) -> Job:
    jax, jnp = jax_numpy()
    contents, batches = given(size)
    step = _jax_update(jax, jnp, jnp.asarray(contents.label_vectors))
    start = (jnp.zeros(3, jnp.float32), jnp.zeros((L, D), jnp.float32))
    stacked = [jnp.asarray(np.stack(part)) for part in zip(*batches, strict=True)]
    run = jax.jit(lambda s, all_of: jax.lax.scan(lambda s, b: (step(s, b), None), s, all_of)[0])

    def job() -> dict[str, Any]:
        scores, W = run(start, stacked)
        return {"scores": np.asarray(scores), "weight": np.asarray(W)}

    return job


def jax_fresh(size: int) -> Job:
    """Drawn in the same loop, by the faster of JAX's generators on processors."""
    jax, jnp = jax_numpy()
    contents = given(size)[0]
    step = _jax_update(jax, jnp, jnp.asarray(contents.label_vectors))
    overlap = 1.0 / (1.0 + NOISE**2)

    def draw(key: Any) -> Any:
        a, b, c = jax.random.split(key, 3)
        items = jax.random.normal(a, (size, N + 1, D), jnp.float32) * D**-0.5
        labels = jax.lax.top_k(jax.random.uniform(b, (size, L), jnp.float32), N)[1]
        slot = jax.random.randint(c, (size,), 0, N)
        row = jnp.arange(size)
        target = overlap * items[row, slot] + (1.0 - overlap**2) ** 0.5 * items[:, N]
        return items.at[:, N].set(target.astype(jnp.float32)), labels, labels[row, slot]

    @jax.jit
    def run(key: Any) -> Any:
        start = (jnp.zeros(3, jnp.float32), jnp.zeros((L, D), jnp.float32))

        def next_update(state: Any, key: Any) -> Any:
            return step(state, draw(key)), None

        keys = jax.random.split(key, UPDATES)
        return jax.lax.scan(next_update, start, keys)[0], draw(keys[-1])

    keys = iter(jax.random.split(jax.random.key(0, impl="rbg"), 100_000))

    def job() -> dict[str, Any]:
        _, sequences = jax.block_until_ready(run(next(keys)))
        return law_of(*sequences)

    return job


class Torch:
    """The head in PyTorch: attention matrices by softmax, autograd, plain SGD."""

    def __init__(self, vectors: Any) -> None:
        torch = self.torch = one_thread_torch()
        self.vectors = torch.tensor(vectors)
        self.scores = torch.zeros(3, requires_grad=True)
        self.weight = torch.zeros(L, D, requires_grad=True)
        self.before = torch.eye(TOKENS).roll(-1, 1).tril()
        self.odd = (torch.arange(TOKENS) % 2).float()
        self.hidden = torch.full((TOKENS, TOKENS), -torch.inf).triu(1)
        self.optimizer = torch.optim.SGD([self.scores, self.weight], lr=RATE)

    def draw(self, size: int) -> Any:
        torch = self.torch
        rows, slot = torch.arange(size), torch.randint(N, (size,))
        labels = torch.rand(size, L).argsort(1)[:, :N]
        items = torch.randn(size, N + 1, D) * D**-0.5
        overlap = 1.0 / (1.0 + NOISE**2)
        fresh = (1.0 - overlap**2) ** 0.5 * items[:, N]
        items[:, N] = overlap * items[rows, slot] + fresh
        return items, labels, labels[rows, slot]

    def update(self, items: Any, labels: Any, truth: Any) -> None:
        torch = self.torch
        tokens = torch.empty(len(items), TOKENS, D)
        tokens[:, ::2], tokens[:, 1::2] = items, self.vectors[labels]
        layer1 = torch.softmax(self.scores[0] * self.before + self.hidden, 1)
        g = torch.bmm(tokens, items[:, N, :, None])[:, :, 0]
        attention = torch.softmax(self.scores[1] * g @ layer1.T + self.scores[2] * self.odd, 1)
        output = torch.bmm(attention[:, None], tokens)[:, 0]
        loss = torch.nn.functional.cross_entropy(output @ self.weight.T, truth)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def torch_given(size: int) -> Job:
    torch = one_thread_torch()
    contents, batches = given(size)
    tensors = [tuple(map(torch.tensor, sequences)) for sequences in batches]

    def job() -> dict[str, Any]:
        head = Torch(contents.label_vectors)
        for sequences in tensors:
            head.update(*sequences)
        return {"scores": head.scores.detach().numpy(), "weight": head.weight.detach().numpy()}

    return job


def torch_fresh(size: int) -> Job:
    one_thread_torch()
    contents = given(size)[0]

    def job() -> dict[str, Any]:
        head = Torch(contents.label_vectors)
        for _ in range(UPDATES):
            sequences = head.draw(size)
            head.update(*sequences)
        return law_of(*sequences)

    return job
