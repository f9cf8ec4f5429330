"""Overhead of the sweep path, beside xyzpy in memory: 10^5 and 10^6 cells of end states.

    python tests/benchmarks/overhead.py

Overhead = total - time in the model's function, storage and durability included, one worker. Fails
above 10 us a cell, or when peak memory at 10^6 cells is over 1.2 times that at 10^5. Each size runs
in a process of its own, after a warm-up that compiles; xyzpy's loop over a trivial function runs in
the same session.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_US, GOAL_US, MEMORY_RATIO = 10.0, 5.0, 1.2


def sweep(n):
    from toysim.plan import build_sweep
    from toysim.registry import load_model
    from toysim.runner.execute import Options, execute

    fixed = {
        "depth": 2,
        "integrator": "gradient_descent",
        "duration": 0.2,
        "step": 0.01,
        "n_records": 0,
    }
    model = load_model("deep_linear.modes")

    def of(size):
        axes = {
            "deficit_length": {"linspace": [0.0, 0.2, size // 100]},
            "layer_start": {"linspace": [0.1, 0.4, 100]},
        }
        return build_sweep("overhead", model, fixed, axes)

    with tempfile.TemporaryDirectory() as folder:
        execute(of(1000), Path(folder) / "warm.zarr", Options(workers=1, theory=False))
        big = of(n)
        path = Path(folder) / "big.zarr"
        start = time.perf_counter()
        report = execute(big, path, Options(workers=1, theory=False))
        total = time.perf_counter() - start
        arrays = len(list(path.glob("simulation/*/zarr.json")))
        files = sum(p.is_file() for p in path.rglob("*"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "cells": n,
        "arrays": arrays,
        "files": files,
        "total_s": total,
        "kernel_s": report.kernel_seconds,
        "overhead_us": (total - report.kernel_seconds) / n * 1e6,
        "peak_MB": peak,
    }


def xyzpy_us(n=20_000):
    import xyzpy

    runner = xyzpy.Runner(lambda a, b: a + b, var_names="x")
    start = time.perf_counter()
    runner.run_combos({"a": list(range(n // 100)), "b": list(range(100))}, verbosity=0)
    return (time.perf_counter() - start) / n * 1e6


def main():
    print("command: python tests/benchmarks/overhead.py")
    rows = []
    for n in (10**5, 10**6):
        done = subprocess.run(
            [sys.executable, __file__, str(n)], capture_output=True, text=True, check=True
        )
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print(
            ", ".join(
                f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in rows[-1].items()
            )
        )
    try:
        print(f"xyzpy in memory, trivial function: {xyzpy_us():.2f} us a cell")
    except ImportError:
        print("xyzpy is not installed (extra dev): no peer to compare with")
    ratio = rows[1]["peak_MB"] / rows[0]["peak_MB"]
    worst = max(row["overhead_us"] for row in rows)
    print(f"peak memory ratio {ratio:.3f} (limit {MEMORY_RATIO})")
    print(f"overhead at most {worst:.2f} us a cell (goal {GOAL_US}, limit {LIMIT_US})")
    return int(worst > LIMIT_US or ratio > MEMORY_RATIO)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(sweep(int(sys.argv[1]))))
    else:
        sys.exit(main())
