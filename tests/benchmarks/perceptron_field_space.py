"""Saddle points in field space beside SciPy's root of the free entropy's gradient, written out
plainly; one thread.

    python tests/benchmarks/perceptron_field_space.py

Equal overlaps first, then turns, warm; processor seconds. SciPy has the plain version's fixed
grids, which reach beta = 5 but not 20; at beta = 20 the engine runs alone: a curve of 50 loads of
the second task, both branches.
"""

import os
import sys
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from reference.perceptron_field_space import gradient, one_task, two_tasks
from scipy.optimize import root

from toysim.models.perceptron.continual.theory import reference_of, second_measure
from toysim.models.perceptron.field_space.measure import task_measure

TURNS, CURVE_GOAL = 3, 30.0


def timed(call):
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def parameters(saddle):
    return np.array(
        [saddle.replica_overlap, saddle.overlap, saddle.self_overlap, *saddle.conjugates]
    )


def side_by_side(name, engine, peer, start):
    """``peer`` starts 2 % off the saddle point: it is spared the way there."""
    ours, theirs = [], []
    for _ in range(TURNS):
        seconds, saddle = timed(engine)
        ours.append(seconds)
        seconds, found = timed(lambda: root(peer, start, tol=1e-10))
        theirs.append(seconds)
        np.testing.assert_allclose(found.x[:3], parameters(saddle)[:3], rtol=1e-6)
    print(f"{name}\n  engine  {' '.join(f'{1e3 * s:.1f}' for s in ours)} ms")
    print(
        f"  SciPy   {' '.join(f'{1e3 * s:.1f}' for s in theirs)} ms\n  ratio "
        f"{min(theirs) / min(ours):.1f}"
    )


def main():
    first = task_measure(5.0).low(0.5)
    second = second_measure(reference_of(first, 5.0), 5.0, 0.5, 0.5)
    measure = task_measure(5.0)
    near = 1.02
    side_by_side(
        "one task, beta = 5, alpha = 1",
        lambda: measure.low(1.0),
        lambda at: gradient(one_task, at, 1.0, 5.0, 0.0),
        near * parameters(measure.low(1.0)),
    )
    side_by_side(
        "second task, beta = 5, alpha = 1, gamma = 0.5, r0 = 0.5",
        lambda: second.low(1.0),
        lambda at: gradient(two_tasks, at, first.conjugates, 1.0, 5.0, 2.5, 0.5),
        near * parameters(second.low(1.0)),
    )
    cold = second_measure(reference_of(task_measure(20.0).high(2.0), 20.0), 20.0, 1.0, 0.0)
    seconds, curve = timed(lambda: [cold.branches(alpha) for alpha in np.linspace(0.1, 7.0, 50)])
    print(f"second task, beta = 20, 50 loads, both branches: {seconds:.2f} s (goal {CURVE_GOAL:g})")
    print(f"  largest residual {max(s.residual for both in curve for s in both):.1e}")
    return int(seconds > CURVE_GOAL)


if __name__ == "__main__":
    sys.exit(main())
