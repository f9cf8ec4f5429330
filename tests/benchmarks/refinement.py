"""Cells that refine needs against a grid of the same error: python -m tests.benchmarks.refinement

The error is the width of the interval that the boundary is known to lie in.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import toysim

CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "first-order transition": (
        "perceptron.teacher_student",
        "theory",
        {"alpha": np.linspace(1.0, 1.6, 7), "simulation": False},
        {"along": "alpha", "by": "overlap", "change": 0.1, "width": 1e-6},
    ),
    "edge of stability": (
        "oscillation.scalar_factorised",
        "simulation",
        {
            "learning_rate": np.linspace(0.05, 1.0, 11),
            "x_start": np.linspace(1.0, 3.0, 9),
            "theory": False,
        },
        {
            "along": "learning_rate",
            "by": "final_sharpness",
            "side": "simulation",
            "change": 0.1,
            "width": 1e-6,
        },
    ),
}
BUDGETS = (8, 16, 24)


def measure(case: str, budget: int) -> tuple[int, float, int]:
    """Cells, the widest interval that holds a line's largest change, cells of a grid as fine."""
    model, side, asked, refine = CASES[case]
    along, by = refine["along"], refine["by"]
    found = toysim.sweep(model, **asked, refine={**refine, "budget": budget})[side]
    values = found[by].mean("replica") if "replica" in found[by].dims else found[by]
    state = found["state"].isel(replica=0) if "replica" in found["state"].dims else found["state"]
    x, at = found[along].values, found[by].dims.index(along)
    rows = np.moveaxis(values.values, at, -1).reshape(-1, len(x))
    ran = np.moveaxis(state.values, at, -1).reshape(-1, len(x)) == 1
    widths = [_boundary(x[r], y[r]) for y, r in zip(rows, ran, strict=True)]
    worst = max(widths)
    return int(ran.sum()), worst, len(rows) * int(np.ceil((x[-1] - x[0]) / worst) + 1)


def _boundary(x: Any, y: Any) -> float:
    """Width of the interval in which the numbers end, else of that of the largest change."""
    ends = np.isfinite(y[1:]) != np.isfinite(y[:-1])
    at = np.flatnonzero(ends)[0] if ends.any() else np.nanargmax(np.abs(np.diff(y)))
    return float(x[at + 1] - x[at])


def main() -> None:
    print("| case | cells | boundary known to | grid of that | ratio |\n|---|---|---|---|---|")
    for case in CASES:
        for budget in BUDGETS:
            cells, width, grid = measure(case, budget)
            print(f"| {case} | {cells} | {width:.2g} | {grid} | {grid / cells:.3g} |", flush=True)


if __name__ == "__main__":
    main()
