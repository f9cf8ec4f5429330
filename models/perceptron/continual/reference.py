"""The magnetisations that learned task 1, as task 2 is held to them (arXiv:2212.02846, derived)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.perceptron.field_space.magnetisation import Rule, magnetisation_nodes, site
from toysim.models.perceptron.field_space.sites import (
    FARTHEST,
    NEGLIGIBLE,
    OUTER_STEP,
    turning_nodes,
)
from toysim.numerics.gaussian import density

Array = npt.NDArray[np.float64]

# Two thirds of these steps move no order parameter or free entropy by 1e-8.
REFERENCE_STEP = 0.08
SHARPEST = 0.6  # of the width 1/sqrt(kappa) that m' may have there
DEEPEST = 18.5  # atanh m' up to which the reference is followed: 1 - m' = 2e-16


@kernel
def reference_density(
    q_hat: float,
    r_hat: float,
    Q_hat: float,
    kappa: float,
    rule: Rule,
    fineness: float,
) -> tuple[Any, Any, Any, Any]:
    """A ``Reference`` with the site measure at the first task's conjugates.

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
    own, slope, log_room = np.empty(2 * n + 1), np.empty(2 * n + 1), np.empty(2 * n + 1)
    for j in range(2 * n + 1):
        v = step * (j - n)
        field[j] = 3.0 * math.sinh(v / 3.0)
        m[j] = math.tanh(field[j])
        log_cosh = abs(field[j]) + math.log1p(math.exp(-2.0 * abs(field[j]))) - math.log(2.0)
        log_room[j] = -log_cosh - math.log(2.0)
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
    return field, m, weight, log_room
