"""Message passing for binary weights at large N: marginals and Bethe entropy of one instance.

The Gibbs measure on w in {-1, 1}^N, with k a reference configuration, is

    exp[ x sum_i k_i w_i ] prod_mu [e^-beta + (1 - e^-beta) theta(y_mu w.x_mu / sqrt N - kappa)]

Belief propagation in its dense limit (AMP; TAP equations of Mezard 1989, in the form of
arXiv:1402.1384) iterates, with c the labelled patterns y x and V = 1 - m.m/N,

    omega_mu = sum_i c_mu,i m_i / sqrt N - V f_mu
    f_mu = d ln D(omega)/d omega,  D = e^-beta + (1 - e^-beta) H(t),  t = (kappa - omega)/sqrt V
    A = -(1/N) sum_mu f'_mu,  f'_mu = f t/sqrt V - f^2
    h_i = sum_mu c_mu,i f_mu / sqrt N + A m_i
    m_i <- tanh(h_i + x k_i)
    ln Z = sum_mu [ln D_mu + V f_mu^2/2] + sum_i [ln 2cosh(h_i + x k_i) - h_i m_i]
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.samplers.instances import Signs, combined
from toysim.numerics.gaussian import density, log_tail

Array = npt.NDArray[np.float64]

CONVERGED = 1e-7  # root-mean-square change of a magnetisation
POLARISED = 1e-2  # sum of 1 - m^2 below which one configuration is left


class Problem(NamedTuple):
    """Patterns in both layouts, (N, P) and (P, N), margin kappa, e^-beta, reference k (N,)."""

    patterns: Signs
    transposed: Signs
    margin: float
    flip: float
    reference: Array


class Marginals(NamedTuple):
    """Magnetisations (N,), ln Z / N, violated share, field x, iterations, convergence."""

    magnetisation: Array
    free_entropy: float
    violated: float
    coupling: float
    iterations: int
    converged: bool


def problem(
    patterns: Signs, reference: Signs | None = None, margin: float = 0.0, beta: float = math.inf
) -> Problem:
    """The measure of labelled patterns (N, P); int8 reads as fast as float64 does in cache."""
    pull = np.zeros(len(patterns)) if reference is None else reference.astype(float)
    return Problem(patterns, np.ascontiguousarray(patterns.T), margin, math.exp(-beta), pull)


@borrowing
def log_2cosh(h: float) -> float:
    """ln(2 cosh h)."""
    return abs(h) + math.log1p(math.exp(-2.0 * abs(h)))


@borrowing
def pattern_terms(
    omega: float, variance: float, margin: float, flip: float
) -> tuple[float, float, float]:
    """ln D, f = d ln D/d omega and f' of one pattern."""
    width = math.sqrt(variance)
    t = (margin - omega) / width
    log_satisfied = log_tail(t)
    log_d = (
        log_satisfied if flip == 0.0 else math.log(flip + (1.0 - flip) * math.exp(log_satisfied))
    )
    if flip == 0.0:
        f = math.exp(-0.5 * t * t - 0.5 * math.log(2.0 * math.pi) - log_satisfied) / width
    else:
        f = (1.0 - flip) * density(t) * math.exp(-log_d) / width
    return log_d, f, f * t / width - f * f


@borrowing
def coupling_for(overlap: float, h: Array, reference: Array, coupling: float) -> float:
    """The x at which sum_i k_i tanh(h_i + x k_i) / N is ``overlap``; h and k = reference (N,).

    Newton's method, bisecting where it leaves.
    """
    low, high = -20.0, 20.0
    x = min(max(coupling, low), high)
    for _ in range(100):
        value = slope = 0.0
        for i in range(len(h)):
            m = math.tanh(h[i] + x * reference[i])
            value += reference[i] * m
            slope += 1.0 - m * m
        off = value / len(h) - overlap
        if off > 0.0:
            high = x
        else:
            low = x
        following = x - off * len(h) / slope if slope > 0.0 else math.inf
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - x) < 1e-13:
            break
        x = following
    return x


@kernel
def polarised(problem: Problem, m: Array, coupling: float, iterations: int) -> Marginals:
    """The measure when one configuration, sign(m), is left: no width, no entropy; m (N,).

    Failed where it violates what it must not.
    """
    n, n_patterns = problem.patterns.shape
    w, omega = np.sign(m), np.empty(n_patterns)
    combined(problem.patterns, w, omega)
    violated = 0
    for mu in range(n_patterns):
        violated += omega[mu] < problem.margin * math.sqrt(n)
    log_weight = violated * math.log(problem.flip) if violated > 0 else 0.0
    for i in range(n):
        log_weight += coupling * problem.reference[i] * w[i]
    share = violated / n_patterns if n_patterns > 0 else 0.0
    return Marginals(w, log_weight / n, share, coupling, iterations, log_weight > -math.inf)


@kernel
def marginals(
    problem: Problem, start: Array, coupling: float, overlap: float, n_iterations: int
) -> Marginals:
    """Iterate from magnetisations ``start`` (N,) at field x = coupling.

    Where ``overlap`` is a number, at the field that keeps the overlap with the reference there.
    """
    n, n_patterns = problem.patterns.shape
    root = math.sqrt(n)
    m, h, omega, f = start.copy(), np.empty(n), np.empty(n_patterns), np.zeros(n_patterns)
    free_entropy = violated = math.nan
    for iteration in range(1, n_iterations + 1):
        residue = n - np.dot(m, m)
        if residue < POLARISED:
            return polarised(problem, m, coupling, iteration)
        variance = residue / n
        combined(problem.patterns, m / root, omega)
        onsager = free_entropy = violated = 0.0
        for mu in range(n_patterns):
            log_d, f[mu], slope = pattern_terms(
                omega[mu] - variance * f[mu], variance, problem.margin, problem.flip
            )
            onsager -= slope / n
            free_entropy += log_d + 0.5 * variance * f[mu] * f[mu]
            violated += (
                problem.flip * (math.exp(-log_d) - 1.0) / (1.0 - problem.flip)
                if problem.flip > 0.0
                else 0.0
            )
        combined(problem.transposed, f / root, h)
        h += onsager * m
        if not math.isnan(overlap):
            coupling = coupling_for(overlap, h, problem.reference, coupling)
        moved = 0.0
        for i in range(n):
            total = h[i] + coupling * problem.reference[i]
            new = math.tanh(total)
            free_entropy += log_2cosh(total) - h[i] * new
            moved += (new - m[i]) ** 2
            m[i] = new
        if moved < n * CONVERGED**2:
            share = violated / n_patterns if n_patterns > 0 else 0.0
            return Marginals(m, free_entropy / n, share, coupling, iteration, True)
    return Marginals(
        m, free_entropy / n, violated / max(n_patterns, 1), coupling, n_iterations, False
    )
