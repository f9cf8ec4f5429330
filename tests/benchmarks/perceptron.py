"""Mean field of the binary perceptron beside a plain SciPy solution of the same equations.

    python tests/benchmarks/perceptron.py

One thread. Three jobs: saddle points of storage and of teacher and student at ten loads each, the
capacity and the first-order transition, and a Franz-Parisi curve of 50 overlaps around a solution.
SciPy: adaptive quadrature and general roots, the curve on a uniform grid of NumPy arrays, each
overlap from its neighbour's solution. Equal numbers are asserted first; then both sides run warm
and in turns, three times, and the best of each is printed with the ratio.
"""

import os

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from toysim.models.perceptron import transitions
from toysim.models.perceptron.franz_parisi.theory import Landscape
from toysim.models.perceptron.storage.theory import storage_saddle
from toysim.models.perceptron.teacher_student.theory import low_saddle

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference import perceptron as plain

LOADS = np.linspace(0.1, 0.8, 10)
STUDENT_LOADS = np.linspace(0.1, 1.2, 10)
OVERLAPS = np.linspace(
    0.95, 0.4, 50
)  # downwards: SciPy's root needs a start close by, and has one at 0.95


def our_points():
    found = [storage_saddle(a) for a in LOADS]
    students = [low_saddle(a, 0.3) for a in STUDENT_LOADS]
    return np.array([[s.overlap, s.free_entropy] for s in (*found, *students)])


def plain_points():
    found = [plain.storage(a)[:2] for a in LOADS]
    students = [plain.students(a, 0.3)[1:] for a in STUDENT_LOADS]
    return np.array([*found, *students])


def our_transitions():
    return np.array([transitions.capacity().alpha, transitions.first_order_transition().alpha])


def plain_transitions():
    capacity = brentq(lambda a: plain.storage(a)[1], 0.7, 0.9, xtol=1e-11)
    first_order = brentq(lambda a: plain.students(a, 0.0, (0.69, 0.69))[2], 1.2, 1.3, xtol=1e-11)
    return np.array([capacity, first_order])


def our_curve():
    landscape = Landscape("solution", 0.5)
    return np.array([landscape.at_overlap(p).potential for p in OVERLAPS])


def plain_curve():
    found, start = [], None
    for p in OVERLAPS:
        potential, _, start = plain.potential(0.5, p, start)
        found.append(potential)
    return np.array(found)


JOBS = {
    "20 saddle points": (our_points, plain_points),
    "capacity and transition": (our_transitions, plain_transitions),
    "Franz-Parisi curve of 50": (our_curve, plain_curve),
}


def main():
    for name, sides in JOBS.items():
        np.testing.assert_allclose(sides[0](), sides[1](), rtol=1e-8, atol=1e-8)
        times = [[], []]
        for _ in range(3):
            for side, run in enumerate(sides):
                began = time.perf_counter()
                run()
                times[side].append(time.perf_counter() - began)
        ours, theirs = min(times[0]), min(times[1])
        print(f"{name:<26} {ours:8.4f} s   SciPy {theirs:8.4f} s   ratio {theirs / ours:6.1f}")


if __name__ == "__main__":
    main()
