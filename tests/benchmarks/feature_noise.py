"""20 seeds of 20,000 single-sample updates (d = 64, n = 16, m = 8), beside seed-batched PyTorch and
NumPy.

    python tests/benchmarks/feature_noise.py        needs torch (pip install torch) for the row of
    that name

One thread. All sides descend from the same weights on the same data in the same order (gamma_u =
1.1; equal weak overlaps after 2000 updates are asserted first); then they run warm and in turns,
nine times, and the best of each is printed with the ratio. PyTorch: autograd of the loss and a step
of SGD, the seeds in one batched network; timed on 2000 updates and scaled. The group recursion is
timed on orthogonal patches beside the kernel on weights.
"""

import os

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import time

import numpy as np

from toysim.batch import Batch
from toysim.models.oscillation.feature_noise.problem import problem_of
from toysim.models.oscillation.feature_noise.simulation import train
from toysim.models.oscillation.feature_noise.theory import recurred
from toysim.registry import load_model

SEEDS, STEPS, FEW, GAMMA, M = 20, 20_000, 2000, 1.1, 8
GOALS = {"PyTorch": 30.0, "NumPy": 8.0, "recursion": 30.0}


def rows(n_steps=STEPS, **fixed):
    model = load_model("oscillation.feature_noise")
    fixed = {"gamma_u": GAMMA, "n_steps": n_steps, **fixed}
    batch = Batch(model, {}, fixed, np.arange(SEEDS), 0)
    return [problem_of(row) for row in batch.rows()]


def patches_of(found):
    """x (seeds, n, 3, d) with signs and absent patches zero, y (n,), weights (seeds, 2m, d), visits
    (T, seeds).
    """
    task = found[0].task
    y = 1.0 - 2.0 * task.side
    x = np.zeros((SEEDS, len(y), 3, found[0].patches.shape[1]))
    for s, problem in enumerate(found):
        x[s, :, 0] = (y * (task.kind == 0))[:, None] * problem.patches[0]
        x[s, :, 1] = y[:, None] * problem.patches[1]
        x[s, :, 2] = problem.patches[2:]
    visits = np.stack([problem.task.visits[:, 0] for problem in found], axis=1)
    return x, y, np.stack([problem.weights for problem in found]), visits


def numpy_batched(found):
    x, y, w, visits = patches_of(found)
    a, seed = np.repeat([1.0, -1.0], M), np.arange(SEEDS)
    rate = GAMMA  # 4 kappa eta / m at |u| = 1
    for visit in visits:
        patch, label = x[seed, visit], y[visit]
        z = np.maximum(np.matmul(w, patch.transpose(0, 2, 1)), 0.0)
        f = np.einsum("sfp,sfp,f->s", z, z, a) / M
        w += np.matmul((rate * (label - f))[:, None, None] * a[:, None] * z, patch)
    return w


def torch_batched(found):
    import torch

    torch.set_num_threads(1)
    x, y, w, visits = patches_of(found)
    x, y, visits = torch.tensor(x), torch.tensor(y), torch.tensor(visits)
    w = torch.tensor(w, requires_grad=True)
    a, seed = torch.tensor(np.repeat([1.0, -1.0], M)), torch.arange(SEEDS)
    optimizer = torch.optim.SGD([w], lr=GAMMA * M / 4)
    for visit in visits:
        f = ((torch.relu(w @ x[seed, visit].transpose(1, 2)) ** 2).sum(2) @ a) / M
        optimizer.zero_grad()
        ((f - y[visit]) ** 2).sum().backward()
        optimizer.step()
    return w.detach().numpy()


def ours(found):
    return np.stack([train(problem)[1] for problem in found])


def best(sides, repeats=9):
    """Best time of each side, run in turns."""
    times = {name: [] for name in sides}
    for _ in range(repeats):
        for name, (function, argument) in sides.items():
            began = time.perf_counter()
            function(argument)
            times[name].append(time.perf_counter() - began)
    return {name: min(found) for name, found in times.items()}


def main():
    few = rows(FEW)
    peers = {"NumPy": numpy_batched, "PyTorch": torch_batched}
    for name in list(peers):
        try:
            np.testing.assert_allclose(
                peers[name](few)[..., 1], ours(few)[..., 1], rtol=1e-8, atol=1e-10
            )
        except ImportError:
            print("torch is not installed; its row is left out")
            del peers[name]
    full = rows()
    wide = rows(dimension=1024, start_scale=0.005)
    apart = rows(noise="orthogonalised")
    on_weights = rows(noise="orthogonalised", kernel="weights")
    sides = {
        "overlaps, d = 64": (ours, full),
        "overlaps, d = 1024": (ours, wide),
        "recursion": (lambda found: [recurred(problem) for problem in found], apart),
        "weights": (ours, on_weights),
        "NumPy": (numpy_batched, full),
    }
    if "PyTorch" in peers:
        sides["PyTorch"] = (torch_batched, few)
    for function, argument in sides.values():
        function(argument[:1] if function not in peers.values() else argument)  # warm
    seconds = best(sides)
    if "PyTorch" in peers:
        seconds["PyTorch"] *= STEPS / FEW
    for name, found in seconds.items():
        print(
            f"{name:<20} {found:8.3f} s   {1e6 * found / SEEDS / STEPS:8.4f} us an update and seed"
        )
    for name in peers:
        print(
            f"{name} / overlaps: {seconds[name] / seconds['overlaps, d = 64']:.1f} (goal "
            f"{GOALS[name]:.0f})"
        )
    print(
        f"weights / recursion: {seconds['weights'] / seconds['recursion']:.1f} (goal "
        f"{GOALS['recursion']:.0f})"
    )
    print(
        "overlaps, d = 1024 / d = 64: "
        f"{seconds['overlaps, d = 1024'] / seconds['overlaps, d = 64']:.2f}"
    )


if __name__ == "__main__":
    main()
