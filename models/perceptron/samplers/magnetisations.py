"""Metropolis sampling of magnetisations: the measure of the field-space learner at finite size.

    weight(m) = exp[ beta sum_mu ln H(-u_mu) + kappa sum_i S(m_i) + sum_i b_i m_i ] on [-1, 1]^N
    u_mu = y_mu m.x_mu / sqrt(sum_i (1 - m_i^2))
    S(m) = -(1+m)/2 ln((1+m)/2) - (1-m)/2 ln((1-m)/2)

(arXiv:2212.02846; kappa S + b m with b = kappa atanh m' is -kappa KL(m || m') up to a constant.) A
proposal moves one magnetisation, reflected at the walls; at fixed self-overlap it rotates two.
Either is symmetric and keeps volume. The fields of all patterns follow in O(P), but as the width of
u is shared, every pattern is evaluated anew.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.perceptron.samplers.instances import Signs, signs
from toysim.models.perceptron.samplers.log_tail_table import Scratch, log_tail_sum, log_tail_table
from toysim.outcomes import Status

Array = npt.NDArray[np.float64]


# At 1.3 moves of a weight (beta = 1000, 60 sweeps) the self-overlap is .95 for 1, at 14 right.
MOVES = 5.0


class Target(NamedTuple):
    """What a chain samples: patterns (N, P), beta, kappa, fields b (N,), whether |m|^2 is kept.

    ``table`` is that of ln H.
    """

    patterns: Array
    beta: float
    entropy_weight: float
    site_fields: Array
    fixed_norm: bool
    table: Array


class Chain(NamedTuple):
    """Fields y m.x (P,) of the present state and of a proposal, and room to evaluate them."""

    fields: Array
    moved: Array
    scratch: Scratch


class Averages(NamedTuple):
    """Over a chain: m and sign m (N,), m.m/N, loss per pattern, share of moves accepted."""

    magnetisation: Array
    sign: Array
    self_overlap: float
    loss: float
    acceptance: float


def target(
    patterns: Signs,
    beta: float,
    entropy_weight: float = 0.0,
    site_fields: Array | None = None,
    fixed_norm: bool = False,
) -> Target:
    """The measure of labelled patterns (N, P)."""
    fields = np.zeros(len(patterns)) if site_fields is None else site_fields
    return Target(
        patterns.astype(float), beta, entropy_weight, fields, fixed_norm, log_tail_table()
    )


@borrowing
def site_entropy(m: float) -> float:
    """S(m), ln 2 at m = 0 and 0 at the walls."""
    up, down = 0.5 * (1.0 + m), 0.5 * (1.0 - m)
    return -(up * math.log(up) if up > 0.0 else 0.0) - (
        down * math.log(down) if down > 0.0 else 0.0
    )


@borrowing
def fields_of(m: Array, patterns: Array, fields: Array) -> None:
    """fields_mu = y_mu m.x_mu: m (N,), patterns (N, P), fields (P,)."""
    fields[:] = 0.0
    for i in range(len(m)):
        for mu in range(len(fields)):
            fields[mu] += m[i] * patterns[i, mu]


@borrowing
def reflected(m: float) -> float:
    """m folded back into [-1, 1]; steps are shorter than 2."""
    if m > 1.0:
        return 2.0 - m
    return -2.0 - m if m < -1.0 else m


@kernel
def sweep(m: Array, chain: Chain, of: Target, step: float, generator: np.random.Generator) -> int:
    """N proposals from magnetisations m (N,), changed in place; returns how many were accepted.

    The state of a chain is m, the fields y m.x (P,), their variance N - m.m and the log-likelihood
    sum_mu ln H(-u_mu). Fields and variance are set from m first, so that rounding does not add up
    over sweeps. A proposal draws a site i and a uniform change: m_i moves by it, reflected at the
    walls, or at fixed norm m_i and another m_j turn by that angle, and a turn out of [-1, 1] is
    refused. The proposed fields differ by rows i and j of the patterns; from them and the new
    variance the likelihood is summed anew. With the change of the site terms this is the gain in
    log-weight, which Metropolis' rule accepts: always if positive, else with probability exp(gain).
    """
    n, accepted = len(m), 0
    fields, moved, scratch = chain
    fields_of(m, of.patterns, fields)
    variance = n - np.dot(m, m)
    likelihood = log_tail_sum(fields, -1.0 / math.sqrt(variance), of.table, scratch)
    for _ in range(n):
        i = int(n * generator.random())
        j = (i + 1 + int((n - 1) * generator.random())) % n if of.fixed_norm else i
        change = step * (2.0 * generator.random() - 1.0)
        if of.fixed_norm:
            cosine, sine = math.cos(math.pi * change), math.sin(math.pi * change)
            new, other = cosine * m[i] - sine * m[j], sine * m[i] + cosine * m[j]
            if abs(new) > 1.0 or abs(other) > 1.0:
                continue
            dm, dm_other, new_variance = new - m[i], other - m[j], variance
        else:
            new = other = reflected(m[i] + change)
            dm, dm_other, new_variance = new - m[i], 0.0, variance + m[i] * m[i] - new * new
        if new_variance <= 0.0:
            continue
        for mu in range(len(fields)):
            moved[mu] = fields[mu] + dm * of.patterns[i, mu] + dm_other * of.patterns[j, mu]
        proposed = log_tail_sum(moved, -1.0 / math.sqrt(new_variance), of.table, scratch)
        gain = (
            of.beta * (proposed - likelihood)
            + of.site_fields[i] * dm
            + of.site_fields[j] * dm_other
        )
        if of.entropy_weight != 0.0:
            gain += of.entropy_weight * (site_entropy(new) - site_entropy(m[i]))
            if of.fixed_norm:
                gain += of.entropy_weight * (site_entropy(other) - site_entropy(m[j]))
        if gain >= 0.0 or generator.random() < math.exp(gain):
            fields[:] = moved
            m[i], m[j] = new, other
            likelihood, variance = proposed, new_variance
            accepted += 1
    return accepted


@kernel
def sample(
    m: Array, of: Target, step: float, n_discard: int, n_sweeps: int, generator: np.random.Generator
) -> Averages:
    """Averages over n_sweeps sweeps after n_discard; m (N,) ends as the last state of the chain.

    Without patterns there is no loss of one: NaN.
    """
    n, n_patterns = of.patterns.shape
    scratch = Scratch(np.empty(n_patterns, np.int32), np.empty(n_patterns))
    chain = Chain(np.empty(n_patterns), np.empty(n_patterns), scratch)
    mean, sign = np.zeros(n), np.zeros(n)
    squares = loss = 0.0
    accepted = 0
    for t in range(n_discard + n_sweeps):
        moves = sweep(m, chain, of, step, generator)
        if t < n_discard:
            continue
        accepted += moves
        mean += m
        sign += np.sign(m)
        squares += np.dot(m, m)
        loss -= log_tail_sum(chain.fields, -1.0 / math.sqrt(n - np.dot(m, m)), of.table, scratch)
    return Averages(
        mean / n_sweeps,
        sign / n_sweeps,
        squares / n_sweeps / n,
        loss / n_sweeps / n_patterns,
        accepted / n_sweeps / n,
    )


def start(
    generator: np.random.Generator, teacher: Signs, branch: str, self_overlap: float | None = None
) -> Array:
    """Magnetisations (N,) of equal size, along the teacher for the high branch, else at random.

    |m|^2/N is ``self_overlap``, or if None that of the flat measure, 1/3, and close to 1 on the
    high branch.
    """
    squared = self_overlap if self_overlap is not None else 0.9 if branch == "high" else 1.0 / 3.0
    direction = teacher if branch == "high" else signs(generator, len(teacher))
    return math.sqrt(squared) * direction.astype(float)


class Replicas(NamedTuple):
    """Two chains of the same measure: means of what each averages, and their overlap m.m' / N."""

    magnetisation: Array
    sign: Array
    self_overlap: float
    loss: float
    acceptance: float
    replica_overlap: float

    def status(self, n_sweeps: int) -> Status:
        """Not converged where chains of so many sweeps move a weight fewer than MOVES times."""
        return Status.OK if self.acceptance * n_sweeps >= MOVES else Status.NOT_CONVERGED


def replicas(
    starts: list[Array],
    of: Target,
    step: float,
    n_discard: int,
    n_sweeps: int,
    generator: np.random.Generator,
) -> Replicas:
    """Run both chains, one after the other."""
    a, b = (sample(m, of, step, n_discard, n_sweeps, generator) for m in starts)
    return Replicas(
        0.5 * (a.magnetisation + b.magnetisation),
        0.5 * (a.sign + b.sign),
        0.5 * (a.self_overlap + b.self_overlap),
        0.5 * (a.loss + b.loss),
        0.5 * (a.acceptance + b.acceptance),
        float(a.magnetisation @ b.magnetisation) / len(a.magnetisation),
    )
