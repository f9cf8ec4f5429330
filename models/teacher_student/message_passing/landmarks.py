"""Landmarks of Bayes-optimal learning."""

from __future__ import annotations

import math
from typing import Any

from scipy.integrate import quad
from scipy.special import erfcx


def late_constant(p: Any) -> float:
    """error times alpha at many samples of noiseless labels, sqrt(2/pi)/2 / int G^2/H; derived.

    As q -> 1, 1/(1 - q) = 2 alpha sqrt(1/(2 pi (1 - q))) int du G(u)^2/H(u), and error is
    sqrt(1 - q)/pi.
    """
    if p.flip or p.probit_noise:
        raise ValueError("known for noiseless labels; give flip = probit_noise = 0")

    def share(u: float) -> float:  # G^2/H = G sqrt(2/pi)/erfcx(u/sqrt(2))
        return math.exp(-0.5 * u * u) / (math.pi * float(erfcx(u / math.sqrt(2.0))))

    integral = float(quad(share, -12.0, 12.0, epsabs=1e-13, epsrel=1e-13, limit=200)[0])
    return 1.0 / (math.sqrt(2.0 * math.pi) * integral)
