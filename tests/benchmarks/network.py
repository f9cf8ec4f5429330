"""Two pathways 8-100-100-100-15 (figure 2 of arXiv:2308.12221) beside a plain PyTorch loop, one
thread each.

    python tests/benchmarks/network.py            needs torch

PyTorch trains float32 weights by autograd on the full batch of eight items, as the authors do; the
engine trains float64. Both start from the same weights and must end alike (asserted first). Timed,
warm and in turns: our whole row, drawing the weights and measuring the end included, and PyTorch's
loop alone. The dense path (Gaussian starts, nonlinear networks) is also held against the rate of
large float64 matrix products, by counted operations.
"""

import time

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from toysim.models.deep_linear.network.problem import start_weights
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.work import compute

DEPTH, WIDTH, STEP, GOAL = 4, 100, 0.01, 8.0
CASES = {
    "aligned, linear": {},
    "gaussian, linear": {"start": "gaussian"},
    "aligned, tanh": {"nonlinearity": "tanh"},
    "aligned, relu": {"nonlinearity": "relu"},
}
PHI = {"linear": lambda z: z, "tanh": torch.tanh, "relu": torch.relu}


def prepared(updates, fixed):
    fixed = {"depth": DEPTH, "width": WIDTH, "step": STEP, "duration": updates * STEP, **fixed}
    sweep = build_sweep("network", load_model("deep_linear.network"), fixed, {})
    return sweep, sweep.batch(np.arange(1))


def engine(updates, fixed):
    sweep, batch = prepared(updates, fixed)
    start = time.perf_counter()
    rows = compute(sweep.model, "simulation", batch, sweep.parameters).rows
    return time.perf_counter() - start, rows["final_map"][0]


def peer(updates, fixed):
    _, batch = prepared(updates, fixed)
    row = next(batch.rows())
    task = row.p.task
    weights = [
        [torch.tensor(W, dtype=torch.float32, requires_grad=True) for W in layers]
        for layers in start_weights(row, task)
    ]
    phi = PHI[fixed.get("nonlinearity", "linear")]
    x, y = (torch.tensor(a, dtype=torch.float32) for a in (task.inputs, task.targets))

    def pathway(layers):
        f = x
        for W in layers:
            f = phi(W @ f)
        return f

    flat = [W for layers in weights for W in layers]
    start = time.perf_counter()
    for _ in range(updates):
        loss = 0.5 * ((y - sum(pathway(layers) for layers in weights)) ** 2).sum()
        gradients = torch.autograd.grad(loss, flat)
        with torch.no_grad():
            for W, g in zip(flat, gradients, strict=True):
                W -= STEP * g
    elapsed = time.perf_counter() - start
    with torch.no_grad():
        maps = [task.U.T @ pathway(layers).numpy() @ task.V for layers in weights]
    return elapsed, np.array(maps)


def matrix_rate():
    """Multiply-adds a second of a 512^3 float64 product."""
    a, b = np.random.default_rng(0).standard_normal((2, 512, 512))
    best = np.inf
    for _ in range(10):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return 512**3 / best


def multiply_adds(n_pathways=2, n_in=8, n_out=15, n_examples=8):
    """Of one update: W F of every layer, W' B of all but the first, B F' of every layer."""
    sizes = [n_in, *[WIDTH] * (DEPTH - 1), n_out]
    layers = [a * b for a, b in zip(sizes[1:], sizes[:-1], strict=True)]
    return n_pathways * n_examples * (3 * sum(layers) - layers[0])


def main():
    torch.set_num_threads(1)
    updates, ceiling = 1000, 0.0
    with threadpool_limits(1):
        ceiling = matrix_rate()
        print(f"large float64 products: {2e-9 * ceiling:.1f} Gflop/s")
        for name, fixed in CASES.items():
            (_, ours), (_, theirs) = engine(updates, fixed), peer(updates, fixed)
            difference = np.abs(ours - theirs).max()
            assert difference < 2e-2, (name, difference)  # float32 through the plateau
            times = np.array(
                [(engine(updates, fixed)[0], peer(updates, fixed)[0]) for _ in range(5)]
            ).min(axis=0)
            share = multiply_adds() * updates / times[0] / ceiling
            used = "" if name == "aligned, linear" else f", {share:.0%} of large products"
            print(
                f"{name:<18} engine {updates / times[0]:8.0f} updates/s, torch "
                f"{updates / times[1]:6.0f}, "
                f"ratio {times[1] / times[0]:6.1f}  (ends differ by {difference:.1e}{used})"
            )


if __name__ == "__main__":
    main()
