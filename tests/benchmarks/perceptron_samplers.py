"""Samplers of the perceptron models beside plain NumPy and SciPy: Metropolis, enumeration, message
passing.

    python tests/benchmarks/perceptron_samplers.py

One thread. Both sides get the same instance and the same random numbers; equal results are asserted
first. Then they run warm and in turns, and the best of each is printed with the ratio. Metropolis:
N = P = 200, beta = 5, the same chain proposal by proposal. Enumeration: N = 21, P = 10, NumPy by
bit counts of state XOR pattern. Message passing: N = P = 501 and 2001, as many iterations on both
sides.
"""

import os

os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import math
import time

import numpy as np
from scipy.special import log_ndtr

from toysim.models.perceptron.samplers.enumeration import violations
from toysim.models.perceptron.samplers.instances import labelled, signs
from toysim.models.perceptron.samplers.magnetisations import sample, target
from toysim.models.perceptron.samplers.message_passing import marginals, problem

BETA, STEP = 5.0, 1.0


def generator(seed=0):
    return np.random.Generator(np.random.Philox(seed))


def instance(size, patterns):
    teacher = signs(generator(1), size)
    return teacher, labelled(generator(2), size, patterns, teacher)


def numpy_metropolis(patterns, n_sweeps):
    """The chain of ``magnetisations.sweep`` with every sum a NumPy expression."""
    x, rng, m = patterns.astype(float), generator(), np.zeros(len(patterns))
    n = len(m)
    for _ in range(n_sweeps):
        fields, variance = m @ x, np.sum(1 - m * m)
        likelihood = log_ndtr(fields / math.sqrt(variance)).sum()
        for _ in range(n):
            i = int(n * rng.random())
            new = m[i] + STEP * (2 * rng.random() - 1)
            new = 2 - new if new > 1 else -2 - new if new < -1 else new
            moved = fields + (new - m[i]) * x[i]
            new_variance = variance + m[i] ** 2 - new**2
            proposed = log_ndtr(moved / math.sqrt(new_variance)).sum()
            gain = BETA * (proposed - likelihood)
            if gain >= 0 or rng.random() < math.exp(gain):
                fields, variance, likelihood = moved, new_variance, proposed
                m[i] = new
    return m


def our_metropolis(patterns, n_sweeps):
    m = np.zeros(len(patterns))
    sample(m, target(patterns, BETA), STEP, 0, n_sweeps, generator())
    return m


def numpy_violations(patterns):
    n = len(patterns)
    states = np.arange(1 << n, dtype=np.uint32)
    bits = np.left_shift(1, np.arange(n)) @ (patterns > 0)
    counts = np.zeros(1 << n, np.int16)
    for pattern in bits.astype(np.uint32):
        counts += 2 * np.bitwise_count(states ^ pattern) > n
    return counts


def numpy_message_passing(patterns, n_iterations):
    c = patterns / math.sqrt(len(patterns))
    m, f = np.zeros(len(patterns)), 0.0
    for _ in range(n_iterations):
        v = 1 - np.mean(m * m)
        omega = m @ c - v * f
        t = -omega / math.sqrt(v)
        f = np.exp(-0.5 * t * t - 0.5 * math.log(2 * math.pi) - log_ndtr(-t)) / math.sqrt(v)
        onsager = np.sum(f * f - f * t / math.sqrt(v)) / len(m)
        m = np.tanh(c @ f + onsager * m)
    return m


def our_message_passing(patterns, n_iterations):
    return marginals(
        problem(patterns), np.zeros(len(patterns)), 0.0, math.nan, n_iterations
    ).magnetisation


def compared(label, ours, numpys, unit, count, repeats=7):
    """Both sides warm and in turns: best times, the ratio, and ours per unit."""
    for side in (ours, numpys):
        side()
    times = {ours: [], numpys: []}
    for _ in range(repeats):
        for side, found in times.items():
            began = time.perf_counter()
            side()
            found.append(time.perf_counter() - began)
    mine, other = min(times[ours]), min(times[numpys])
    print(
        f"{label:<26} {mine:9.5f} s   NumPy {other:9.5f} s   ratio {other / mine:5.1f}   "
        f"{count / mine:.3g} {unit}"
    )


def main():
    _, patterns = instance(201, 200)
    np.testing.assert_allclose(
        our_metropolis(patterns, 5), numpy_metropolis(patterns, 5), atol=1e-12
    )
    compared(
        "Metropolis, N = P = 200",
        lambda: our_metropolis(patterns, 5),
        lambda: numpy_metropolis(patterns, 5),
        "proposals a second (goal 4e5)",
        5 * 201,
    )
    _, small = instance(21, 10)
    np.testing.assert_array_equal(violations(small, 0.0), numpy_violations(small))
    compared(
        "enumeration, N = 21",
        lambda: violations(small, 0.0),
        lambda: numpy_violations(small),
        "configurations a second",
        1 << 21,
    )
    for size in (501, 2001):
        _, wide = instance(size, size)
        np.testing.assert_allclose(
            our_message_passing(wide, 20), numpy_message_passing(wide, 20), atol=1e-9
        )
        compared(
            f"message passing, N = {size}",
            lambda wide=wide: our_message_passing(wide, 20),
            lambda wide=wide: numpy_message_passing(wide, 20),
            "iterations a second",
            20,
        )


if __name__ == "__main__":
    main()
