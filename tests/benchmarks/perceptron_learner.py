"""An epoch of the field-space learner at N = 1001, P = 2002, beside PyTorch's autograd of the same
loss.

    pip install torch==2.13.0        # CPU build
    python tests/benchmarks/perceptron_learner.py [epochs of full-batch Adam]

One thread. PyTorch computes -sum ln H(-u) + gamma KL from equation (1) of the model (log_ndtr,
float64 and float32) and steps with its own Adam or SGD. In float64 both sides must end task 2 at
the same field (asserted first); then they run warm and in turns, and the best of each is printed
with the ratio: full-batch Adam, and SGD with momentum on minibatches of 32.
"""

import os
import sys
import time

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import numpy as np
import torch

from toysim.batch import Batch
from toysim.models.perceptron.learner.descent import train
from toysim.models.perceptron.learner.problem import problem_of
from toysim.models.perceptron.learner.simulation import rule_of, start, workspace
from toysim.registry import load_model

TURNS = 7
MODEL = load_model("perceptron.learner")
JOBS = {
    "full-batch Adam": {"optimiser": "adam", "learning_rate_2": 5e-3},
    "SGD, batches of 32": {"optimiser": "momentum", "learning_rate_2": 1e-3, "batch_size": 32},
}


def problem(**fixed):
    """Task 2 with the field of the start as its past: prior and reference differ from the field
    after one step.
    """
    batch = Batch(
        MODEL, {}, {"size": 1001, "alpha_1": 0.0, "alpha_2": 2.0, **fixed}, np.arange(1), 0
    )
    return problem_of(next(batch.rows()))


def engine(found, epochs):
    work, rule, state = (
        workspace(found),
        rule_of(found.parameters, 2),
        start(found.theta.copy(), found.theta),
    )
    began = time.perf_counter()
    train(found.tasks[1], rule, state, 0, np.empty(0), np.empty(epochs), work)
    return time.perf_counter() - began, state.theta


def pytorch(found, epochs, dtype):
    p, task = found.parameters, found.tasks[1]
    bits = np.unpackbits(task.by_pattern, axis=1, bitorder="little")
    batches = [
        torch.tensor(2.0 * b[:n] - 1.0, dtype=dtype) for b, n in zip(bits, task.counts, strict=True)
    ]
    theta = torch.tensor(found.theta, dtype=dtype, requires_grad=True)
    old = torch.tensor(np.tanh(found.theta), dtype=dtype)
    if p.optimiser == "adam":
        optimiser = torch.optim.Adam([theta], lr=p.learning_rate_2, eps=1e-20)
    else:
        optimiser = torch.optim.SGD([theta], lr=p.learning_rate_2, momentum=p.momentum)
    began = time.perf_counter()
    for _ in range(epochs):
        for z in batches:
            m = torch.tanh(theta)
            u = z @ m / torch.sqrt(torch.sum(1 - m * m))
            divergence = (1 + m) * torch.log((1 + m) / (1 + old)) + (1 - m) * torch.log(
                (1 - m) / (1 - old)
            )
            loss = (
                -torch.special.log_ndtr(u).sum()
                + p.gamma * len(z) / task.n_patterns * 0.5 * divergence.sum()
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return time.perf_counter() - began, theta.detach().numpy()


def side_by_side(name, found, epochs):
    np.testing.assert_allclose(
        pytorch(found, 3, torch.float64)[1], engine(found, 3)[1], rtol=1e-8, atol=1e-9
    )
    sides = {
        "engine": lambda: engine(found, epochs),
        "PyTorch float64": lambda: pytorch(found, epochs, torch.float64),
        "PyTorch float32": lambda: pytorch(found, epochs, torch.float32),
    }
    times = {side: [] for side in sides}
    for _ in range(TURNS):
        for side, run in sides.items():
            times[side].append(1e6 * run()[0] / epochs)
    print(f"{name}, an epoch of {len(found.tasks[1].counts)} updates:")
    for side, found_times in times.items():
        ratio = min(found_times) / min(times["engine"])
        print(
            f"  {side:16s} {min(found_times):9.1f} us   ratio {ratio:5.2f}   all: "
            f"{[round(t) for t in found_times]}"
        )


def main(epochs=200):
    torch.set_num_threads(1)
    for name, fixed in JOBS.items():
        found = problem(**fixed)
        side_by_side(name, found, max(1, epochs // len(found.tasks[1].counts)))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
