"""The exact mean of the three order parameters at every dimension."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.curriculum.relevance.control import C0

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def means(
    h: Array,
    inputs: Array,
    variances: Array,
    eta: float,
    start: Array,
    keep_at: Ints,
    kept: Array,
) -> None:
    """E R, E Q_r, E Q_i (3, K) at ``keep_at``, ascending; derived.

    With g = eta/d, S1 = 1 - 2 c0 R + Q_r, Dk = h Delta_h^k + (1 - h) Delta_e^k:
        R   += g (c0 - R)
        Q_r += 2 g (c0 R - Q_r) + g^2 [n_r (S1 + D1 Q_i) + 2 (Q_r - c0 R)]
        Q_i += -2 g D1 Q_i + g^2 [n_i (D1 S1 + D2 Q_i) + 2 D2 Q_i]

    ``h`` (T,); the rest as in the chain of the simulation.
    """
    n_r, n_i, easy, hard = inputs[0], inputs[1], variances[0], variances[1]
    g = eta / (n_r + n_i)
    r, p, q, k_kept = start[0], start[1], start[2], 0
    for update in range(len(h) + 1):
        while k_kept < len(keep_at) and keep_at[k_kept] == update:
            kept[0, k_kept], kept[1, k_kept], kept[2, k_kept] = r, p, q
            k_kept += 1
        if update == len(h):
            break
        first = easy + h[update] * (hard - easy)
        second = easy * easy + h[update] * (hard * hard - easy * easy)
        loss = 1.0 - 2.0 * C0 * r + p
        away = C0 * r - p
        p += g * (2.0 * away + g * (n_r * (loss + first * q) - 2.0 * away))
        q += g * (g * (n_i * (first * loss + second * q) + 2.0 * second * q) - 2.0 * first * q)
        r += g * (C0 - r)
