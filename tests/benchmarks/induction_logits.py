"""Flow of the nested logits to past the cliff, beside SciPy's solver of the same order at the same
tolerances.

    python tests/benchmarks/induction_logits.py

Both use the Runge-Kutta pair 5(4) of Dormand and Prince with rtol = 1e-10, atol = 1e-12 on N = 8, L
= 32 to t = 100. Equal crossing times are asserted first; then both run warm and in turns, and the
best of each is printed.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from reference.induction_head import logits_flow

from toysim.batch import Batch
from toysim.models.induction_head.logits.simulation import simulate
from toysim.registry import load_model

ROWS, GOAL = 100, 100.0


def batch(form, n):
    fixed = {"form": form, "n_pairs": 8, "n_labels": 32, "duration": 100.0}
    return Batch(load_model("induction_head.logits"), {}, fixed, np.arange(n), 0)


def peer(form):
    return logits_flow(np.zeros(4), np.ones(4), 8, 32, 8.0, form == "four", 100.0)


def timed(function, *arguments):
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def main():
    for form in ("three", "four"):
        t50 = simulate(batch(form, 1))["t50"][0]
        np.testing.assert_allclose(t50, peer(form).t_events[0][0], rtol=1e-7)
        times = [(timed(simulate, batch(form, ROWS)) / ROWS, timed(peer, form)) for _ in range(9)]
        ours, scipy = np.min(times, axis=0)
        print(
            f"{form:<6} kernel {1e6 * ours:8.1f} us   SciPy {1e3 * scipy:8.2f} ms   ratio "
            f"{scipy / ours:6.0f} "
            f"(goal {GOAL:.0f}); t50 = {t50:.6f}"
        )


if __name__ == "__main__":
    main()
