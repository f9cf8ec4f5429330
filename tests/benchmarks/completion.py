"""Deep matrix completion beside a plain PyTorch loop with autograd: float32, one thread, sizes of
arXiv:2308.12221.

    pip install torch==2.13.0        # CPU build
    python tests/benchmarks/completion.py [updates per phase]

Both sides start from the same layers and data and must end at the same losses and singular values
(asserted first). Two jobs, run warm and in turns: N = 100, D = 3, 2000 entries observed, test loss
and singular values every 10 updates; and the curve of nine switch times in the paper's proportions,
where PyTorch, as the authors' code does, runs every switch time from the start. Raw processor times
(one thread each: other load counts less than on the clock), the ratio, and the share of the matrix
products' own speed, by counted flops.
"""

import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
import torch
from numba import njit

from toysim.batch import Batch
from toysim.registry import load_model
from toysim.runner.work import compute

N, DEPTH, STEP, EVERY, TURNS = 100, 3, 0.2, 10, 3
GOALS = {"a step": 3.0, "nine switch times": 5.0}
PAPER_SWITCHES, PAPER_AFTER = (0, 1e3, 5e3, 1e4, 2e4, 4e4, 6e4, 8e4, 1e5), 3e4
FIXED = {
    "size": N,
    "depth": DEPTH,
    "rank": 5,
    "rank_before": 10,
    "n_observed": 2000,
    "start": "gaussian",
    "start_scale": 0.1,
    "step": STEP,
    "precision": "float32",
    "n_singular_values": 10,
}
MODEL = load_model("deep_linear.completion")


def engine(switches, after, records):
    """Processor seconds and observables; switches and after in updates."""
    times = {
        "switch_times": tuple(STEP * n for n in switches),
        "duration_after": STEP * after,
        "n_records": records,
    }
    batch = Batch(MODEL, {}, {**FIXED, **times}, np.arange(1), 0)
    parameters = MODEL.validate(batch.values(0))
    start = time.process_time()
    outcome = compute(MODEL, "simulation", batch, parameters)
    assert not outcome.errors, outcome.errors
    return time.process_time() - start, {name: values[0] for name, values in outcome.rows.items()}


def pytorch(problem, switches, after, every):
    """Processor seconds, final test losses, and the last singular values recorded; every switch
    time from the start.
    """
    start, losses, course, values = time.process_time(), [], [], None
    for n_before in switches:
        layers = [
            torch.tensor(layer, dtype=torch.float32, requires_grad=True) for layer in problem.layers
        ]
        optimizer = torch.optim.SGD(layers, lr=STEP)
        for data, updates in ((problem.before, n_before), (problem.after, after)):
            target = torch.tensor(data.target, dtype=torch.float32)
            observed = torch.tensor(np.flatnonzero(data.mask))
            wanted = target.ravel()[observed]
            for n in range(updates):
                product = forward(layers)
                loss = 0.5 * (product.ravel()[observed] - wanted).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if every and (n + 1) % every == 0:
                    with torch.no_grad():
                        product = forward(layers)
                        course.append(float((product - target).square().mean()))
                        values = torch.linalg.svdvals(product)[:10]
        with torch.no_grad():
            losses.append(float((forward(layers) - target).square().mean()))
    return time.process_time() - start, losses, None if values is None else values.numpy()


def forward(layers):
    product = layers[0]
    for layer in layers[1:]:
        product = layer @ product
    return product


@njit
def multiply(a, b, out, times):
    for _ in range(times):
        np.dot(a, b, out)


def flops_per_second():
    """Of one thread's float32 products of N x N matrices, as the engine calls them."""
    a, out = np.ones((N, N), np.float32), np.empty((N, N), np.float32)
    multiply(a, a, out, 1)
    times = []
    for _ in range(5):
        start = time.process_time()
        multiply(a, a, out, 2000)
        times.append(time.process_time() - start)
    return 2000 * 2 * N**3 / min(times)


def side_by_side(name, problem, switches, after, every):
    """One job on both sides in turns; the ratio of the best times."""
    updates = switches[-1] + len(switches) * after
    records = (switches[-1] + after) // every + 1 if every else 0
    ours, theirs = [], []
    for _ in range(TURNS):
        seconds, rows = engine(switches, after, records)
        ours.append(seconds)
        seconds, losses, values = pytorch(problem, switches, after, every)
        theirs.append(seconds)
        np.testing.assert_allclose(rows["final_test_loss"], losses, rtol=1e-3)
        if every:
            np.testing.assert_allclose(
                rows["singular_values"][-1, :, -1], values, rtol=1e-3, atol=1e-4
            )
    ratio = min(theirs) / min(ours)
    flops = updates * 3 * (DEPTH - 1) * 2 * N**3
    print(
        f"{name}: {updates} updates by the engine, {sum(switches) + len(switches) * after} by "
        "PyTorch"
    )
    print(
        f"  engine  {' '.join(f'{s:.3f}' for s in ours)} s, {1e6 * min(ours) / updates:.0f} us an "
        "update"
    )
    print(f"  PyTorch {' '.join(f'{s:.3f}' for s in theirs)} s")
    share = flops / min(ours) / flops_per_second()
    print(
        f"  ratio {ratio:.2f} (goal {GOALS[name]:g}); {share:.0%} of the speed of its matrix "
        "products"
    )
    return ratio >= GOALS[name]


def main(scale=2000):
    torch.set_num_threads(1)
    from toysim.models.deep_linear.completion.problem import problem_of

    problem = problem_of(next(Batch(MODEL, {}, FIXED, np.arange(1), 0).rows()))
    engine((10,), 10, 2)  # compile
    pytorch(problem, (10,), 10, 5)
    good = [side_by_side("a step", problem, (scale,), scale, EVERY)]
    few = scale / PAPER_AFTER / 3
    nine = tuple(round(n * few) for n in PAPER_SWITCHES)
    good.append(side_by_side("nine switch times", problem, nine, round(PAPER_AFTER * few), 0))
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
