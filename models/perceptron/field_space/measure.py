"""Saddle points of a measure on magnetisations: patterns learned at some temperature, and any random site field."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from scipy.optimize import brentq
from toysim.models.perceptron.field_space.patterns import Patterns, field_patterns
from toysim.models.perceptron.field_space.sites import field_sites, legendre
from toysim.models.perceptron.saddle import NAN, Array, Saddle, solve
from toysim.models.perceptron.solver_outputs import AT_UNSTABLE, FROZEN, OK

# The overlap with the teacher moves at half the speed of Q and q: at full speed it outruns them, and iteration
# from overlap 0 jumps past the low branch where that is about to end (seen at beta = 20 from alpha = 1.8).
LAG = np.array([1.0, 1.0, 0.5])
SAME = 1e-6  # saddle points that differ by less are one


class SiteAverages(Protocol):
    """Averages over a site that the saddle-point equations need; see ``sites.Sites``."""

    @property
    def self_overlap(self) -> float: ...
    @property
    def replica_overlap(self) -> float: ...
    @property
    def overlap(self) -> float: ...
    @property
    def sign_overlap(self) -> float: ...
    @property
    def spread(self) -> float: ...
    @property
    def log_mean(self) -> float: ...


class FieldSaddle(NamedTuple):
    """Order parameters Q, q, r of a saddle point and what follows; NaN, and no sites, where there is none."""

    self_overlap: float = NAN
    replica_overlap: float = NAN
    overlap: float = NAN
    free_entropy: float = NAN
    loss: float = NAN
    residual: float = NAN
    iterations: int = 0
    stability: float = NAN
    solver_status: int = FROZEN
    load: float = NAN
    sites: SiteAverages | None = None


class Branches(NamedTuple):
    """The saddle points reached from overlap 0 and from the teacher; ``two`` if they are not the same."""

    low: FieldSaddle
    high: FieldSaddle

    @property
    def two(self) -> bool:
        return abs(self.low.overlap - self.high.overlap) > SAME

    def chosen(self, branch: str) -> int:
        """0 or 1: the branch asked for, or the one of larger free entropy; 0 where there is one only."""
        if not self.two:
            return 0
        if branch == "equilibrium":
            return int(self.high.free_entropy > self.low.free_entropy)
        return int(branch == "high")


class Measure:
    """Magnetisations at inverse temperature ``beta`` whose sites average to ``sites(q^, r^, Q^)``.

    ``fineness`` divides the steps of the patterns' quadrature.
    """

    def __init__(
        self, beta: float, sites: Callable[[float, float, float], SiteAverages], fineness: float = 1.0
    ) -> None:
        self.beta, self.sites, self.fineness = beta, sites, fineness

    def patterns(self, Q: float, q: float, r: float) -> Patterns:
        return field_patterns(Q, q, r, self.beta, self.fineness)

    def branches(self, alpha: float) -> Branches:
        return Branches(self.low(alpha), self.high(alpha))

    def low(self, alpha: float) -> FieldSaddle:
        """The saddle point of smallest overlap: iteration from the flat measure, Q = 1/3."""
        return self.saddle(alpha, np.array([1.0 / 3.0, 0.0, 0.0]))

    def high(self, alpha: float) -> FieldSaddle:
        """The saddle point of largest overlap: iteration from closer to the teacher than any (1 - Q ~ 6/beta^2)."""
        gap = 0.1 / max(self.beta, 1.0) ** 2
        return self.saddle(alpha, np.array([1.0 - gap, 1.0 - 1.5 * gap, 1.0 - gap]))

    def saddle(self, alpha: float, start: Array) -> FieldSaddle:
        """The saddle point that iteration of (Q, q, r) from ``start`` leads to."""

        def update(x: Array) -> Array:
            return x + LAG * (self._updated(alpha, x) - x)

        found = solve(update, start)
        return self._at(alpha, found) if found.status != FROZEN else FieldSaddle(iterations=found.evaluations)

    def fixed(self, alpha: float, Q: float) -> FieldSaddle:
        """The saddle point reached from overlap 0 at given self-overlap: Q^ follows from E<m^2> = Q."""
        pull = 0.0

        def update(x: Array) -> Array:
            nonlocal pull
            square, cross, *_ = self.patterns(Q, x[0], x[1])
            pull = self._pull(Q, alpha * square, alpha * cross, pull)
            s = self.sites(alpha * square, alpha * cross, pull)
            return np.array([s.replica_overlap, x[1] + LAG[2] * (s.overlap - x[1])])

        found = solve(update, np.zeros(2))
        if found.status == FROZEN:
            return FieldSaddle(self_overlap=Q, iterations=found.evaluations)
        update(found.overlaps)
        return self._at(alpha, found._replace(overlaps=np.array([Q, *found.overlaps])), pull)

    def at_overlap(self, r: float, guess: FieldSaddle | None = None) -> FieldSaddle:
        """The saddle point of overlap r, at the load that has it: on the unstable part between two branches too.

        From a neighbour, if given. FROZEN where no load has it.
        """
        alpha = guess.load if guess is not None else 1.0

        def update(x: Array) -> Array:
            nonlocal alpha
            of = self.patterns(x[0], x[1], r)
            alpha = self._load(r, of, alpha)
            s = self._sites(alpha, of)
            return np.array([s.self_overlap, s.replica_overlap])

        if guess is not None:
            start = np.array([guess.self_overlap, max(guess.replica_overlap, r * r)])
        else:
            start = np.array([(1.0 + 2.0 * r) / 3.0, 0.5 * (r + r * r)])
        found = solve(update, start)
        if found.status == FROZEN:
            return FieldSaddle(overlap=r, iterations=found.evaluations)
        update(found.overlaps)
        return self._at(alpha, found._replace(overlaps=np.array([*found.overlaps, r])))

    def _updated(self, alpha: float, x: Array) -> Array:
        s = self._sites(alpha, self.patterns(x[0], x[1], x[2]))
        return np.array([s.self_overlap, s.replica_overlap, s.overlap])

    def _sites(self, alpha: float, of: Patterns) -> SiteAverages:
        return self.sites(alpha * of.square, alpha * of.cross, alpha * of.self_square)

    def _load(self, r: float, of: Patterns, guess: float) -> float:
        """The alpha at which the sites' overlap is r, NaN if none up to e^10."""

        def excess(log_alpha: float) -> float:
            return self._sites(math.exp(log_alpha), of).overlap - r

        log_guess = math.log(guess)
        return math.exp(_rising_root(excess, log_guess - 0.02, log_guess + 0.02, -20.0, 10.0))

    def _pull(self, Q: float, square: float, cross: float, guess: float) -> float:
        """The Q^ at which E<m^2> = Q; it rises with Q^."""

        def excess(pull: float) -> float:
            return self.sites(square, cross, pull).self_overlap - Q

        return _rising_root(excess, guess - 1.0, guess + 1.0, -1e12, 1e12)

    def _at(self, alpha: float, found: Saddle, pull: float | None = None) -> FieldSaddle:
        Q, q, r = found.overlaps.tolist()
        of = self.patterns(Q, q, r)
        square, cross = alpha * of.square, alpha * of.cross
        pull = alpha * of.self_square if pull is None else pull
        s = self.sites(square, cross, pull)
        residual = max(abs(s.self_overlap - Q), abs(s.replica_overlap - q), abs(s.overlap - r))
        free_entropy = -Q * pull + 0.5 * q * square - r * cross + s.log_mean + alpha * of.log_mean
        stability = alpha * of.slope * s.spread
        status = AT_UNSTABLE if found.status == OK and stability >= 1.0 else found.status
        how = (residual, found.evaluations + 1, stability, status)
        return FieldSaddle(Q, q, r, free_entropy, of.loss, *how, alpha, s)


def _rising_root(function: Callable[[float], float], below: float, above: float, least: float, most: float) -> float:
    """The root of a rising function near [below, above]; NaN if it is not between ``least`` and ``most``."""
    width = above - below
    while function(below) > 0.0:
        below, above, width = below - width, below, 2.0 * width
        if below < least:
            return NAN
    while function(above) < 0.0:
        below, above, width = above, above + width, 2.0 * width
        if above > most:
            return NAN
    return float(brentq(function, below, above, xtol=1e-14, rtol=1e-14))


def task_measure(beta: float, kl: float = 0.0, fineness: float = 1.0) -> Measure:
    """The measure of one task (arXiv:2212.02846): flat in m, or with the entropy kl beta S(m) of each site."""
    rule = legendre(fineness)

    def sites(square: float, cross: float, self_square: float) -> SiteAverages:
        return field_sites(square, cross, self_square, kl * beta, rule, fineness)

    return Measure(beta, sites, fineness)
