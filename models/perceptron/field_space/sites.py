"""Averages over the random field of a magnetisation (after arXiv:2212.02846, derived).

    h = sqrt(q^) z + r^ B + kappa atanh m'

B is the teacher's sign relative to that of another task, P(B = +-1) = (1 +- r0)/2, and m' a
magnetisation that learned it; with one task there is neither: B = 1, m' = 0.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.perceptron.field_space.magnetisation import Rule, magnetisation_nodes, site
from toysim.numerics.elementary import density

Array = npt.NDArray[np.float64]

OUTER_STEP = 0.25  # two thirds of it move no order parameter or free entropy by 1e-8
REACH = 9.0  # G(9) = 1e-18
FARTHEST = 6.0  # a turn of the magnetisation farther out than this weighs less than 1e-9
BULK = 1.5  # the Gaussian's own scale
WIDE_STEP = 0.75  # of z, where the turn at h = 0 is beyond reach and a reference smooths
WIDE_REACH = 8.25
NEGLIGIBLE = 1e-18  # weight of a field that is left out


class Reference(NamedTuple):
    """Magnetisations of another task, with its teacher's sign 1: atanh m', m', weights of sum 1,
    and ln((1 - m'^2)/4)/2, each (n,).
    """

    field: Array
    m: Array
    weight: Array
    log_room: Array


# The last is 0 here: the entropy of a site itself, not its divergence from m' = 0.
NO_REFERENCE = Reference(np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1))


class Sites(NamedTuple):
    """Averages over h; ``width`` is over replicas, ``scatter`` over fields.

    Q = E<m^2>, r = E B<m>, p = E B<sign m>, width = E[<m^2>-<m>^2] = Q - q, scatter = q - r^2,
    spread = E(<m^2>-<m>^2)^2 and log_mean = E [kappa/2 ln((1 - m'^2)/4) + ln int dm]; of the other
    task E<m>, E<sign m> and E m'<m>.
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
def turning_nodes(scale: float, step: float) -> tuple[Any, Any]:
    """Displacements y (2n + 1,) and weights of int Dz g(z), g turning within ``scale`` of y = 0.

    z = centre + y, trapezoid in u = asinh(y/scale) + y/BULK: nodes are dense where g or the
    Gaussian asks for it, and do not depend on the centre, up to FARTHEST. Weights lack the density
    at z.
    """
    last = REACH + FARTHEST
    n = math.ceil((math.asinh(last / scale) + last / BULK) / step)
    y, weight = np.zeros(2 * n + 1), np.empty(2 * n + 1)
    displacement = 0.0
    for k in range(n + 1):
        for _ in range(50):  # Newton from the node before
            slope = 1.0 / math.sqrt(scale * scale + displacement * displacement) + 1.0 / BULK
            change = (step * k - math.asinh(displacement / scale) - displacement / BULK) / slope
            displacement += change
            if abs(change) <= 1e-9 * displacement:  # the next would be below rounding
                break
        slope = 1.0 / math.sqrt(scale * scale + displacement * displacement) + 1.0 / BULK
        y[n + k], y[n - k] = displacement, -displacement
        weight[n + k] = weight[n - k] = step / slope
    return y, weight


@kernel
def sites(
    q_hat: float,
    r_hat: float,
    Q_hat: float,
    kappa: float,
    task_overlap: float,
    reference: Reference,
    rule: Rule,
    fineness: float,
) -> Sites:
    """The averages at conjugates q^, r^ and Q^; ``rule``: see ``legendre``.

        E g = sum_j w_j sum_B P(B) int Dz g(h),   h = sqrt(q^) z + r^ B + kappa atanh m'_j

    Three sums stand inside one another: over the nodes m'_j of the reference (weights w_j), over
    the relative sign B of the teachers, and over z. The inner integrals over m, by ``site``, depend
    on h alone, and as a function of h they turn at h = 0. So z is taken at nodes displaced by fixed
    y from where h = 0: given m'_j and B these are the same fields sqrt(q^) y for all, and ``turn``
    holds their integrals, done once, when one is asked for. Where the turn is beyond reach of the
    Gaussian the field is averaged over evenly, and the inner integral done there. Sums run over
    what is lacking, 1 - B <m>, so that magnetisations close to 1 keep their digits; averages follow
    from them at the end.
    """
    if not math.isfinite(q_hat + r_hat + Q_hat):
        nan = np.nan
        return Sites(nan, nan, nan, nan, nan, nan, nan, nan, nan, nan)
    deviation = math.sqrt(max(q_hat, 0.0))
    curvature = Q_hat - 0.5 * q_hat
    field = abs(r_hat) + 3.0 * (deviation + kappa * np.max(np.abs(reference.m)))
    nodes = magnetisation_nodes(curvature, kappa, field, rule)
    y, outer = turning_nodes(1.0 / max(1.0, deviation), OUTER_STEP / fineness)
    turn, known = np.empty((len(y), 4)), np.zeros(len(y), np.bool_)
    step = (WIDE_STEP if len(reference.m) > 1 else OUTER_STEP) / fineness
    n_wide = math.ceil(WIDE_REACH / step)
    missing = missing_squared = sign_missing = width = spread = log_mean = 0.0
    overlap_1 = sign_overlap_1 = cross_overlap = 0.0
    for j in range(len(reference.m)):
        if reference.weight[j] < NEGLIGIBLE:
            continue
        log_mean += reference.weight[j] * kappa * reference.log_room[j]
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
                if near and not known[k]:
                    turn[k], known[k] = site(deviation * y[k], nodes), True
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
    return Sites(
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
