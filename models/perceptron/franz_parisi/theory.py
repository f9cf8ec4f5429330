"""Replica-symmetric Franz-Parisi potential (arXiv:1408.1784, derived), at an overlap or a field."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.franz_parisi.averages import (
    find_p_hat,
    reference_patterns,
    reference_sites,
)
from toysim.models.perceptron.franz_parisi.parameters import FranzParisiParameters
from toysim.models.perceptron.replica.averages import STEP, teacher_patterns
from toysim.models.perceptron.replica.saddle import NAN, Array, Saddle, judged, solve
from toysim.models.perceptron.replica.solver_outputs import BOUNDARY, FROZEN, OK
from toysim.models.perceptron.storage.theory import storage_saddle


class Potential(NamedTuple):
    """A point of the potential: Phi, p, x, psi, q, t, diagnostics; NaN where there is no saddle."""

    potential: float = NAN
    overlap: float = NAN
    coupling: float = NAN
    legendre: float = NAN
    self_overlap: float = NAN
    cross_overlap: float = NAN
    residual: float = NAN
    iterations: int = 0
    stability: float = NAN
    solver_status: int = FROZEN


class Landscape:
    """The potential around one reference at one load; ``step`` is that of the quadrature.

    The planted reference takes no second solution into account: its sites are those of q0^ = t^ =
    0. Beyond capacity there is no typical solution of random labels to be a reference, and no
    potential.
    """

    def __init__(self, reference: str, alpha: float, step: float = STEP) -> None:
        self.planted, self.alpha, self.step = reference == "planted", alpha, step
        own = None if self.planted else storage_saddle(alpha, step=step)
        self.q0, self.q0_hat = (own.overlap, own.q_hat) if own else (0.0, 0.0)
        self.has_reference = own is None or own.solver_status == OK

    def patterns(self, q: float, t: float, p: float) -> tuple[float, float, float, float, float]:
        """q^, t^, the patterns' part of dPhi/dp, and alpha times (df/domega)^2 and ln H."""
        if self.planted:
            q_hat, by_p, slope, log_mean, _ = teacher_patterns(q, p, 0.0, self.step)
            t_hat = 0.0
        else:
            q_hat, t_hat, by_p, slope, log_mean, _ = reference_patterns(q, t, p, self.q0, self.step)
        a = self.alpha
        return a * q_hat, a * t_hat, a * by_p, a * slope, a * log_mean

    def at_overlap(self, p: float) -> Potential:
        """Phi(p), from overlaps between the exact point p = q0 and w = J (p = 1) or w = -J."""
        if not self.has_reference:
            return Potential(overlap=p)
        if p == 1.0:
            return self.reference_itself(NAN)
        p_hat = float(np.arctanh(max(p, -1.0 + 1e-15)))
        end = 1.0 if p >= self.q0 else -1.0
        way = (p - self.q0) / (end - self.q0)
        start = self.q0 + np.array([(1.0 - self.q0) * way**1.5, (end - 1.0) * self.q0 * way])

        def update(y: Array) -> Array:
            nonlocal p_hat
            q_hat, t_hat, *_ = self.patterns(y[0], y[1], p)
            p_hat = find_p_hat(p, p_hat, t_hat, q_hat, self.q0_hat, self.step)
            _, q, t, *_ = reference_sites(p_hat, t_hat, q_hat, self.q0_hat, self.step)
            return np.array([q, t])

        found = solve(update, start)
        if found.status == FROZEN:
            return Potential(overlap=p, iterations=found.evaluations)
        q, t = found.overlaps.tolist()
        update(found.overlaps)
        return self._point(q, t, p, p_hat, found)

    def at_field(self, x: float) -> Potential:
        """The maximum of Phi(p) + x p: what p = q0 leads to, or the reference itself if larger."""
        if not self.has_reference:
            return Potential(coupling=x)

        def update(y: Array) -> Array:
            q_hat, t_hat, by_p, *_ = self.patterns(y[0], y[1], y[2])
            p, q, t, *_ = reference_sites(x + by_p, t_hat, q_hat, self.q0_hat, self.step)
            return np.array([q, t, p])

        found = solve(update, np.full(3, self.q0))
        q, t, p = found.overlaps.tolist()
        point = (
            Potential()
            if found.status == FROZEN
            else self._point(q, t, p, x + self.patterns(q, t, p)[2], found)
        )
        return point if point.legendre >= x else self.reference_itself(x)

    def reference_itself(self, x: float) -> Potential:
        """w = J: overlap 1, potential 0."""
        return Potential(
            0.0, 1.0, x, x, 1.0, NAN if self.planted else self.q0, 0.0, 0, 0.0, BOUNDARY
        )

    def _point(self, q: float, t: float, p: float, p_hat: float, found: Saddle) -> Potential:
        q_hat, t_hat, by_p, slope, log_mean = self.patterns(q, t, p)
        *_, entropy, spread = reference_sites(p_hat, t_hat, q_hat, self.q0_hat, self.step)
        potential = -0.5 * q_hat * (1.0 - q) - p * p_hat + t * t_hat + entropy + log_mean
        x, stability = p_hat - by_p, slope * spread
        how = (found.residual, found.evaluations, stability, judged(found, stability, potential))
        t = NAN if self.planted else t
        return Potential(potential, p, x, potential + x * p, q, t, *how)


def predict(batch: Batch) -> Rows:
    """The point of every row; valid at a stable saddle point without a negative potential.

    Where the potential is negative its values stay: the solutions closest to the reference are
    where it crosses 0.
    """
    rows = stacked([_point_of(row.p)._asdict() for row in batch.rows()])
    status = rows["solver_status"]
    return rows | {
        "distance": 0.5 * (1.0 - rows["overlap"]),
        "valid": (status == OK) | (status == BOUNDARY),
    }


def _point_of(p: FranzParisiParameters) -> Potential:
    landscape = Landscape(p.reference, p.alpha)
    return (
        landscape.at_field(p.field)
        if p.given == "field"
        else landscape.at_overlap(p.target_overlap)
    )
