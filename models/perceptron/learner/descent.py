"""Updates of a field theta on one task: exact gradients, optimisers and rivals (arXiv:2212.02846).

Weights are independent, w_i = +-1 with mean m_i = tanh(b theta_i) and variance s_i = 1 - m_i^2.
With z = y x and the central limit, a pattern is classified rightly with probability H(-u), u =
z.m/S, S^2 = sum_i s_i:

    L = -sum_mu ln H(-u_mu) + gamma KL(theta || theta')                                     (1)
    d(-ln H(-u))/d theta_i = -lambda(-u) b s_i [z_i/S + m_i (z.m)/S^3],   lambda = G/H      (2)
    dKL/d theta_i = b^2 s_i (theta_i - theta'_i)                                            (3)
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing
from toysim.models.perceptron.learner.problem import BITS, Task
from toysim.numerics.elementary import exp, inverse_mills, log_tail

Array = npt.NDArray[np.float64]
ADAM_FIRST, ADAM_SECOND, ADAM_FLOOR = 0.9, 0.999, 1e-20


class Rule(NamedTuple):
    """How one task is learned; ``penalty`` is the weight of the divergence per pattern, gamma/P."""

    b: float
    penalty: float
    frozen_curvature: bool  # EWC: s_i of theta' in place of the current one in (3)
    binarised: bool  # straight-through descent of sign(theta) with metaplasticity
    metaplasticity: float
    adam: bool
    rate: float
    momentum: float
    decay: float


class State(NamedTuple):
    """Field, the optimiser's moments, and the field of the task before; all (N,)."""

    theta: Array
    first: Array
    second: Array
    reference: Array


class Work(NamedTuple):
    """Space for one gradient: (N,) three times, (slots,) twice, and a table of sums."""

    m: Array
    s: Array
    gradient: Array
    fields: Array
    scores: Array
    table: Array


@borrowing
def add_signed_sums(codes: Any, coefficients: Array, table: Array, out: Array) -> None:
    """out_k += sum_j sign_jk c_j, the signs of eight coefficients in the bits of each code.

    ``codes`` (groups, columns), ``coefficients`` (8 groups,) or fewer, ``table`` (256,), ``out``
    (columns,). All 256 signed sums of eight coefficients are tabled, so that a lookup stands for
    eight products: six times as fast as a product with a matrix of numbers at N = 1000, P = 2000,
    at a 64th of its memory (measured).
    """
    for group in range(codes.shape[0]):
        filled, base = 1, BITS * group
        table[0] = 0.0
        for c in coefficients[base : base + BITS]:
            table[0] -= c
        for c in coefficients[base : base + BITS]:
            for k in range(filled):
                table[filled + k] = table[k] + 2.0 * c
            filled *= 2
        for k in range(codes.shape[1]):
            out[k] += table[codes[group, k]]


@borrowing
def magnetise(theta: Array, b: float, m: Array, s: Array) -> float:
    """m = tanh(b theta) and s = 1/cosh(b theta)^2, all (N,); returns sum s.

    s has its last digits where 1 - m^2 has none left.
    """
    for i in range(len(theta)):
        e = exp(-2.0 * b * abs(theta[i]))
        share = 1.0 / (1.0 + e)
        m[i] = math.copysign((1.0 - e) * share, theta[i])
        s[i] = 4.0 * e * share * share
    total = 0.0
    for i in range(len(theta)):
        total += s[i]
    return total


@borrowing
def binarise(theta: Array, m: Array) -> float:
    """m = sign(theta), (N,); returns N, the variance of z.m over patterns: the binarised noise."""
    for i in range(len(theta)):
        m[i] = math.copysign(1.0, theta[i])
    return float(len(theta))


@borrowing
def data_gradient(task: Task, batch: int, rule: Rule, theta: Array, work: Work) -> None:
    """Sum over a minibatch of (2) at a field theta (N,), into ``work.gradient``.

    For binarised weights of -lambda(-u) z_i/S, u = z.sign(theta)/S, S^2 = N.
    """
    variance = (
        binarise(theta, work.m) if rule.binarised else magnetise(theta, rule.b, work.m, work.s)
    )
    S = math.sqrt(variance)
    n = task.counts[batch]
    work.fields[:] = 0.0
    add_signed_sums(task.by_weight[batch], work.m, work.table, work.fields)
    fields, scores = work.fields, work.scores
    for k in range(n):
        scores[k] = inverse_mills(-fields[k] / S)
    along = 0.0
    for k in range(n):
        along += scores[k] * fields[k]
    work.scores[n:] = 0.0
    work.gradient[:] = 0.0
    add_signed_sums(task.by_pattern[batch], work.scores, work.table, work.gradient)
    share, pull = 1.0 / S, along / (S * variance)
    for i in range(len(theta)):
        slope = 1.0 if rule.binarised else rule.b * work.s[i]
        lean = 0.0 if rule.binarised else work.m[i] * pull
        work.gradient[i] = -slope * (share * work.gradient[i] + lean)


