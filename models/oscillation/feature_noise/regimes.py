"""What the closed forms of one sample say of a row: they hold for one label without noise.

The ratio r is gamma_v / gamma_u.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.models.oscillation.feature_noise.parameters import FeatureNoiseParameters
from toysim.models.oscillation.single_datum import closed_forms as forms

Array = npt.NDArray[np.float64]

FITTED_POINT = 1.0  # F = 1 has multiplier 1 - 2 gamma: stable below
PERIOD_TWO = forms.ORBIT_STABLE_BELOW  # the 2-cycle is stable between
SIGN_FLIP = forms.FLIPS_ABOVE  # above, the largest F leads to 1 + gamma e < 0
REGIMES = ("lazy", "period two", "doubling and chaos", "sign flips", "diverged")
DIVERGED = REGIMES.index("diverged")


def strong_share(p: FeatureNoiseParameters) -> float:
    """Largest share of an update's visits that strong samples of one label can take."""
    strong = [side for side, kind in zip(p.sides, p.kinds, strict=True) if kind == 0]
    per_label = max(strong.count(0), strong.count(1))
    return 1.0 if p.order == "with_replacement" else min(p.batch_size, per_label) / p.batch_size


def regime(gamma: float) -> int:
    """Index into REGIMES of the strong feature's map; whether a run diverges, only it tells."""
    return int(np.searchsorted((FITTED_POINT, PERIOD_TWO, SIGN_FLIP), gamma))


def weak_ceiling(gamma: float, r: float) -> float:
    """V* = (gamma - 1) / (gamma (1 - r)), where oscillation ends by itself; NaN at gamma <= 1.

    With weak output V >= V* the fitted point F = 1 - V is stable, for gamma F + r gamma V < 1, and
    oscillation feeds V. Derived.
    """
    return float(forms.weak_limit(gamma, r)) if gamma > FITTED_POINT and r < 1.0 else math.nan
