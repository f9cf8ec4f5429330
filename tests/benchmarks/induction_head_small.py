"""Updates a second of the minimal head (N = 8, L = 32, D = 63, batch 128), beside batched PyTorch
autograd.

    python tests/benchmarks/induction_head_small.py        needs torch (pip install torch)

One thread, single precision, linear classifier on o, novel classes. Both sides first descend 50
updates on the same sequences (equal scores are asserted); then they run warm and in turns with
their own data generation, which is fresh sequences for every update. The shares of generation and
of its normal numbers are printed beside the ratio.
"""

import os

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import time

import numpy as np
import torch

from toysim.models.induction_head.head.classifier import Classifier
from toysim.models.induction_head.head.passes import Head
from toysim.models.induction_head.head.training import update
from toysim.models.induction_head.sequences import Task, draw_batch, draw_contents, normals

N, L, D, S, STEPS, RATE = 8, 32, 63, 128, 200, 1.0
TASK = Task(N, L, 0, D, 1, 0.1, 1.0, 1.0, 0.0)
GOAL = 2.5


class Peer:
    """The head in PyTorch: attention matrices by softmax, autograd, plain SGD."""

    def __init__(self, label_vectors):
        self.labels = torch.tensor(label_vectors)
        self.scores = torch.zeros(3, requires_grad=True)
        self.weight = torch.zeros(L, D, requires_grad=True)
        n = 2 * N + 1
        self.previous = torch.eye(n).roll(-1, 1).tril()
        self.odd = (torch.arange(n) % 2).float()
        self.hidden = torch.full((n, n), -torch.inf).triu(1)
        self.optimizer = torch.optim.SGD([self.scores, self.weight], lr=RATE)

    def draw(self):
        rows, slot = torch.arange(S), torch.randint(N, (S,))
        labels = torch.rand(S, L).argsort(1)[:, :N]
        items = torch.randn(S, N + 1, D) * D**-0.5
        overlap = 1 / 1.01
        items[:, N] = overlap * items[rows, slot] + (1 - overlap**2) ** 0.5 * items[:, N]
        return items, labels, labels[rows, slot]

    def update(self, items, labels, truth):
        tokens = torch.empty(S, 2 * N + 1, D)
        tokens[:, ::2], tokens[:, 1::2] = items, self.labels[labels]
        layer1 = torch.softmax(self.scores[0] * self.previous + self.hidden, 1)
        overlaps = torch.bmm(tokens, items[:, N, :, None])[:, :, 0]
        attention = torch.softmax(
            self.scores[1] * overlaps @ layer1.T + self.scores[2] * self.odd, 1
        )
        output = torch.bmm(attention[:, None], tokens)[:, 0]
        loss = torch.nn.functional.cross_entropy(output @ self.weight.T, truth)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def timed(function):
    began = time.perf_counter()
    for _ in range(STEPS):
        function()
    return (time.perf_counter() - began) / STEPS


def main():
    torch.set_num_threads(1)
    generator = np.random.Generator(np.random.Philox(0))  # the engine's
    contents = draw_contents(TASK, generator)
    head = Head(
        contents.label_vectors, np.zeros(3), Classifier([np.zeros((L, D), np.float32)]), "output"
    )
    peer = Peer(contents.label_vectors)
    for _ in range(50):
        sequences = draw_batch(TASK, contents, S, generator)
        update(head, sequences, RATE, True)
        peer.update(*(torch.tensor(part) for part in sequences))
    np.testing.assert_allclose(head.scores, peer.scores.detach().numpy(), rtol=1e-3, atol=1e-6)
    sides = {
        "toysim": lambda: update(head, draw_batch(TASK, contents, S, generator), RATE, True),
        "PyTorch": lambda: peer.update(*peer.draw()),
        "toysim, generation": lambda: draw_batch(TASK, contents, S, generator),
        "toysim, normal numbers": lambda: normals((S, N + 1, D), generator),
        "PyTorch, generation": peer.draw,
    }
    times = {name: [] for name in sides}
    for _ in range(7):
        for name, function in sides.items():
            times[name].append(timed(function))
    best = {name: min(found) for name, found in times.items()}
    for name, seconds in best.items():
        print(f"{name:<24} {1e3 * seconds:7.3f} ms   {1 / seconds:8.0f} a second")
    share = best["toysim, normal numbers"] / best["toysim"]
    print(
        f"normal numbers are {share:.0%} of an update; PyTorch / toysim "
        f"{best['PyTorch'] / best['toysim']:.2f} "
        f"(goal {GOAL})"
    )


if __name__ == "__main__":
    main()
