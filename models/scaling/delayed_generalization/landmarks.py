"""Where train and test times end up as the features become as many as the samples; derived.

At gamma = 1 the density of eigenvalues is 1/(pi sqrt(x)) at small x, so that
L_train -> (2t)^(-3/2)/(2 sqrt(pi)) and L_test -> (2 pi t)^(-1/2).
"""

from __future__ import annotations

import math
from typing import Any

from toysim.models.scaling.delayed_generalization.measures import loss_at_level


def memorisation_time(p: Any) -> float:
    level: float = loss_at_level(p.tolerance)
    return float(0.5 * (2.0 * math.sqrt(math.pi) * level) ** (-2.0 / 3.0))


def latest_generalization(p: Any) -> float:
    level: float = loss_at_level(p.tolerance)
    return 1.0 / (2.0 * math.pi * level**2)
