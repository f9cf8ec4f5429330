"""Updates a second of the attention-only network at paper size, beside PyTorch's plain and
shortened forms.

    python tests/benchmarks/induction_network.py        needs torch (pip install torch)

N = 8, L = 32, D = 63, P = 65, 3 hidden layers, batch 128, single precision, one thread, batches
given. PyTorch trains the network as it is written, its classifier on the target only, and a form
that multiplies Q'K first and drops what layer 2 does not use. All sides first descend 10 updates on
the same batch, to equal weights; then they run warm and in turns. Printed beside the times: the
rate of large matrix products in the same turns, the products that each form needs, the cost of
drawing a batch, and evaluations.
"""

import os

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference.induction_network import one_hot_tokens

from toysim.models.induction_head.network.attention import workspace
from toysim.models.induction_head.network.measures import measure
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.tokens import tokens
from toysim.models.induction_head.network.training import train
from toysim.models.induction_head.network.weights import Weights, draw_weights
from toysim.models.induction_head.sequences import Task, draw_batch, draw_contents

P = NetworkParameters(
    n_pairs=8,
    n_labels=32,
    n_classes=256,
    dimension=63,
    n_positions=65,
    n_hidden=3,
    p_novel=0.8,
    batch_size=128,
    learning_rate=0.01,
)
S, T, d, D, L, H = P.batch_size, P.n_tokens, P.width, P.dimension, P.n_labels, P.n_hidden
CLASSIFIER = 3 * 2 * S * d * (H * d + L)
PROJECTION, MAPS = (
    2 * S * T * d * d,
    2 * S * T * T * d,
)  # of all tokens by a d x d matrix; scores or pooling
# Multiply-adds times two of the matrix products.
FLOPS = {
    # 6 forward, 9 backward: data need no gradient
    "PyTorch, plain": 15 * PROJECTION + 12 * MAPS + CLASSIFIER,
    "PyTorch, shortened": 5 * PROJECTION + 4 * MAPS + 12 * 2 * S * d * d + CLASSIFIER,
    "toysim": 2 * 2 * S * (P.n_pairs + 1) * D * d  # items by A_1 and back
    + 2 * 2 * S * T * T * D
    + 10 * 2 * S * T * D  # scores and back; tokens by vectors
    + 6 * 2 * d**3
    + 15 * 2 * S * d * d
    + CLASSIFIER,
}


class Peer:
    """The network in PyTorch with autograd and plain SGD."""

    def __init__(self, weights):
        self.weights = [torch.tensor(w, requires_grad=True) for w in weights]
        self.hides = torch.full((T, T), -torch.inf).triu(1)

    def update(self, u, truth):
        attention, hidden, bias, output = self.weights
        h = self.target(u, attention)
        for k in range(H):
            h = torch.relu(h @ hidden[k].T + bias[k])
        loss = torch.nn.functional.cross_entropy(h @ output.T, truth)
        loss.backward()
        with torch.no_grad():
            for w in self.weights:
                w.mul_(1 - P.weight_decay).sub_(w.grad, alpha=P.learning_rate)
                w.grad = None


class Plain(Peer):
    def target(self, x, attention):
        for Q, K, V in attention:
            a = torch.softmax((x @ Q.T) @ (x @ K.T).mT + self.hides, -1)
            x = x + (a @ x) @ V.T
        return x[:, -1]


class Shortened(Peer):
    def target(self, u, attention):
        (Q1, K1, V1), (Q2, K2, V2) = attention
        a = torch.softmax((u @ (Q1.T @ K1)) @ u.mT + self.hides, -1)
        x = u + (a @ u) @ V1.T
        last = x[:, -1]
        probe = (last @ Q2.T) @ K2
        a = torch.softmax((x @ probe[:, :, None])[:, :, 0], -1)
        return last + (a[:, None] @ x)[:, 0] @ V2.T


def timed(function, times):
    began = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - began) / times


def main():
    torch.set_num_threads(1)
    generator = np.random.Generator(np.random.Philox(0))  # the engine's
    task = Task.of(P)
    contents, weights = draw_contents(task, generator), draw_weights(P, generator)
    drawn = tokens(P, contents, draw_batch(task, contents, S, generator), generator)
    gradient, space = Weights(*(np.zeros_like(w) for w in weights)), workspace(P)
    plain, shortened = Plain(weights), Shortened(weights)
    u = torch.tensor(
        one_hot_tokens(drawn.items, drawn.label_vectors, drawn.labels, drawn.first, P.positions)
    )
    truth = torch.tensor(drawn.truth)

    def update():
        train(drawn, weights, gradient, space, P.learning_rate, P.weight_decay)

    for _ in range(10):
        update()
        plain.update(u, truth)
        shortened.update(u, truth)
    for ours, *theirs in zip(weights, plain.weights, shortened.weights, strict=True):
        for other in theirs:
            np.testing.assert_allclose(ours, other.detach().numpy(), rtol=1e-4, atol=2e-5)
    tall, square = np.ones((S * T, d), np.float32), np.ones((d, d), np.float32)
    product = np.empty_like(tall)
    sides = {
        "toysim": (update, 40),
        "PyTorch, plain": (lambda: plain.update(u, truth), 8),
        "PyTorch, shortened": (lambda: shortened.update(u, truth), 12),
        "a product (ST x d)(d x d)": (lambda: np.dot(tall, square, out=product), 40),
        "drawing a batch": (
            lambda: tokens(P, contents, draw_batch(task, contents, S, generator), generator),
            20,
        ),
        "evaluating a batch": (lambda: measure(drawn, weights, space), 20),
    }
    best = dict.fromkeys(sides, np.inf)
    for _ in range(7):
        for name, (function, times) in sides.items():
            best[name] = min(best[name], timed(function, times))
    for name, seconds in best.items():
        print(f"{name:<26} {1e3 * seconds:7.3f} ms   {1 / seconds:6.0f} a second")
    ceiling = 2 * S * T * d * d / best["a product (ST x d)(d x d)"]
    print(f"ceiling {ceiling / 1e9:.0f} GFLOP/s")
    for side, flops in FLOPS.items():
        rate = flops / best[side]
        print(
            f"{side:<20} {flops / 1e9:.3f} GFLOP an update, {rate / 1e9:4.0f} GFLOP/s, "
            f"{rate / ceiling:4.0%} of the "
            f"ceiling; {best[side] / best['toysim']:.2f} times toysim's time"
        )
    shortened = FLOPS["PyTorch, shortened"] / ceiling
    print(
        f"the shortened form's products would take {1e3 * shortened:.1f} ms at the ceiling: "
        f"{shortened / best['toysim']:.0%} of toysim's update"
    )


if __name__ == "__main__":
    main()
