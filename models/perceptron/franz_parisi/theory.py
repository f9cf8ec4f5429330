"""Replica-symmetric Franz-Parisi potential, at an overlap or at a field along the reference."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.perceptron.averages import STEP, teacher_patterns
from toysim.models.perceptron.franz_parisi.averages import (
    find_pull,
    reference_patterns,
    reference_sites,
)
from toysim.models.perceptron.rows import stacked
from toysim.models.perceptron.saddle import NAN, Array, Saddle, judged, solve
from toysim.models.perceptron.solver_outputs import BOUNDARY, FROZEN, OK
from toysim.models.perceptron.storage.theory import storage_saddle


class Potential(NamedTuple):
    """A point of the potential: Phi, p, x, psi, the overlaps q and t, diagnostics; NaN where there
    is no saddle.
    """

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
        self.q0, self.q0_conjugate = (own.overlap, own.conjugate) if own else (0.0, 0.0)
        self.has_reference = own is None or own.solver_status == OK

    def patterns(self, q: float, t: float, p: float) -> tuple[float, float, float, float, float]:
        """alpha times: f^2, f f0, d< ln H >/dp, (df/domega)^2, ln H."""
        if self.planted:
            square, along, slope, log_mean, _ = teacher_patterns(q, p, 0.0, self.step)
            cross = 0.0
        else:
            square, cross, along, slope, log_mean, _ = reference_patterns(
                q, t, p, self.q0, self.step
            )
        a = self.alpha
        return a * square, a * cross, a * along, a * slope, a * log_mean

    def at_overlap(self, p: float) -> Potential:
        """Phi(p), from overlaps between those of w = J (p = 1) or w = -J and the exact point p =
        q0.
        """
        if not self.has_reference:
            return Potential(overlap=p)
        if p == 1.0:
            return self.reference_itself(NAN)
        pull = float(np.arctanh(max(p, -1.0 + 1e-15)))
        end = 1.0 if p >= self.q0 else -1.0
        way = (p - self.q0) / (end - self.q0)
        start = self.q0 + np.array([(1.0 - self.q0) * way**1.5, (end - 1.0) * self.q0 * way])

        def update(y: Array) -> Array:
            nonlocal pull
            square, cross, *_ = self.patterns(y[0], y[1], p)
            pull = find_pull(p, pull, cross, square, self.q0_conjugate, self.step)
            _, q, t, *_ = reference_sites(pull, cross, square, self.q0_conjugate, self.step)
            return np.array([q, t])

        found = solve(update, start)
        if found.status == FROZEN:
            return Potential(overlap=p, iterations=found.evaluations)
        q, t = found.overlaps.tolist()
        update(found.overlaps)
        return self._point(q, t, p, pull, found)

    def at_field(self, x: float) -> Potential:
        """The maximum of Phi(p) + x p: the saddle point reached from p = q0, or the reference
        itself if larger.
        """
        if not self.has_reference:
            return Potential(coupling=x)

        def update(y: Array) -> Array:
            square, cross, along, *_ = self.patterns(y[0], y[1], y[2])
            p, q, t, *_ = reference_sites(x + along, cross, square, self.q0_conjugate, self.step)
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

    def _point(self, q: float, t: float, p: float, pull: float, found: Saddle) -> Potential:
        square, cross, along, slope, log_mean = self.patterns(q, t, p)
        *_, entropy, spread = reference_sites(pull, cross, square, self.q0_conjugate, self.step)
        potential = -0.5 * square * (1.0 - q) - p * pull + t * cross + entropy + log_mean
        x, stability = pull - along, slope * spread
        how = (found.residual, found.evaluations, stability, judged(found, stability, potential))
        t = NAN if self.planted else t
        return Potential(potential, p, x, potential + x * p, q, t, *how)


def predict(batch: Batch) -> Rows:
    """The point of every row; valid where solutions are there: a saddle point, stable, and no
    negative potential.

    Where the potential is negative its values stay: the solutions closest to the reference are
    where it crosses 0.
    """
    columns = (
        batch[name].tolist() for name in ("reference", "alpha", "given", "target_overlap", "field")
    )
    points = []
    for reference, alpha, given, p, x in zip(*columns, strict=True):
        landscape = Landscape(reference, alpha)
        points.append(landscape.at_overlap(p) if given == "overlap" else landscape.at_field(x))
    rows = stacked([point._asdict() for point in points])
    status = rows["solver_status"]
    return {
        **rows,
        "distance": 0.5 * (1.0 - rows["overlap"]),
        "valid": (status == OK) | (status == BOUNDARY),
    }