@borrowing
def add_penalty(rule: Rule, state: State, weight: float, work: Work) -> None:
    """gradient_i += weight b^2 s_i (theta_i - theta'_i), (3); EWC takes s_i of theta'."""
    if rule.frozen_curvature:
        magnetise(state.reference, rule.b, work.m, work.s)
    for i in range(len(state.theta)):
        work.gradient[i] += (
            weight * rule.b * rule.b * work.s[i] * (state.theta[i] - state.reference[i])
        )


@borrowing
def update(rule: Rule, n_done: int, state: State, gradient: Array) -> float:
    """One step of the optimiser, the n_done-th of this task from 0; returns the sum of theta.

        momentum:  V <- g V + eta G,  step = V
        Adam:      a <- .9 a + .1 G,  v <- .999 v + .001 G^2
                   step = eta a/(1 - .9^t) / sqrt(v/(1 - .999^t))
        theta <- theta - step - eta decay theta

    ``gradient`` (N,) is G. Metaplasticity (arXiv:2003.03533): a step that brings theta nearer to 0
    is multiplied by 1 - tanh(mu theta)^2.
    """
    unbias_first = 1.0 - ADAM_FIRST ** (n_done + 1)
    unbias_second = 1.0 - ADAM_SECOND ** (n_done + 1)
    total = 0.0
    for i in range(len(gradient)):
        theta, G = state.theta[i], gradient[i]
        if rule.adam:
            state.first[i] = ADAM_FIRST * state.first[i] + (1.0 - ADAM_FIRST) * G
            state.second[i] = ADAM_SECOND * state.second[i] + (1.0 - ADAM_SECOND) * G * G
            root = math.sqrt(state.second[i] / unbias_second) + ADAM_FLOOR
            step = rule.rate * (state.first[i] / unbias_first) / root
        else:
            state.first[i] = rule.momentum * state.first[i] + rule.rate * G
            step = state.first[i]
        if rule.binarised and step * theta > 0.0:
            step *= 1.0 - math.tanh(rule.metaplasticity * theta) ** 2
        state.theta[i] = theta - step - rule.rate * rule.decay * theta
        total += state.theta[i]
    return total


@borrowing
def rescale(theta: Array, b: float, Q: float, work: Work) -> None:
    """theta (N,) <- c theta with mean tanh(b c theta)^2 = Q: Newton in ln c, no step above 1."""
    for _ in range(100):
        magnetise(theta, b, work.m, work.s)
        excess, slope = -Q * len(theta), 0.0
        for i in range(len(theta)):
            excess += work.m[i] * work.m[i]
            slope += 2.0 * work.m[i] * work.s[i] * b * theta[i]
        if abs(excess) <= 1e-12 * len(theta):
            return
        factor = math.exp(min(1.0, max(-1.0, -excess / slope)))
        for i in range(len(theta)):
            theta[i] *= factor


@borrowing
def sign_overlap(theta: Array, teacher: Array) -> float:
    """(1/N) sum_i sign(theta_i) W_i, both (N,)."""
    total = 0.0
    for i in range(len(theta)):
        total += np.sign(theta[i]) * teacher[i]
    return total / len(theta)


@borrowing
def train(
    task: Task,
    rule: Rule,
    state: State,
    n_done: int,
    targets: Array,
    sign_overlaps: Array,
    work: Work,
) -> int:
    """As many epochs as ``sign_overlaps`` (epochs,) is long, its values taken after each.

    Q is held at ``targets``, (epochs,) or empty. Batches are visited in the same order each epoch.
    Returns the updates done on this task, counted from ``n_done``, negative once the field or its
    variance has left the numbers.
    """
    for epoch in range(len(sign_overlaps)):
        for batch in range(len(task.counts)):
            data_gradient(task, batch, rule, state.theta, work)
            if rule.penalty > 0.0:
                add_penalty(rule, state, rule.penalty * task.counts[batch], work)
            total = update(rule, n_done, state, work.gradient)
            n_done += 1
            if not math.isfinite(total):
                return -n_done
        if len(targets) > 0:
            rescale(state.theta, rule.b, targets[epoch], work)
        sign_overlaps[epoch] = sign_overlap(state.theta, task.teacher)
    return n_done


@borrowing
def mean_loss(task: Task, rule: Rule, theta: Array, work: Work) -> float:
    """-ln H(-u) averaged over the patterns; NaN without any."""
    variance = (
        binarise(theta, work.m) if rule.binarised else magnetise(theta, rule.b, work.m, work.s)
    )
    total = 0.0
    for batch in range(len(task.counts)):
        work.fields[:] = 0.0
        add_signed_sums(task.by_weight[batch], work.m, work.table, work.fields)
        for k in range(task.counts[batch]):
            total -= log_tail(-work.fields[k] / math.sqrt(variance))
    return total / task.n_patterns
