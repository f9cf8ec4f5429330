"""Averages over one magnetisation of task 2, in the field of the one that learned task 1.

    h = sqrt(q^) z + r^ B + kappa atanh m'

m' from the first task's site measure, P(B = +-1) = (1 +- r0)/2 (after arXiv:2212.02846, derived).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.perceptron.field_space.sites import (
    FARTHEST,
    OUTER_STEP,
    Rule,
    magnetisation_nodes,
    site,
    turning_nodes,
)
from toysim.numerics.gaussian import density

Array = npt.NDArray[np.float64]

# Two thirds of these steps move no order parameter or free entropy by 1e-8.
REFERENCE_STEP = 0.08
SHARPEST = 0.6  # of the width 1/sqrt(kappa) that m' may have there
WIDE_STEP = 0.75  # of z, where the turn at h = 0 is beyond reach
WIDE_REACH = 8.25
DEEPEST = 18.5  # atanh m' up to which the reference is followed: 1 - m' = 2e-16
NEGLIGIBLE = 1e-18  # weight of a reference that is left out


class Reference(NamedTuple):
    """Of task 1, with a teacher's sign 1: atanh m', m' and weights of sum 1, each (n,)."""

    field: Array
    m: Array
    weight: Array


class CoupledSites(NamedTuple):
    """Over z, B and m': as ``field_space.sites.Sites`` with teacher 2, then teacher 1 and m'.

    ``log_mean`` holds E [kappa/2 ln((1 - m'^2)/4) + Lam(h)].
    """

    self_overlap: float
    overlap: float
    sign_overlap: float
    width: float
    scatter: float
    spread: float
    log_mean: float
    overlap_1: float
    sign_overlap_1: float
    cross_overlap: float


@kernel
def reference_density(
    q_hat: float,
    r_hat: float,
    Q_hat: float,
    kappa: float,
    rule: Rule,
    fineness: float,
) -> tuple[Any, Any, Any]:
    """Nodes atanh m', m' and weights of the site measure at the first task's conjugates.

    P(m') = int Dz exp[(Q^ - q^/2) m'^2 + (sqrt(q^) z + r^) m' + kappa S(m')] / norm(z); trapezoid
    in v with atanh m' = 3 sinh(v/3), as the measure may gather at m' = 1 on any scale.
    """
    step = min(REFERENCE_STEP, SHARPEST / math.sqrt(max(kappa, 1.0))) / fineness
    n = math.ceil(3.0 * math.asinh(DEEPEST / 3.0) / step)
    field, m, weight = np.empty(2 * n + 1), np.empty(2 * n + 1), np.zeros(2 * n + 1)
    curvature, width = Q_hat - 0.5 * q_hat, math.sqrt(max(q_hat, 0.0))
    nodes = magnetisation_nodes(curvature, kappa, abs(r_hat) + 3.0 * width, rule)
    centre, scale = -r_hat / max(width, 1e-100), 1.0 / max(1.0, width)
    if abs(centre) > FARTHEST:
        centre, scale = 0.0, 1.0
    y, outer = turning_nodes(scale, OUTER_STEP / fineness)
    own, slope = np.empty(2 * n + 1), np.empty(2 * n + 1)
    for j in range(2 * n + 1):
        v = step * (j - n)
        field[j] = 3.0 * math.sinh(v / 3.0)
        m[j] = math.tanh(field[j])
        log_cosh = abs(field[j]) + math.log1p(math.exp(-2.0 * abs(field[j]))) - math.log(2.0)
        own[j] = curvature * m[j] * m[j] + kappa * (math.log(2.0) + log_cosh - field[j] * m[j])
        slope[j] = step * math.cosh(v / 3.0) * math.exp(-2.0 * log_cosh)
    for i in range(len(y)):
        h = r_hat + width * (centre + y[i])
        share = outer[i] * density(centre + y[i])
        if share < NEGLIGIBLE:
            continue
        log_norm = site(h, nodes)[0]
        for j in range(2 * n + 1):
            weight[j] += share * slope[j] * math.exp(own[j] + h * m[j] - log_norm)
    return field, m, weight


