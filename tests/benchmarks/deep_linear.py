"""Six runs of 10^6 explicit Euler steps (figure 7 of arXiv:2308.12221), beside plain NumPy batched
over the runs.

    python tests/benchmarks/deep_linear.py

Both sides compute the same end states (asserted first, on the early windows' steep part); raw times
are printed beside the ratio. The kernel is timed as shipped, which leaves a loop once an update
changes nothing, and on the steps before that point, which every loop has to take.
"""

import sys
import time

import numpy as np

from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.work import compute

S, START, STEP, UPDATES, GOAL_S = 10.0, 0.005, 0.01, 10**6, 0.3
DEPTHS, WINDOWS = (2, 3, 4), ((0, 4), (499_999, 509_999))


def kernel_runs(updates):
    fixed = {"singular_value": S, "layer_start": START, "step": STEP, "duration": updates * STEP}
    axes = {
        "depth": list(DEPTHS),
        "deficit_start": {"values": [w[0] * STEP for w in WINDOWS], "zip": "window"},
        "deficit_length": {"values": [(w[1] - w[0]) * STEP for w in WINDOWS], "zip": "window"},
    }
    sweep = build_sweep("figure 7", load_model("deep_linear.modes"), fixed, axes)
    batch = sweep.batch(np.arange(6))
    start = time.perf_counter()
    rows = compute(sweep.model, "simulation", batch, sweep.parameters).rows
    return time.perf_counter() - start, rows["final_strength"]


def numpy_runs(updates):
    depth = np.repeat(DEPTHS, len(WINDOWS)).astype(float)
    first, last = np.tile([w[0] for w in WINDOWS], 3), np.tile([w[1] for w in WINDOWS], 3)
    p = np.full((2, 6), START)
    start = time.perf_counter()
    for n in range(updates):
        power = p ** (depth - 1.0)
        change = STEP * power * (S - (p * power).sum(axis=0))
        change[1, (first <= n) & (n < last)] = 0.0
        p = p + change
    return time.perf_counter() - start, (p**depth).T


def main():
    kernel_runs(1000)  # compile
    few = 20_000
    (kernel_s, ours), (numpy_s, theirs) = kernel_runs(few), numpy_runs(few)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    print(f"equal end states after {few} updates: kernel {kernel_s:.4f} s, NumPy {numpy_s:.3f} s")
    print(f"ratio {numpy_s / kernel_s:.0f}")
    full_s = min(kernel_runs(UPDATES)[0] for _ in range(3))
    print(
        f"six runs of {UPDATES} updates: {full_s:.3f} s (goal {GOAL_S} s), NumPy scaled "
        f"{numpy_s * UPDATES / few:.0f} s"
    )
    return int(full_s > GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
