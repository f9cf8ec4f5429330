"""Steps at which gradient descent settles: step * sharpness < 2 at a minimum.

Plain Python: it runs while parameters are checked, before NumPy is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

UNSTABLE_ABOVE = 2.0  # step * sharpness of gradient descent at a minimum


def refuse_unstable(step: float, sharpness: float, allowed: bool, where: str) -> None:
    """ValueError for a step beyond the threshold, unless it is allowed; ``where`` says what for."""
    if step * sharpness > UNSTABLE_ABOVE and not allowed:
        raise ValueError(
            f"step = {step:g} {where} = {step * sharpness:.3g} > 2; "
            f"lower it below {UNSTABLE_ABOVE / sharpness:.3g} or set allow_unstable = true"
        )


def sharpness_at_end(singular_value: float, squared_offsets: Sequence[float]) -> float:
    """Largest Hessian eigenvalue where one pathway alone has learned the mode (derived). Unit 1/t.

    With a_l^2 = u + c_l (c_l = ``squared_offsets`` (D,), conserved, the smallest 0) and
    prod_l a_l = S:

        lambda_max = S^2 sum_l 1 / (u + c_l);    all c_l = 0:  D S^(2 - 2/D)
    """
    depth = len(squared_offsets)
    if not any(squared_offsets):
        exponent = 2.0 - 2.0 / depth
        return depth * math.pow(singular_value, exponent)
    # prod (u + c_l) = S^2 rises from 0 at u = 0; at u = S^(2/D) it is >= S^2.
    low, high = 0.0, math.pow(singular_value, 2.0 / depth)
    for _ in range(60):
        u = 0.5 * (low + high)
        if math.prod(u + c for c in squared_offsets) < singular_value**2:
            low = u
        else:
            high = u
    return singular_value * singular_value * sum(1.0 / (high + c) for c in squared_offsets)


def sharpness_bound(depth: int, norm: float, n_observed: float) -> float:
    """D s^(2 - 2/D) / n: no Hessian eigenvalue is larger at a balanced solution of matrix
    completion whose largest singular value is s (derived). Unit 1/t.

    ``norm`` stands for s: a Frobenius norm bounds it. All eigenvalues are those of the map
    E -> mask * sum_j (W W^T)^((j-1)/D) (mask * E) (W^T W)^((D-j)/D) / n, whose norm is the largest
    without the mask.
    """
    try:
        return depth * math.pow(norm, 2.0 - 2.0 / depth) / n_observed
    except OverflowError:
        return math.inf