@kernel
def coupled_sites(
    q_hat: float,
    r_hat: float,
    Q_hat: float,
    kappa: float,
    task_overlap: float,
    reference: Reference,
    rule: Rule,
    fineness: float,
) -> CoupledSites:
    """The averages at conjugates q^, r^ and Q^ of the second task; ``rule``: see ``legendre``.

        E g = sum_j w_j sum_B P(B) int Dz g(h),   h = sqrt(q^) z + r^ B + kappa atanh m'_j

    Three sums stand inside one another: over the nodes m'_j of the reference (weights w_j), over
    the relative sign B of the teachers, and over z. The inner integrals over m, by ``site``, depend
    on h alone, and as a function of h they turn at h = 0. So z is taken at nodes displaced by fixed
    y from where h = 0: given m'_j and B these are the same fields sqrt(q^) y for all, and ``turn``
    holds their integrals, done once. Where the turn is beyond reach of the Gaussian the field is
    averaged over evenly, and the inner integral done there. Sums run over what is lacking, 1 - B
    <m>, so that magnetisations close to 1 keep their digits; averages follow from them at the end.
    """
    if not math.isfinite(q_hat + r_hat + Q_hat):
        nan = np.nan
        return CoupledSites(nan, nan, nan, nan, nan, nan, nan, nan, nan, nan)
    deviation = math.sqrt(max(q_hat, 0.0))
    curvature = Q_hat - 0.5 * q_hat
    field = abs(r_hat) + 3.0 * (deviation + kappa)
    nodes = magnetisation_nodes(curvature, kappa, field, rule)
    y, outer = turning_nodes(1.0 / max(1.0, deviation), OUTER_STEP / fineness)
    turn = np.empty((len(y), 4))
    for k in range(len(y)):
        turn[k] = site(deviation * y[k], nodes)
    step = WIDE_STEP / fineness
    n_wide = math.ceil(WIDE_REACH / step)
    missing = missing_squared = sign_missing = width = spread = log_mean = 0.0
    overlap_1 = sign_overlap_1 = cross_overlap = 0.0
    for j in range(len(reference.m)):
        if reference.weight[j] < NEGLIGIBLE:
            continue
        size = abs(reference.field[j])
        log_mean -= reference.weight[j] * kappa * (size + math.log1p(math.exp(-2.0 * size)))
        for side in range(2):
            B = 1.0 - 2.0 * side
            of_reference = 0.5 * (1.0 + B * task_overlap) * reference.weight[j]
            if of_reference == 0.0:
                continue
            mean = kappa * reference.field[j] + B * r_hat
            centre = -mean / max(deviation, 1e-100)
            near = abs(centre) <= FARTHEST
            for k in range(len(y) if near else 2 * n_wide + 1):
                z = centre + y[k] if near else step * (k - n_wide)
                share = of_reference * density(z) * (outer[k] if near else step)
                if share < NEGLIGIBLE:
                    continue
                h = mean + deviation * z
                if near:
                    log_norm, gap, variance, sign_gap = turn[k]
                else:
                    log_norm, gap, variance, sign_gap = site(h, nodes)
                towards = 1.0 if h * B >= 0.0 else -1.0  # of teacher 2
                lacks = gap if towards > 0.0 else 2.0 - gap  # 1 - B <m>
                missing += share * lacks
                missing_squared += share * lacks * lacks
                sign_lacks = sign_gap if towards > 0.0 else 2.0 - sign_gap
                sign_missing += share * sign_lacks
                width += share * variance
                spread += share * variance * variance
                log_mean += share * log_norm
                overlap_1 += share * B * (1.0 - lacks)
                sign_overlap_1 += share * B * (1.0 - sign_lacks)
                cross_overlap += share * reference.m[j] * B * (1.0 - lacks)
    overlap, scatter = 1.0 - missing, missing_squared - missing * missing
    return CoupledSites(
        overlap * overlap + scatter + width,
        overlap,
        1.0 - sign_missing,
        width,
        scatter,
        spread,
        log_mean,
        overlap_1,
        sign_overlap_1,
        cross_overlap,
    )
