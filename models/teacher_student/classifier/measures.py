"""From overlaps to cosine and error: read by simulation and theory alike."""

from __future__ import annotations

import math
from typing import Any

from scipy.special import ndtr


def overlaps(p: Any, m: float, q: float) -> dict[str, float]:
    """Overlaps, cosine, and the error against the clean teacher: arccos(R)/pi, or H(m/sqrt(q)) of
    two clusters. A student that is 0 points nowhere and guesses.
    """
    if q == 0.0:
        return {"overlap": m, "self_overlap": q, "cosine": math.nan, "error": 0.5}
    sine = math.sqrt(max(p.signal * q - m * m, 0.0))
    error = math.atan2(sine, m) / math.pi
    if p.teacher == "mixture":
        error = float(ndtr(-m / math.sqrt(q)))
    cosine = m / math.sqrt(p.signal * q)
    return {"overlap": m, "self_overlap": q, "cosine": cosine, "error": error}
