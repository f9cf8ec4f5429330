"""Replica-symmetric Franz-Parisi potential (arXiv:1408.1784, derived), at an overlap or a field."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.franz_parisi.saddles import (
    Potential,
    Reference,
    at_field,
    at_overlap,
)
from toysim.models.perceptron.given import drawn
from toysim.models.perceptron.replica.averages import STEP
from toysim.models.perceptron.replica.saddle import NAN
from toysim.models.perceptron.replica.solver_outputs import (
    BOUNDARY,
    ELSEWHERE,
    FROZEN,
    MAX_ITER,
    OK,
)
from toysim.models.perceptron.storage.theory import storage_saddle

GIVEN = ("reference", "alpha", "given", "target_overlap", "field")
SAME = 1e-6  # an overlap closer to 1 is that of the reference itself


class Landscape:
    """The potential around one reference at one load; ``step`` is that of the quadrature.

    Beyond capacity there is no typical solution of random labels to be a reference, and no
    potential.
    """

    def __init__(self, reference: str, alpha: float, step: float = STEP) -> None:
        planted, self.step = reference == "planted", step
        own = None if planted else storage_saddle(alpha, step=step)
        q0, q0_hat = (own.overlap, own.q_hat) if own else (0.0, 0.0)
        self.reference = Reference(float(alpha), planted, q0, q0_hat)
        self.has_reference = own is None or own.solver_status == OK

    def at_overlap(self, p: float) -> Potential:
        """Phi(p), from overlaps between the exact point p = q0 and w = J (p = 1) or w = -J."""
        if not self.has_reference:
            return _nowhere(overlap=p)
        if p == 1.0:
            return self.reference_itself(NAN)
        q0 = self.reference.q0
        end = 1.0 if p >= q0 else -1.0
        way = (p - q0) / (end - q0)
        start = q0 + np.array([(1.0 - q0) * way**1.5, (end - 1.0) * q0 * way])
        return at_overlap(float(p), start, self.reference, self.step)

    def at_field(self, x: float) -> Potential:
        """The maximum of Phi(p) + x p: what p = q0 leads to, or the reference itself if larger.

        Only a point that was found, or a search that ended at the reference, may lose to it.
        """
        if not self.has_reference:
            return _nowhere(coupling=x)
        point, last = at_field(float(x), self.reference, self.step)
        if point.solver_status == MAX_ITER or point.legendre >= x:
            return point._replace(coupling=x)
        if np.isnan(point.legendre) and not last > 1.0 - SAME:
            return point._replace(coupling=x, solver_status=ELSEWHERE)
        return self.reference_itself(x)

    def reference_itself(self, x: float) -> Potential:
        """w = J: overlap 1, potential 0."""
        t = NAN if self.reference.planted else self.reference.q0
        return Potential(0.0, 1.0, x, x, 1.0, t, NAN, NAN, NAN, 0.0, 0, 0.0, BOUNDARY)


def _nowhere(overlap: float = NAN, coupling: float = NAN) -> Potential:
    none = (NAN, NAN, NAN, NAN, NAN, NAN, NAN)
    return Potential(NAN, overlap, coupling, *none, 0, NAN, FROZEN)


def predict(batch: Batch) -> Rows:
    """The point of every row; valid at a stable saddle point without a negative potential.

    Where the potential is negative its values stay: the solutions closest to the reference are
    where it crosses 0. Given patterns are not valid.
    """
    given = zip(*(batch[name].tolist() for name in GIVEN), strict=True)
    rows = stacked([_point(*row)._asdict() for row in given])
    status = rows["solver_status"].astype(np.int8)
    return rows | {
        "solver_status": status,
        "distance": 0.5 * (1.0 - rows["overlap"]),
        "valid": ((status == OK) | (status == BOUNDARY)) & drawn(batch, "patterns"),
    }


def _point(reference: str, alpha: float, given: str, overlap: float, field: float) -> Potential:
    landscape = Landscape(reference, alpha)
    return landscape.at_field(field) if given == "field" else landscape.at_overlap(overlap)
