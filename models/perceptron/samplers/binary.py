"""Binary weights of one instance by either sampler: what the models with binary weights read off.

The measure is exp[ x k.w - beta violated(w) ] with a reference configuration k; in place of the
field x the overlap k.<w>/N may be given that it is to make.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from toysim.models.perceptron.samplers.enumeration import gibbs, violations
from toysim.models.perceptron.samplers.instances import Signs
from toysim.models.perceptron.samplers.message_passing import Marginals, marginals, problem
from toysim.outcomes import Status

Array = npt.NDArray[np.float64]

OK, NOT_CONVERGED, NO_SOLUTION = Status.OK, Status.NOT_CONVERGED, Status.NO_SOLUTION
MANY = 1000  # iterations; some 20 to 100 are the rule away from transitions
LARGEST_FIELD = 20.0  # a flip costs e^-40


@dataclass(frozen=True)
class Measure:
    """Labelled patterns (N, P), the reference k (N,), its field or overlap, margin and beta."""

    patterns: Signs
    reference: Signs
    coupling: float = 0.0
    overlap: float = math.nan
    margin: float = 0.0
    beta: float = math.inf


@dataclass(frozen=True)
class Sampled:
    """<w> (N,), ln Z / N, violated patterns per weight, the field x and the outcome, a Status.

    An instance without solutions has ln Z = -inf: averages are over those with solutions. One that
    has not the overlap asked for in any field counts as not converged.
    """

    magnetisation: Array
    free_entropy: float
    violated: float
    coupling: float
    status: int

    def overlap_with(self, w: Signs | Array) -> float:
        return float(w @ self.magnetisation) / len(w)

    @property
    def self_overlap(self) -> float:
        return self.overlap_with(self.magnetisation)


def passed(measure: Measure, n_iterations: int = MANY, start: Array | None = None) -> Sampled:
    """By message passing, from no magnetisation unless a start is given."""
    n, n_patterns = measure.patterns.shape
    found: Marginals = marginals(
        problem(measure.patterns, measure.reference, measure.margin, measure.beta),
        np.zeros(n) if start is None else start,
        measure.coupling,
        measure.overlap,
        n_iterations,
    )
    status = OK if found.converged else NOT_CONVERGED
    return Sampled(
        found.magnetisation,
        found.free_entropy,
        found.violated * n_patterns / n,
        found.coupling,
        status,
    )


def heavier(measure: Measure, teacher: Array | Signs, n_iterations: int = MANY) -> Sampled:
    """The fixed point of larger free entropy, of those reached from no magnetisation and from the
    teacher: between the loads 1.245 and 1.493 message passing alone does not find the teacher.
    """
    low = passed(measure, n_iterations)
    if not measure.patterns.size:  # without patterns there is one
        return low
    high = passed(measure, n_iterations, start=np.asarray(teacher, float))
    return high if high.free_entropy > low.free_entropy else low


def enumerated(measure: Measure) -> Sampled:
    """Exactly, over all 2^N configurations."""
    counts = violations(measure.patterns, measure.margin)
    reference = measure.reference.astype(float)
    coupling = measure.coupling
    if not math.isnan(measure.overlap):
        coupling = coupling_for(
            measure.overlap,
            lambda x: (
                float(reference @ gibbs(counts, measure.beta, x * reference).magnetisation)
                / len(reference)
            ),
        )
    found = gibbs(counts, measure.beta, coupling * reference)
    status = OK if math.isfinite(found.free_entropy) else NOT_CONVERGED
    if found.free_entropy == -math.inf:
        status = NO_SOLUTION
    return Sampled(
        found.magnetisation, found.free_entropy, found.violated / len(reference), coupling, status
    )


def solved(measure: Measure, sampler: str) -> Sampled:
    """By the sampler of that name."""
    return enumerated(measure) if sampler == "enumeration" else passed(measure)


def coupling_for(overlap: float, overlap_at: Callable[[float], float]) -> float:
    """The field x at which ``overlap_at``, increasing, is ``overlap``; NaN if out of reach."""
    if not overlap_at(-LARGEST_FIELD) < overlap < overlap_at(LARGEST_FIELD):
        return math.nan
    from scipy.optimize import brentq  # 0.2 s to import, and seldom needed

    return float(
        brentq(lambda x: overlap_at(x) - overlap, -LARGEST_FIELD, LARGEST_FIELD, xtol=1e-13)
    )
