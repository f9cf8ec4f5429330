"""What is known in closed form of the strong feature alone, F <- F (1 + gamma (1 - F))^2, and of the weak one.

Derived for one label without noise, from the update of arXiv:2310.17074, with r = gamma_v / gamma_u.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from toysim.models.oscillation.feature_noise.parameters import FeatureNoiseParameters

Array = npt.NDArray[np.float64]

FITTED_POINT = 1.0  # F = 1 has multiplier 1 - 2 gamma: stable below
PERIOD_TWO = math.sqrt(5.0) - 1.0  # the 2-cycle has multiplier 9 - 2 (1 + gamma)^2: stable between
SIGN_FLIP = 1.5 * math.sqrt(3.0) - 1.0  # above, the largest F leads to 1 + gamma e < 0
REGIMES = ("lazy", "period two", "doubling and chaos", "sign flips", "diverged")
DIVERGED = REGIMES.index("diverged")


def strong_share(p: FeatureNoiseParameters) -> float:
    """Largest share of an update's visits that strong samples of one label can take."""
    per_label = (p.n_samples - p.n_weak) // 2
    return 1.0 if p.order == "with_replacement" else min(p.batch_size, per_label) / p.batch_size


def regime(gamma: float) -> int:
    """Index into REGIMES of the strong feature's map at gamma; whether a run diverges, only the run tells."""
    return int(np.searchsorted((FITTED_POINT, PERIOD_TWO, SIGN_FLIP), gamma))


def weak_ceiling(gamma: float, r: float) -> float:
    """V* = (gamma - 1) / (gamma (1 - r)): with weak output V >= V* the fitted point F = 1 - V is stable, for

    gamma F + r gamma V < 1. Oscillation feeds V and so ends by itself there; NaN at gamma <= 1.
    """
    return (gamma - 1.0) / (gamma * (1.0 - r)) if gamma > FITTED_POINT and r < 1.0 else math.nan
