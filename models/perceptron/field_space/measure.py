"""Saddle points of a measure on magnetisations: patterns learned, and any random site field.

Equations as in ``field_space`` (arXiv:2212.02846, derived).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from toysim.models.perceptron.field_space.magnetisation import legendre
from toysim.models.perceptron.field_space.patterns import Patterns, field_patterns
from toysim.models.perceptron.field_space.sites import NO_REFERENCE, Reference, Sites, sites
from toysim.models.perceptron.replica.saddle import CEILING, NAN, Array, Saddle, solve
from toysim.models.perceptron.replica.solver_outputs import AT_UNSTABLE, FROZEN, MAX_ITER, OK

# The overlap with the teacher moves at a quarter of the others' speed: at full speed it outruns
# them, and iteration from overlap 0 jumps past the low branch where that is about to end (seen at
# beta = 20 from alpha = 1.7).
LAG = 0.25
SAME = 1e-6  # saddle points that differ by less are one


class Overlaps(NamedTuple):
    """Q, r, Q - q and q - r^2: the differences keep their digits close to the teacher.

    The solver sees Q, the cosine r/sqrt(Q) and the share (q - r^2)/(Q - r^2): any numbers below 1
    are overlaps.
    """

    Q: float
    r: float
    width: float
    scatter: float

    @classmethod
    def of(cls, Q: float, cosine: float, share: float) -> Overlaps:
        between = Q * (1.0 - cosine) * (1.0 + cosine)  # Q - r^2
        return cls(Q, cosine * math.sqrt(Q), (1.0 - share) * between, share * between)

    @property
    def q(self) -> float:
        return self.r * self.r + self.scatter


def solver_variables(s: Sites) -> Array:
    """Q, r/sqrt(Q) and (q - r^2)/(Q - r^2) of the sites."""
    return np.array(
        [s.self_overlap, s.overlap / math.sqrt(s.self_overlap), s.scatter / (s.scatter + s.width)]
    )


class FieldSaddle(NamedTuple):
    """Order parameters Q, q, r of a saddle point and what follows; NaN if there is none."""

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
    conjugates: tuple[float, float, float] = (NAN, NAN, NAN)  # q^, r^, Q^
    sites: Sites | None = None

    @property
    def share(self) -> float:
        """(q - r^2)/(Q - r^2)."""
        assert self.sites is not None
        return self.sites.scatter / (self.sites.scatter + self.sites.width)

    @property
    def coordinates(self) -> Array:
        """Unbounded ones (3,), smooth along the branches.

        Logits of (Q - r^2)/(1 - r^2) and of ``share``, and ln of the load.
        """
        from scipy.special import logit  # 0.1 s to import, and seldom needed

        Q_share = (self.self_overlap - self.overlap**2) / (1.0 - self.overlap**2)
        return np.array([logit(Q_share), logit(self.share), math.log(self.load)])

    def continued(self, measure: Measure, alpha: float) -> FieldSaddle:
        """The saddle point of the same branch at a load nearby."""
        start = np.array(
            [self.self_overlap, self.overlap / math.sqrt(self.self_overlap), self.share]
        )
        return measure.saddle(alpha, start, LAG)


class Branches(NamedTuple):
    """The saddle points reached from overlap 0 and from the teacher."""

    low: FieldSaddle
    high: FieldSaddle

    @property
    def present(self) -> tuple[bool, bool]:
        """Which exist; one that both starts lead to is the low one.

        At low temperatures either may freeze, Q = 1; a search that did not converge found none.
        """
        low, high = (bool(np.isfinite(at.overlap)) and at.solver_status != MAX_ITER for at in self)
        return low, high and not abs(self.low.overlap - self.high.overlap) <= SAME

    @property
    def two(self) -> bool:
        return all(self.present)

    def chosen(self, branch: str) -> int:
        """0 or 1: the branch asked for, or that of larger free entropy; 0 if both starts meet."""
        low, high = self.present
        if branch == "equilibrium":
            return int(high and not (low and self.low.free_entropy >= self.high.free_entropy))
        return int(branch == "high" and high)

    def shown(self, branch: str) -> FieldSaddle:
        """The saddle point asked for; no equilibrium where a search did not converge: that branch
        might win.
        """
        saddle = self[self.chosen(branch)]
        lost = branch == "equilibrium" and any(at.solver_status == MAX_ITER for at in self)
        return saddle._replace(solver_status=MAX_ITER) if lost else saddle


class Measure:
    """Magnetisations at inverse temperature ``beta`` whose sites average to ``sites(q^, r^, Q^)``.

    ``fineness`` divides the steps of the patterns' quadrature.
    """

    def __init__(
        self,
        beta: float,
        sites: Callable[[float, float, float], Sites],
        fineness: float = 1.0,
    ) -> None:
        self.beta, self.sites, self.fineness = beta, sites, fineness

    def patterns(self, at: Overlaps) -> Patterns:
        return field_patterns(*at, self.beta, self.fineness)

    def branches(self, alpha: float) -> Branches:
        return Branches(self.low(alpha), self.high(alpha))

    def low(self, alpha: float) -> FieldSaddle:
        """The saddle point of smallest overlap: iteration from the flat measure, Q = 1/3."""
        return self.saddle(alpha, np.array([1.0 / 3.0, 0.0, 0.0]), LAG)

    def high(self, alpha: float) -> FieldSaddle:
        """The saddle point of largest overlap: iteration from closer to the teacher than any.

        At a saddle point 1 - Q ~ 6/beta^2.
        """
        gap = 0.1 / max(self.beta, 1.0) ** 2
        return self.saddle(alpha, np.array([1.0 - gap, 1.0 - 0.5 * gap, 0.5]), 1.0)

    def saddle(self, alpha: float, start: Array, lag: float) -> FieldSaddle:
        """The saddle point that ``start`` (3,) leads to: Q, r/sqrt(Q), (q - r^2)/(Q - r^2)."""

        def update(x: Array) -> Array:
            new = solver_variables(self._sites(alpha, self.patterns(Overlaps.of(*x))))
            new[1] = x[1] + lag * (new[1] - x[1])
            return new

        found = solve(update, start)
        if not np.isfinite(found.overlaps[0]):
            return FieldSaddle(iterations=found.evaluations, solver_status=found.status)
        return self._at(alpha, Overlaps.of(*found.overlaps.tolist()), found)

    def fixed_branches(self, alpha: float, Q: float) -> Branches:
        """Both at given self-overlap: iteration from overlap 0, and from closer to the teacher's
        direction than any.
        """
        towards = np.array([1.0 - max(0.05 * (1.0 - Q) ** 2, 10.0 * CEILING), 0.5])
        return Branches(self.fixed(alpha, Q, np.zeros(2), LAG), self.fixed(alpha, Q, towards, 1.0))

    def fixed(self, alpha: float, Q: float, start: Array, lag: float) -> FieldSaddle:
        """The saddle point at given self-overlap that ``start`` (2,), r/sqrt(Q) and (q - r^2)/(Q -
        r^2), leads to: E<m^2> = Q sets Q^.
        """
        # What a flat measure without a field needs as Q -> 0, at 1/3, and as Q -> 1.
        Q_hat = 1.0 / (1.0 - Q) - 0.5 / Q

        def update(x: Array) -> Array:
            nonlocal Q_hat
            of = self.patterns(Overlaps.of(Q, *x))
            Q_hat = self._self_conjugate(Q, alpha * of.q_hat, alpha * of.r_hat, Q_hat)
            new = solver_variables(self.sites(alpha * of.q_hat, alpha * of.r_hat, Q_hat))[1:]
            new[0] = x[0] + lag * (new[0] - x[0])
            return new

        found = solve(update, start)
        if not np.isfinite(found.overlaps[0]):  # at the teacher's direction nothing is settled
            return FieldSaddle(Q, iterations=found.evaluations, solver_status=MAX_ITER)
        update(found.overlaps)
        return self._at(alpha, Overlaps.of(Q, *found.overlaps.tolist()), found, Q_hat)

    def at_overlap(self, r: float, start: Array) -> FieldSaddle:
        """The saddle point of overlap r, unstable ones too, at the load that has it.

        By Newton's method from the ``coordinates`` (3,) of a neighbour. FROZEN where that fails.
        """
        from scipy.optimize import root  # 0.2 s to import, and seldom needed
        from scipy.special import expit

        def unpacked(y: Array) -> tuple[Overlaps, float]:
            Q_share, share = expit(np.clip(y[:2], -30.0, 30.0))
            between = float(Q_share) * (1.0 - r) * (1.0 + r)  # Q - r^2
            at = Overlaps(
                r * r + between, r, (1.0 - float(share)) * between, float(share) * between
            )
            return at, math.exp(min(y[2], 10.0))

        def excess(y: Array) -> Array:
            at, alpha = unpacked(y)
            s = self._sites(alpha, self.patterns(at))
            between = max(s.scatter + s.width, 1e-300)
            return np.array(
                [
                    math.log(between / (at.scatter + at.width)),
                    s.scatter / between - at.scatter / (at.scatter + at.width),
                    s.overlap - r,
                ]
            )

        found = root(excess, start, tol=1e-13)
        error = float(np.max(np.abs(found.fun)))
        if not error < 1e-8:
            return FieldSaddle(overlap=r, iterations=found.nfev)
        at, alpha = unpacked(found.x)
        return self._at(alpha, at, Saddle(found.x, error, found.nfev, OK))

    def _sites(self, alpha: float, of: Patterns) -> Sites:
        return self.sites(alpha * of.q_hat, alpha * of.r_hat, alpha * of.Q_hat)

    def _self_conjugate(self, Q: float, q_hat: float, r_hat: float, guess: float) -> float:
        """The Q^ at which E<m^2> = Q, from a guess; E<m^2> rises with it. NaN where it is lost."""
        from scipy.optimize import brentq  # 0.2 s to import, and seldom needed

        def excess(Q_hat: float) -> float:
            return self.sites(q_hat, r_hat, Q_hat).self_overlap - Q

        reach = max(1.0, 0.01 * abs(guess))
        below, above, reach = guess - reach, guess + reach, 2.0 * reach
        while excess(below) > 0.0:
            below, above, reach = below - reach, below, 2.0 * reach
        while excess(above) < 0.0:
            below, above, reach = above, above + reach, 2.0 * reach
        if not (excess(below) <= 0.0 <= excess(above)):
            return NAN
        return float(brentq(excess, below, above, xtol=1e-14, rtol=1e-14))

    def _at(
        self, alpha: float, at: Overlaps, found: Saddle, Q_hat: float | None = None
    ) -> FieldSaddle:
        of = self.patterns(at)
        q_hat, r_hat = alpha * of.q_hat, alpha * of.r_hat
        Q_hat = alpha * of.Q_hat if Q_hat is None else Q_hat
        s = self.sites(q_hat, r_hat, Q_hat)
        residual = max(
            abs(s.self_overlap - at.Q), abs(s.overlap**2 + s.scatter - at.q), abs(s.overlap - at.r)
        )
        free_entropy = (
            -at.Q * Q_hat + 0.5 * at.q * q_hat - at.r * r_hat + s.log_mean + alpha * of.log_mean
        )
        stability = alpha * of.slope * s.spread
        status = AT_UNSTABLE if found.status == OK and stability >= 1.0 else found.status
        how = (residual, found.evaluations + 1, stability, status)
        loss = of.loss if alpha > 0.0 else NAN
        return FieldSaddle(
            at.Q, at.q, at.r, free_entropy, loss, *how, alpha, (q_hat, r_hat, Q_hat), s
        )


def measure_of(
    beta: float, kappa: float, reference: Reference, task_overlap: float, fineness: float = 1.0
) -> Measure:
    """The measure of one task, its sites under kappa times the entropy relative to a reference."""
    rule = legendre(fineness)

    def averages(q_hat: float, r_hat: float, Q_hat: float) -> Sites:
        return sites(q_hat, r_hat, Q_hat, kappa, task_overlap, reference, rule, fineness)

    return Measure(beta, averages, fineness)


def task_measure(beta: float, kl: float = 0.0, fineness: float = 1.0) -> Measure:
    """The measure of one task: flat in m, or with the entropy kl beta S(m) of each site."""
    return measure_of(beta, kl * beta, NO_REFERENCE, 1.0, fineness)
